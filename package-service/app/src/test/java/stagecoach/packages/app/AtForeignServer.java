package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.vocabulary.identity.CacheId;

/** A NuGet server of others is the one cache of a region, and a package is to come into it. */
abstract class AtForeignServer {
    static final Duration SOON = Duration.ofSeconds(2);

    @Inject Patience patience;

    final Deployment deployment = new Deployment();
    private final String region;
    private final CacheId cache;
    ForeignServer server;
    Packages.Nupkg nupkg;
    PackageNeed needs;

    AtForeignServer(String region, CacheId cache) {
        this.region = region;
        this.cache = cache;
    }

    @BeforeEach
    void configure() throws Exception {
        server = new ForeignServer();
        Configured.region(region, true, 1);
        put(ForeignServer.KEY, "");
        pack(50_000);
    }

    @AfterEach
    void end() {
        patience.usual();
        deployment.close();
        server.close();
    }

    /**
     * Configures the cache.
     *
     * @param rest further fields
     */
    final void put(String key, String rest) throws Exception {
        putAt(server.index(), key, rest);
    }

    /** Configures the cache as one whose service index is elsewhere. */
    final void putAt(String index, String key, String rest) throws Exception {
        var made =
                Http.put(
                        "/api/v1/caches/" + cache,
                        """
                        {"kind":"NUGET","region":"%s","url":"http://near.example/v3/index.json","pushUrl":"%s",
                         "allowInsecureConnections":true,
                         "credentials":{"apiKey":"%s","username":"ci","password":"read-word"}%s}
                        """
                                .formatted(region, index, key, rest));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
    }

    /** Another package is to come into it, of about so many bytes. */
    final void pack(int bytes) throws Exception {
        nupkg = Packages.of(Packages.freshId(), "1.0.0", bytes);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", region));
    }

    /** Its name as the server has it. */
    final String name() {
        return nupkg.id().lower() + "/1.0.0";
    }

    final PackageReplicated replicated(int run) {
        deployment.start(run, false, needs);
        return deployment.event(run, PackageReplicated.class);
    }

    /** Why it did not come. */
    final String failed(int run) {
        deployment.start(run, false, needs);
        return deployment.event(run, ReplicationFailed.class).reason();
    }
}
