package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.app.RealClient.nuget;
import static stagecoach.packages.app.RealClient.with;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.RealClient.Ran;
import stagecoach.runtime.test.TestKeys;

/** NuGet's own clients at the central server. A computer without them skips these tests. */
@PackageServiceTest
class RealClientsTest {
    private RealClient client;

    @BeforeEach
    void a_folder_with_the_configuration_of_a_client() throws IOException {
        client =
                RealClient.of(
                        Map.of(
                                "v3", Http.uri("/nuget/v3/index.json").toString(),
                                "v2", Http.uri("/nuget/v2").toString()));
    }

    @AfterEach
    void remove() throws IOException {
        client.close();
    }

    private Packages.Nupkg packed(String id, String version) throws IOException {
        var nupkg = Packages.opc(id, version, 1000);
        Files.write(client.folder().resolve(id + "." + version + ".nupkg"), nupkg.bytes());
        return nupkg;
    }

    @Test
    void nuget_5_pushes_searches_installs_and_unlists() throws Exception {
        String program = client.nugetExe();
        String id = "Real." + Packages.freshId();
        packed(id, "1.0.0");
        packed(id, "1.1.0-beta.1");
        String[] common = {"-Source", "v3", "-ConfigFile", "nuget.config", "-NonInteractive"};

        for (String version : List.of("1.0.0", "1.1.0-beta.1")) {
            client.good(
                    with(
                            common,
                            "mono",
                            program,
                            "push",
                            id + "." + version + ".nupkg",
                            TestKeys.PUSH.key()));
        }
        assertThat(client.good(with(common, "mono", program, "list", id))).contains(id + " 1.0.0");
        assertThat(client.good(with(common, "mono", program, "list", id, "-PreRelease")))
                .contains(id + " 1.1.0-beta.1");
        client.good(with(common, "mono", program, "install", id, "-OutputDirectory", "installed"));
        assertThat(client.folder().resolve("installed/" + id + ".1.0.0/content/noise.bin"))
                .exists();
        client.good(with(common, "mono", program, "delete", id, "1.0.0", TestKeys.PUSH.key()));
        assertThat(Http.get("/nuget/v3/search?q=%s".formatted(id)).body())
                .contains("\"totalHits\":0");
    }

    @Test
    void nuget_2_8_7_pushes_lists_installs_and_unlists() throws Exception {
        RealClient.needs("nuget");
        String id = "Real." + Packages.freshId();
        packed(id, "1.0.0");
        packed(id, "1.1.0");
        String source = Http.uri("/nuget/v2").toString();

        for (String version : List.of("1.0.0", "1.1.0")) {
            client.good(
                    nuget(
                            "push",
                            id + "." + version + ".nupkg",
                            TestKeys.PUSH.key(),
                            "-Source",
                            source));
        }
        assertThat(client.listed(id, source)).contains(id + " 1.1.0");
        client.good(nuget("install", id, "-Source", source, "-OutputDirectory", "installed"));
        assertThat(client.folder().resolve("installed/" + id + ".1.1.0/content/noise.bin"))
                .exists();

        client.good(nuget("delete", id, "1.1.0", TestKeys.PUSH.key(), "-Source", source));
        assertThat(client.listed(id, source)).contains(id + " 1.0.0");
        assertThat(
                        client.run(
                                        nuget(
                                                "push",
                                                id + ".1.0.0.nupkg",
                                                "sc_of_nobody",
                                                "-Source",
                                                source))
                                .exit())
                .isNotZero();
    }

    @Test
    void dotnet_pushes_restores_and_unlists() throws Exception {
        client.needsDotnet();
        String id = "Real." + Packages.freshId();
        var nupkg = packed(id, "1.0.0");
        String file = id + ".1.0.0.nupkg";
        String source = Http.uri("/nuget/v3/index.json").toString();

        client.good("dotnet", "nuget", "push", file, "-s", "v3", "-k", TestKeys.PUSH.key());
        Ran other = client.run("dotnet", "nuget", "push", file, "-s", source, "-k", "no");
        assertThat(other.exit()).as(other.output()).isNotZero();
        assertThat(Files.readAllBytes(client.restored(id))).isEqualTo(nupkg.bytes());

        client.good(
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
