package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.internal.ReadBytes;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
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

    @Inject ServiceToken tokens;

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

        // Before it is lifted, for then the rest may be there in a moment.
        long left = slow.bytes().length - CACHE.partialBytes(slow.sha512());
        long lifted = System.nanoTime();
        region(TransferBudget.NONE);
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
    void a_large_package_lends_the_only_place_to_a_small_one_and_goes_on_where_it_stopped()
            throws Exception {
        cache(",\"bytesPerSecondMax\":400000,\"transfersMax\":1");
        // For nearly a minute more than 16 MiB of it are still to come.
        var slow = pushed(40_000_000);
        var quick = pushed(5_000);
        start(large, slow);
        underWay(slow);

        start(small, quick);
        small.event(2, PackageReplicated.class);

        assertThat(replicated(large)).isFalse();
        cache(",\"transfersMax\":1");
        var last = large.event(2, PackageReplicated.class);
        assertThat(last.bytesResumed()).isPositive();
        // What came behind the last that was heard of a try that broke off is there, not counted.
        assertThat(last.bytes()).isBetween(slow.bytes().length * 9L / 10, slow.bytes().length * 2L);
        assertThat(last.attempts()).isGreaterThan(1);
        cache("");
    }

    @Test
    void a_rate_that_is_put_over_rest_counts_for_what_is_under_way() throws Exception {
        int rate = 20_000;
        cache(",\"bytesPerSecondMax\":" + rate);
        var nupkg = pushed(6_000_000);
        start(large, nupkg);
        underWay(nupkg);
        await().during(Duration.ofSeconds(1)).until(() -> !replicated(large));

        long left = nupkg.bytes().length - CACHE.partialBytes(nupkg.sha512());
        long raised = System.nanoTime();
        cache(",\"bytesPerSecondMax\":50000000");
        large.event(2, PackageReplicated.class);
        assertThat(Duration.ofNanos(System.nanoTime() - raised))
                .isLessThan(Duration.ofSeconds(left / rate / 2));
        cache("");
    }

    @Test
    void what_a_machine_reads_from_the_server_keeps_to_its_region_until_that_says_otherwise()
            throws Exception {
        int rate = 200_000;
        Configured.region(
                "unhurried",
                true,
                new TransferBudget(Optional.of((long) rate), Optional.empty()),
                1);
        var nupkg = pushed(20_000_000);
        small.start(
                2,
                false,
                Deployment.nearest(nupkg.pin(), Deployment.target("unhurried-1", "unhurried")));
        small.commands(2, 1);

        long begun = System.nanoTime();
        try (var body = readFromServer(nupkg, "target:unhurried-1")) {
            assertThat(body.readNBytes(rate)).hasSize(rate);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isGreaterThan(Duration.ofMillis(200));
            Configured.region("unhurried", true, TransferBudget.NONE, 2);
            long lifted = System.nanoTime();
            assertThat(body.readAllBytes())
                    .isEqualTo(Arrays.copyOfRange(nupkg.bytes(), rate, nupkg.bytes().length));
            assertThat(Duration.ofNanos(System.nanoTime() - lifted))
                    .isLessThan(Duration.ofSeconds(nupkg.bytes().length / rate / 2));
        }
        try (var body = readFromServer(nupkg, "target:of-no-region")) {
            assertThat(body.readAllBytes()).isEqualTo(nupkg.bytes());
        }
    }

    private InputStream readFromServer(Packages.Nupkg nupkg, String agent) throws Exception {
        String path = ReadBytes.path(nupkg.sha512(), new AgentId(agent));
        return Http.CLIENT
                .send(
                        Http.request(path)
                                .header("Authorization", "Bearer " + tokens.issue())
                                .build(),
                        BodyHandlers.ofInputStream())
                .body();
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

    @Test
    void a_budget_of_a_deployment_that_is_changed_in_the_middle_counts_from_then_on()
            throws Exception {
        long rate = 20_000;
        var nupkg = pushed(6_000_000);
        large.queue(TransferBudget.NONE);
        large.budget(new TransferBudget(Optional.of(rate), Optional.empty()));
        start(large, nupkg);
        underWay(nupkg);
        await().during(Duration.ofSeconds(1)).until(() -> !replicated(large));

        long before = CACHE.partialBytes(nupkg.sha512());
        long left = nupkg.bytes().length - before;
        long raised = System.nanoTime();
        large.budget(new TransferBudget(Optional.of(500_000L), Optional.empty()));
        // At the rate of before this would take fifty seconds.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> CACHE.partialBytes(nupkg.sha512()) > before + 50 * rate);
        large.budget(TransferBudget.NONE);

        large.event(2, PackageReplicated.class);
        assertThat(Duration.ofNanos(System.nanoTime() - raised))
                .isLessThan(Duration.ofSeconds(left / rate / 2));
    }
}
