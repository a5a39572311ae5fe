package stagecoach.packages.app.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.PackageServiceTest;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.packages.TransferBudget;

/** Two processes over one database, as far as budgets are concerned. */
@PackageServiceTest
class PlacesTest {
    private static final CacheId CACHE = new CacheId("of-nobody");
    private static final CacheId ANOTHER = new CacheId("of-nobody-too");
    private static final long LARGE = 1L << 30;
    private static final Duration TURN = Duration.ofSeconds(30);

    @Inject UnitOfWork unitOfWork;
    @Inject Budgets budgets;
    @Inject PlaceTable table;
    @Inject DeploymentBudgets deployments;

    private final DeploymentId deployment =
            DeploymentId.ofBits(UUID.randomUUID().getLeastSignificantBits() & Long.MAX_VALUE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Places here;
    private Places there;

    @BeforeEach
    void begin() {
        here = new Places(unitOfWork, budgets, table, 4, TURN);
        there = new Places(unitOfWork, budgets, table, 4, TURN);
    }

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        here.halt();
        there.halt();
        execute("DELETE FROM place WHERE budgets = ?1", budget());
    }

    private String budget() {
        return "deployment:" + deployment;
    }

    private int execute(String sql, String parameter) throws Exception {
        return threadOfOurs(() -> unitOfWork.run(tx -> tx.execute(sql, parameter)));
    }

    private static <T> T threadOfOurs(Callable<T> work) throws Exception {
        try (var own = Executors.newVirtualThreadPerTaskExecutor()) {
            return own.submit(work).get();
        }
    }

    private void limited(Long rate, Integer transfers) throws Exception {
        threadOfOurs(
                () -> {
                    unitOfWork.execute(
                            tx ->
                                    deployments.learn(
                                            tx,
                                            deployment,
                                            new TransferBudget(
                                                    Optional.ofNullable(rate),
                                                    Optional.ofNullable(transfers))));
                    return true;
                });
    }

    private static PackagePin pin(String name, long bytes) {
        return new PackagePin(
                new PackageId(name),
                new PackageVersion("1.0.0"),
                Sha512.hashOf(name.getBytes(StandardCharsets.UTF_8)),
                bytes);
    }

    private Future<Place> wants(Places process, String name) {
        return wants(process, name, 10);
    }

    private Future<Place> wants(Places process, String name, long bytes) {
        return threads.submit(
                () ->
                        process.enter(CACHE, pin(name, bytes), List.of(deployment), () -> false)
                                .orElseThrow());
    }

    private static void isIn(Future<Place> wanted) {
        assertThat(wanted).succeedsWithin(StagecoachResource.PATIENCE);
    }

    private static void waits(Future<?> wanted) {
        await().during(Duration.ofMillis(1_500)).until(() -> !wanted.isDone());
    }

    private static void left(Future<Place> place) throws Exception {
        place.get().close();
    }

    @Test
    void what_two_processes_bring_is_counted_together() throws Exception {
        limited(null, 2);
        var first = wants(here, "First");
        isIn(first);
        isIn(wants(there, "Second"));

        var third = wants(here, "Third");
        waits(third);
        left(first);
        isIn(third);

        var fourth = wants(there, "Fourth");
        waits(fourth);
        limited(null, 3);
        isIn(fourth);
    }

    @Test
    void what_two_processes_have_brought_to_one_cache_is_one_transfer() throws Exception {
        limited(null, 1);
        isIn(wants(here, "Same"));
        var same = wants(there, "Same");
        isIn(same);

        var other = wants(here, "Other");
        left(same);
        waits(other);
    }

    @Test
    void a_small_package_does_not_wait_for_large_ones_of_another_process() throws Exception {
        limited(null, 2);
        isIn(wants(here, "Large", LARGE));
        var large = wants(there, "Larger", LARGE);
        waits(large);
        isIn(wants(there, "Small"));
    }

    @Test
    void a_process_with_much_to_bring_keeps_no_other_out() throws Exception {
        limited(null, 1);
        var first = wants(here, "A");
        isIn(first);
        var second = wants(here, "B");
        var third = wants(here, "C");
        var theirs = wants(there, "D");
        waits(theirs);
        var busy =
                threads.submit(
                        () -> {
                            // Each makes its process look again at once.
                            while (!theirs.isDone()) {
                                here.enter(ANOTHER, pin("Busy", 10), List.of(), () -> false)
                                        .orElseThrow()
                                        .close();
                            }
                            return true;
                        });

        left(first);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> second.isDone() || third.isDone() || theirs.isDone());
        if (!theirs.isDone()) {
            left(second.isDone() ? second : third);
            isIn(theirs);
        }
        assertThat(List.of(second.isDone(), third.isDone())).contains(false);
        assertThat(busy).succeedsWithin(StagecoachResource.PATIENCE);
    }

    @Test
    void who_waits_no_more_keeps_nothing() throws Exception {
        limited(null, 1);
        var first = wants(here, "First");
        isIn(first);
        var abandoned = new AtomicBoolean();
        var wanted =
                threads.submit(
                        () ->
                                there.enter(
                                        CACHE,
                                        pin("Abandoned", 10),
                                        List.of(deployment),
                                        abandoned::get));
        await().atMost(StagecoachResource.PATIENCE).until(() -> rows() == 2);

        abandoned.set(true);

        assertThat(wanted.get()).isEmpty();
        await().atMost(StagecoachResource.PATIENCE).until(() -> rows() == 1);
        left(first);
        await().atMost(StagecoachResource.PATIENCE).until(() -> rows() == 0);
    }

    private int rows() throws Exception {
        return execute("UPDATE place SET bytes = bytes WHERE budgets = ?1", budget());
    }

    @Test
    void the_places_of_a_killed_process_are_free_after_a_while() throws Exception {
        limited(null, 1);
        isIn(wants(here, "Theirs"));
        var ours = wants(there, "Ours");
        here.halt();
        waits(ours);

        execute(
                "UPDATE place SET held_until = now() - interval '1 second' WHERE inside AND budgets = ?1",
                budget());

        isIn(ours);
    }

    @Test
    void a_place_is_kept_for_as_long_as_it_takes() throws Exception {
        limited(null, 1);
        isIn(wants(here, "Long"));
        execute(
                "UPDATE place SET held_until = now() + interval '1 hour' WHERE budgets = ?1",
                budget());

        // It is renewed for less than an hour.
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                execute(
                                                "UPDATE place SET bytes = bytes WHERE held_until < now() + interval '30 minutes' AND budgets = ?1",
                                                budget())
                                        == 1);
    }

    @Test
    void a_turn_that_is_too_short_is_refused_in_words() {
        assertThatThrownBy(() -> new Places(unitOfWork, budgets, table, 4, Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("stagecoach.budget.turn", "PT0.999S", "PT1S");
    }

    @Test
    void two_processes_send_no_more_bytes_a_second_together_than_one_may() throws Exception {
        long rate = 200_000;
        limited(rate, null);
        var sent = new AtomicLong();
        var all = new ArrayList<Future<?>>();
        long begun = System.nanoTime();
        for (var process :
                List.of(new Paces(unitOfWork, budgets), new Paces(unitOfWork, budgets))) {
            all.add(
                    threads.submit(
                            () -> {
                                while (System.nanoTime() - begun < 2_000_000_000L) {
                                    sent.addAndGet(
                                            process.leave(CACHE, Optional.of(deployment), rate));
                                }
                                return true;
                            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertThat((double) sent.get()).isBetween(1.0, rate * (seconds + 1));
    }
}
