package stagecoach.runtime.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.pods.OtherPods;
import stagecoach.runtime.store.Doorbell;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.OwnRelay;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
@TestProfile(OwnRelay.class)
class PodBellTest {
    private static final long PATIENCE_MILLIS = StagecoachResource.PATIENCE.toMillis();

    /** Of its own, so that no other pod rings it. */
    private static final String SCHEMA = "bell" + System.nanoTime();

    @Inject Vertx vertx;
    @Inject UnitOfWork unitOfWork;

    @ConfigProperty(name = "quarkus.datasource.reactive.url")
    String url;

    @ConfigProperty(name = "quarkus.datasource.username")
    String user;

    @ConfigProperty(name = "quarkus.datasource.password")
    String password;

    private final List<PodBell> bells = new ArrayList<>();

    @AfterEach
    void stop() {
        bells.forEach(bell -> join(bell.stop()));
    }

    private static void join(Future<Void> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }

    private Doorbell pod() {
        return pod(new OtherPods());
    }

    private Doorbell pod(OtherPods others) {
        var doorbell = new Doorbell();
        var bell = new PodBell(vertx, doorbell, others, url, user, password, SCHEMA);
        bells.add(bell);
        join(bell.start());
        return doorbell;
    }

    @Test
    void what_a_pod_tells_is_heard_by_those_others_who_wait_for_it_and_wakes_no_relay()
            throws Exception {
        var here = new OtherPods();
        var there = new OtherPods();
        var heardHere = new Semaphore(0);
        var heardThere = new Semaphore(0);
        var otherwise = new Semaphore(0);
        here.onHeard("mail", heardHere::release);
        there.onHeard("mail", heardThere::release);
        there.onHeard("weather", otherwise::release);
        var relayHere = pod(here);
        var relayThere = pod(there);
        here.tell("mail");
        assertThat(heardThere.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        // What is heard comes in order: behind this one an echo of the first would have come.
        there.tell("mail");
        assertThat(heardHere.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(heardHere.availablePermits()).isZero();
        assertThat(otherwise.availablePermits()).isZero();
        assertThat(relayHere.await(0)).isFalse();
        assertThat(relayThere.await(0)).isFalse();
        assertThatThrownBy(() -> here.tell("mail'; --"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_ring_in_one_pod_wakes_the_others_and_not_itself_again() throws Exception {
        var here = pod();
        var there = pod();
        here.ring();
        assertThat(here.await(0)).isTrue();
        assertThat(there.await(PATIENCE_MILLIS)).isTrue();
        // What is heard comes in order: behind this one an echo of the first would have come.
        there.ring();
        assertThat(here.await(PATIENCE_MILLIS)).isTrue();
        assertThat(here.await(0)).isFalse();
    }

    @Test
    void many_rings_are_carried_at_most_once_in_ten_milliseconds_and_the_last_one_is_not_lost()
            throws Exception {
        var here = pod();
        var there = pod();
        int heard = 0;
        long start = System.nanoTime();
        for (int i = 0; i < 200_000; i++) {
            here.ring();
            if (there.await(0)) {
                heard++;
            }
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertThat((long) heard).isLessThanOrEqualTo(millis / PodBell.EVERY_MILLIS + 2);
        // A database that is busy may carry the first of them only now.
        if (heard == 0) {
            assertThat(there.await(PATIENCE_MILLIS)).isTrue();
        }
        boolean more = true;
        while (more) {
            more = there.await(200);
        }
        here.ring();
        assertThat(there.await(PATIENCE_MILLIS)).isTrue();
    }

    @Test
    void a_bell_whose_connection_was_ended_rings_again() {
        var here = pod();
        var there = pod();
        unitOfWork.execute(
                tx ->
                        tx.rows(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE ?1 AND pid <> pg_backend_pid()",
                                "%" + SCHEMA + "%"));
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            here.ring();
                            return there.await(100);
                        });
    }
}
