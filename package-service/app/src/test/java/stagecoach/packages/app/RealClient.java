package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;
import stagecoach.runtime.test.TestKeys;

/**
 * NuGet's own clients, where they are installed: {@code nuget} 2.8.7 as Debian packages it, a
 * {@code nuget.exe} of version 5 that {@code NUGET_EXE} names (with {@code mono}), and {@code
 * dotnet} from 3.1 on; each run in a folder of its own, with a configuration of its own.
 */
final class RealClient implements AutoCloseable {
    private static final long PATIENCE_MINUTES = 3;

    private final Path folder;

    private RealClient(Path folder) {
        this.folder = folder;
    }

    /** A client of these sources, with a key that may read. */
    static RealClient of(Map<String, String> sources) throws IOException {
        Path folder = Files.createTempDirectory("nuget-client-");
        Files.writeString(
                folder.resolve("nuget.config"),
                """
                <?xml version="1.0" encoding="utf-8"?>
                <configuration>
                  <packageSources><clear />%s</packageSources>
                  <packageSourceCredentials>%s</packageSourceCredentials>
                </configuration>
                """
                        .formatted(
                                sources.entrySet().stream()
                                        .map(
                                                source ->
                                                        "<add key=\"%s\" value=\"%s\" />"
                                                                .formatted(
                                                                        source.getKey(),
                                                                        source.getValue()))
                                        .collect(Collectors.joining()),
                                sources.keySet().stream()
                                        .map(
                                                name ->
                                                        "<%1$s><add key=\"Username\" value=\"any\" /><add key=\"ClearTextPassword\" value=\"%2$s\" /></%1$s>"
                                                                .formatted(
                                                                        name, TestKeys.READ.key()))
                                        .collect(Collectors.joining())));
        return new RealClient(folder);
    }

    Path folder() {
        return folder;
    }

    record Ran(int exit, String output) {}

    Ran run(String... command) throws Exception {
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

    String good(String... command) throws Exception {
        Ran ran = run(command);
        assertThat(ran.exit()).as(ran.output()).isZero();
        return ran.output();
    }

    static void needs(String program) {
        assumeTrue(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                        .anyMatch(part -> Files.isExecutable(Path.of(part, program))),
                program + " is not installed here");
    }

    /** Where a {@code nuget.exe} of version 5 lies; skips where it cannot talk to servers. */
    String nugetExe() throws Exception {
        needs("mono");
        String program = System.getenv().getOrDefault("NUGET_EXE", "");
        assumeTrue(Files.isRegularFile(Path.of(program)), "NUGET_EXE names no nuget.exe");
        Ran tried = run("mono", program, "list", "-Source", "v3", "-NonInteractive");
        assumeTrue(
                !tried.output().contains("Could not load file or assembly"),
                "mono lacks libraries here, such as libmono-system-net-http4.0-cil");
        return program;
    }

    /** Skips where {@code dotnet} cannot talk to servers. */
    void needsDotnet() throws Exception {
        needs("dotnet");
        Ran tried = run("dotnet", "nuget", "push", "none", "-s", "v3");
        assumeTrue(!tried.output().contains("libssl"), "dotnet lacks its libssl here");
    }

    /** Has {@code dotnet} restore any first version of a package; the file that it got. */
    Path restored(String id) throws Exception {
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
        return folder.resolve(
                "packages/%1$s/1.0.0/%1$s.1.0.0.nupkg".formatted(id.toLowerCase(Locale.ROOT)));
    }

    static String[] with(String[] common, String... command) {
        return Stream.concat(Stream.of(command), Stream.of(common)).toArray(String[]::new);
    }

    static String[] nuget(String... arguments) {
        return with(
                new String[] {"-ConfigFile", "nuget.config", "-NonInteractive"},
                Stream.concat(Stream.of("nuget"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Where there is no terminal this client writes empty lines without an end. */
    String listed(String id, String source) throws Exception {
        needs("script");
        String list = String.join(" ", nuget("list", id, "-Source", source));
        return good("script", "-qec", "stty cols 120 rows 40; " + list, "/dev/null");
    }

    @Override
    public void close() throws IOException {
        PathUtils.deleteDirectory(folder);
    }
}
