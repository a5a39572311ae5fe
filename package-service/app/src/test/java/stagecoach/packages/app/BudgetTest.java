package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.packages.TransferBudget;

/** Budgets hold while packages are on their way, and a new one counts from then on. */
@PackageServiceTest
class BudgetTest {
    private static final CacheProcess CACHE =
            CacheProcess.start(
                    "narrow-1",
                    ConfigProvider.getConfig().getValue("test.grant-public-key", String.class));

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(CACHE::close));
    }

    private static long regionRevision;

    private final Link link = new Link(Http::port);
    private final Deployment large = new Deployment();
    private final Deployment small = new Deployment();

    @BeforeEach
    void configure() throws Exception {
        region(TransferBudget.NONE);
        Configured.cache("narrow-1", "narrow", CACHE, link);
    }

    @AfterEach
    void end() throws Exception {
        large.close();
        small.close();
        link.close();
    }

    private static void region(TransferBudget budget) {
        regionRevision++;
        Configured.region("narrow", true, budget, regionRevision);
    }

    private void cache(String budget) throws Exception {
        String body =
                Configured.body("narrow", CACHE.url(), link.url(), CACHE.thumbprint().value());
        var answer =
                Http.put(
                        "/api/v1/caches/narrow-1",
                        body.strip().substring(0, body.strip().length() - 1) + budget + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static Packages.Nupkg pushed(int payload) throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", payload);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    private static void start(Deployment deployment, Packages.Nupkg nupkg) {
        deployment.start(
                2, false, Deployment.nearest(nupkg.pin(), Deployment.target("n-1", "narrow")));
    }

    private static void underWay(Packages.Nupkg nupkg) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> CACHE.partialBytes(nupkg.sha512()) > 0);
    }

    private static boolean replicated(Deployment deployment) {
        return deployment.events(2, _ -> true).stream()
                .anyMatch(PackageReplicated.class::isInstance);
    }

    @Test
    void a_small_package_passes_a_large_one_that_a_region_slows_down_until_it_does_no_more()
            throws Exception {
        int rate = 400_000;
        region(new TransferBudget(Optional.of((long) rate), Optional.empty()));
        var slow = pushed(30_000_000);
        var quick = pushed(5_000);
        long begun = System.nanoTime();

        start(large, slow);
        underWay(slow);
        start(small, quick);
        small.event(2, PackageReplicated.class);

        assertThat(replicated(large)).isFalse();
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertThat((double) link.bytes()).isLessThan(rate * (seconds + 1));

        region(TransferBudget.NONE);
        long left = slow.bytes().length - CACHE.partialBytes(slow.sha512());
        long lifted = System.nanoTime();
        large.event(2, PackageReplicated.class);
        assertThat(Duration.ofNanos(System.nanoTime() - lifted))
                .as("much sooner than at that rate")
                .isLessThan(Duration.ofSeconds(left / rate));
    }

    @Test
    void a_cache_takes_so_many_at_once_and_more_when_it_is_told_so() throws Exception {
        String rate = ",\"bytesPerSecondMax\":20000";
        cache(rate + ",\"transfersMax\":1");
        var first = pushed(2_000_000);
        var second = pushed(5_000);
        start(large, first);
        underWay(first);

        start(small, second);
        small.event(2, PackageStored.class);
        await().during(Duration.ofSeconds(1))
                .until(() -> CACHE.partialBytes(second.sha512()) == 0 && !replicated(small));
        cache(rate + ",\"transfersMax\":2");

        small.event(2, PackageReplicated.class);
        assertThat(replicated(large)).isFalse();
        assertThat(Http.get("/api/v1/caches/narrow-1").body())
                .contains("\"bytesPerSecondMax\":20000", "\"transfersMax\":2");
        cache("");
        large.event(2, PackageReplicated.class);
    }

    @Test
    void a_deployment_keeps_to_its_own_budget_and_slows_no_other() throws Exception {
        var first = pushed(2_000_000);
        var second = pushed(2_000_000);
        large.queue(new TransferBudget(Optional.of(20_000L), Optional.of(1)));
        start(large, first);
        underWay(first);

        start(small, second);
        small.event(2, PackageReplicated.class);

        assertThat(replicated(large)).isFalse();
        assertThat(CACHE.partialBytes(first.sha512())).isLessThan(first.bytes().length / 2);
        large.cancel();
        large.ended(2);
    }
}
