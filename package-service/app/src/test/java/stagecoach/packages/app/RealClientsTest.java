package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.test.TestKeys;

/**
 * NuGet's own clients, where they are installed: {@code nuget} 2.8.7 as Debian packages it, a
 * {@code nuget.exe} of version 5 that {@code NUGET_EXE} names (with {@code mono}), and {@code
 * dotnet} from 3.1 on. A computer without them skips these tests.
 */
@PackageServiceTest
class RealClientsTest {
    private static final long PATIENCE_MINUTES = 3;

    private Path folder = Path.of("unset");

    @BeforeEach
    void a_folder_with_the_configuration_of_a_client() throws IOException {
        folder = Files.createTempDirectory("nuget-client-");
        Files.writeString(
                folder.resolve("nuget.config"),
                """
                <?xml version="1.0" encoding="utf-8"?>
                <configuration>
                  <packageSources><clear /><add key="v3" value="%s" /><add key="v2" value="%s" /></packageSources>
                  <packageSourceCredentials>
                    <v3><add key="Username" value="any" /><add key="ClearTextPassword" value="%3$s" /></v3>
                    <v2><add key="Username" value="any" /><add key="ClearTextPassword" value="%3$s" /></v2>
                  </packageSourceCredentials>
                </configuration>
                """
                        .formatted(
                                Http.uri("/nuget/v3/index.json"),
                                Http.uri("/nuget/v2"),
                                TestKeys.READ.key()));
    }

    @AfterEach
    void remove() throws IOException {
        PathUtils.deleteDirectory(folder);
    }

    private Packages.Nupkg packed(String id, String version) throws IOException {
        var nupkg = Packages.opc(id, version, 1000);
        Files.write(folder.resolve(id + "." + version + ".nupkg"), nupkg.bytes());
        return nupkg;
    }

    private record Ran(int exit, String output) {}

    private Ran run(String... command) throws Exception {
        Path output = folder.resolve("output.txt");
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        // Whoever runs this keeps his settings, and no cache of his helps us.
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("NUGET_PACKAGES", folder.resolve("packages").toString());
        builder.environment().put("DOTNET_CLI_HOME", folder.toString());
        builder.environment().put("DOTNET_CLI_TELEMETRY_OPTOUT", "1");
        builder.environment().put("DOTNET_SKIP_FIRST_TIME_EXPERIENCE", "1");
        builder.environment().put("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        Process process = builder.start();
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            fail("%s did not end", String.join(" ", command));
        }
        return new Ran(process.exitValue(), Files.readString(output));
    }

    private String good(String... command) throws Exception {
        Ran ran = run(command);
        assertThat(ran.exit()).as(ran.output()).isZero();
        return ran.output();
    }

    private static void needs(String program) {
        assumeTrue(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                        .anyMatch(part -> Files.isExecutable(Path.of(part, program))),
                program + " is not installed here");
    }

    @Test
    void nuget_5_pushes_searches_installs_and_unlists() throws Exception {
        needs("mono");
        String program = System.getenv().getOrDefault("NUGET_EXE", "");
        assumeTrue(Files.isRegularFile(Path.of(program)), "NUGET_EXE names no nuget.exe");
        String id = "Real." + Packages.freshId();
        packed(id, "1.0.0");
        packed(id, "1.1.0-beta.1");
        String[] common = {"-Source", "v3", "-ConfigFile", "nuget.config", "-NonInteractive"};

        for (String version : List.of("1.0.0", "1.1.0-beta.1")) {
            good(
                    with(
                            common,
                            "mono",
                            program,
                            "push",
                            id + "." + version + ".nupkg",
                            TestKeys.PUSH.key()));
        }
        assertThat(good(with(common, "mono", program, "list", id))).contains(id + " 1.0.0");
        assertThat(good(with(common, "mono", program, "list", id, "-PreRelease")))
                .contains(id + " 1.1.0-beta.1");
        good(with(common, "mono", program, "install", id, "-OutputDirectory", "installed"));
        assertThat(folder.resolve("installed/" + id + ".1.0.0/content/noise.bin")).exists();
        good(with(common, "mono", program, "delete", id, "1.0.0", TestKeys.PUSH.key()));
        assertThat(Http.get("/nuget/v3/search?q=%s".formatted(id)).body())
                .contains("\"totalHits\":0");
    }

    private static String[] with(String[] common, String... command) {
        return Stream.concat(Stream.of(command), Stream.of(common)).toArray(String[]::new);
    }

    private static String[] nuget(String... arguments) {
        return with(
                new String[] {"-ConfigFile", "nuget.config", "-NonInteractive"},
                Stream.concat(Stream.of("nuget"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void nuget_2_8_7_pushes_lists_installs_and_unlists() throws Exception {
        needs("nuget");
        String id = "Real." + Packages.freshId();
        packed(id, "1.0.0");
        packed(id, "1.1.0");
        String source = Http.uri("/nuget/v2").toString();

        for (String version : List.of("1.0.0", "1.1.0")) {
            good(
                    nuget(
                            "push",
                            id + "." + version + ".nupkg",
                            TestKeys.PUSH.key(),
                            "-Source",
                            source));
        }
        assertThat(listed(id, source)).contains(id + " 1.1.0");
        good(nuget("install", id, "-Source", source, "-OutputDirectory", "installed"));
        assertThat(folder.resolve("installed/" + id + ".1.1.0/content/noise.bin")).exists();

        good(nuget("delete", id, "1.1.0", TestKeys.PUSH.key(), "-Source", source));
        assertThat(listed(id, source)).contains(id + " 1.0.0");
        assertThat(
                        run(nuget("push", id + ".1.0.0.nupkg", "sc_of_nobody", "-Source", source))
                                .exit())
                .isNotZero();
    }

    /** Where there is no terminal this client writes empty lines without an end. */
    private String listed(String id, String source) throws Exception {
        needs("script");
        String list = String.join(" ", nuget("list", id, "-Source", source));
        return good("script", "-qec", "stty cols 120 rows 40; " + list, "/dev/null");
    }

    @Test
    void dotnet_pushes_restores_and_unlists() throws Exception {
        needs("dotnet");
        Ran tried = run("dotnet", "nuget", "push", "none", "-s", "v3");
        assumeTrue(!tried.output().contains("libssl"), "dotnet lacks its libssl here");
        String id = "Real." + Packages.freshId();
        var nupkg = packed(id, "1.0.0");
        String source = Http.uri("/nuget/v3/index.json").toString();

        good("dotnet", "nuget", "push", id + ".1.0.0.nupkg", "-s", "v3", "-k", TestKeys.PUSH.key());
        Ran other = run("dotnet", "nuget", "push", id + ".1.0.0.nupkg", "-s", source, "-k", "no");
        assertThat(other.exit()).as(other.output()).isNotZero();

        Path project = Files.createDirectories(folder.resolve("app")).resolve("app.csproj");
        Files.writeString(
                project,
                """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup><TargetFramework>netcoreapp3.1</TargetFramework></PropertyGroup>
                  <ItemGroup><PackageReference Include="%s" Version="1.*" /></ItemGroup>
                </Project>
                """
                        .formatted(id));
        good("dotnet", "restore", "app/app.csproj", "--configfile", "nuget.config");
        Path restored =
                folder.resolve(
                        "packages/%1$s/1.0.0/%1$s.1.0.0.nupkg"
                                .formatted(id.toLowerCase(Locale.ROOT)));
        assertThat(Files.readAllBytes(restored)).isEqualTo(nupkg.bytes());

        good(
                "dotnet",
                "nuget",
                "delete",
                id,
                "1.0.0",
                "-s",
                "v3",
                "-k",
                TestKeys.PUSH.key(),
                "--non-interactive");
        assertThat(Http.get("/nuget/v3/search?q=%s".formatted(id)).body())
                .contains("\"totalHits\":0");
    }
}
