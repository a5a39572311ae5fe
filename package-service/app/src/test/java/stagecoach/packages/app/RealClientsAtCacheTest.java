package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.packages.app.RealClient.nuget;
import static stagecoach.packages.app.RealClient.with;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;

/** NuGet's own clients at a cache as it is shipped, which knows what deployments have brought. */
@PackageServiceTest
class RealClientsAtCacheTest {
    private static final CacheId CACHE = new CacheId("clients-1");

    private static CacheProcess cache;

    private final Link link = new Link(Http::port);
    private RealClient client;

    @BeforeAll
    static void startCache() {
        cache = CacheProcess.start(CACHE.value(), PackageServiceResource.grantPublicKey());
    }

    @AfterAll
    static void stopCache() {
        cache.close();
    }

    @BeforeEach
    void prepare() throws Exception {
        client =
                RealClient.of(
                        Map.of(
                                "v3", cache.nugetUrl() + "/nuget/v3/index.json",
                                "v2", cache.nugetUrl() + "/nuget/v2"));
        Configured.region("clients", true, 1);
        Configured.cache(CACHE.value(), "clients", cache, link);
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        link.close();
    }

    /** There, and shown. */
    private static Nupkg shown() throws Exception {
        var nupkg = Packages.opc("Near." + Packages.freshId(), "1.0.0", 1000);
        Deployment.bring(nupkg, "clients", CACHE);
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                Http.CLIENT
                                                .send(
                                                        HttpRequest.newBuilder(
                                                                        URI.create(
                                                                                cache.nugetUrl()
                                                                                        + nupkg
                                                                                                .flatPath()))
                                                                .header(
                                                                        "Authorization",
                                                                        Http.basic(
                                                                                TestKeys.READ
                                                                                        .key()))
                                                                .build(),
                                                        BodyHandlers.discarding())
                                                .statusCode()
                                        == 200);
        return nupkg;
    }

    @Test
    void nuget_2_8_7_lists_and_installs() throws Exception {
        RealClient.needs("nuget");
        String id = shown().id().value();
        String source = cache.nugetUrl() + "/nuget/v2";

        assertThat(client.listed(id, source)).contains(id + " 1.0.0");
        client.good(nuget("install", id, "-Source", source, "-OutputDirectory", "installed"));
        assertThat(client.folder().resolve("installed/" + id + ".1.0.0/content/noise.bin"))
                .exists();
    }

    @Test
    void nuget_5_lists_and_installs() throws Exception {
        String program = client.nugetExe();
        String id = shown().id().value();
        String[] common = {"-Source", "v3", "-ConfigFile", "nuget.config", "-NonInteractive"};

        assertThat(client.good(with(common, "mono", program, "list", id))).contains(id + " 1.0.0");
        client.good(with(common, "mono", program, "install", id, "-OutputDirectory", "installed"));
        assertThat(client.folder().resolve("installed/" + id + ".1.0.0/content/noise.bin"))
                .exists();
    }

    @Test
    void dotnet_restores() throws Exception {
        client.needsDotnet();
        var nupkg = shown();

        assertThat(Files.readAllBytes(client.restored(nupkg.id().value())))
                .isEqualTo(nupkg.bytes());
    }
}
