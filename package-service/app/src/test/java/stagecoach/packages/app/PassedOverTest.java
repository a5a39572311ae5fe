package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.vocabulary.identity.CacheId;

/** A region with two caches, of which the nearest is away. */
@PackageServiceTest
class PassedOverTest {
    private static final CacheProcess CACHE =
            CacheProcess.start(
                    "twin-2",
                    ConfigProvider.getConfig().getValue("test.grant-public-key", String.class));

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(CACHE::close));
    }

    private final Link link = new Link(Http::port);

    @AfterEach
    void end() throws Exception {
        link.close();
    }

    private void firstCacheAt(String url) throws Exception {
        var answer =
                Http.put(
                        "/api/v1/caches/twin-1",
                        Configured.body("twin", url, link.url(), CACHE.thumbprint().value()));
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    }

    /** How a deployment of a fresh package finds the first cache, which then is passed over. */
    private static ReplicationFailed passedOver() throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", 1000);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        try (var deployment = new Deployment()) {
            deployment.start(
                    2, false, Deployment.nearest(nupkg.pin(), Deployment.target("t-1", "twin")));
            var replicated = deployment.event(2, PackageReplicated.class);
            var failed = deployment.event(2, ReplicationFailed.class);
            assertThat(replicated.cache()).isEqualTo(new CacheId("twin-2"));
            assertThat(failed.cache()).isEqualTo(new CacheId("twin-1"));
            return failed;
        }
    }

    @Test
    void a_cache_that_is_away_costs_one_short_attempt_while_another_can_have_the_package()
            throws Exception {
        Configured.region("twin", false, 1);
        Configured.cache("twin-2", "twin", CACHE, link);
        firstCacheAt("https://127.0.0.1:1");

        assertThat(passedOver().reason()).contains("cannot be reached", "refused");
        assertThat(passedOver().reason()).isEqualTo("was away a moment ago");

        // Somebody answers at its new place, who is another cache: no word of being away any more.
        firstCacheAt(CACHE.url());
        assertThat(passedOver().reason()).contains("does not trust this server");
    }

    @Test
    void so_does_a_server_of_others_that_is_away() throws Exception {
        Configured.region("twin", false, 1);
        Configured.cache("twin-2", "twin", CACHE, link);
        var answer =
                Http.put(
                        "/api/v1/caches/twin-1",
                        "{\"kind\":\"NUGET\",\"region\":\"twin\",\"url\":\"http://127.0.0.1:1/v3/index.json\"}");
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);

        assertThat(passedOver().reason()).contains("cannot be reached");
        assertThat(passedOver().reason()).isEqualTo("was away a moment ago");
    }
}
