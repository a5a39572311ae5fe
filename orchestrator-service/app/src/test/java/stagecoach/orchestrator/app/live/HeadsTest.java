package stagecoach.orchestrator.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;

@OrchestratorTest
class HeadsTest {
    private static final int FOLLOWERS = 30;

    @Inject Heads heads;
    @Inject UnitOfWork unitOfWork;

    private final String deployment = "heads-" + UUID.randomUUID();
    private final Subject subject = Subject.outputOf(deployment);

    private void grow() {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "INSERT INTO log_head (deployment, seq) VALUES (?1, 1) ON CONFLICT (deployment) DO UPDATE SET seq = log_head.seq + 1",
                                deployment));
    }

    private boolean sawGrowth(long seen) throws InterruptedException {
        heads.awaitChange(subject, seen, System.nanoTime() + StagecoachResource.PATIENCE.toNanos());
        return heads.changes(subject) > seen;
    }

    @Test
    void all_who_follow_one_subject_are_woken_when_it_has_grown() throws Exception {
        heads.enter(subject);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            grow();
            await().atMost(StagecoachResource.PATIENCE).until(() -> heads.changes(subject) > 0);
            long seen = heads.changes(subject);
            var woken = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < FOLLOWERS; i++) {
                heads.enter(subject);
                woken.add(threads.submit(() -> sawGrowth(seen)));
            }
            grow();
            for (Future<Boolean> each : woken) {
                // Whoever is not woken tells so himself.
                assertThat(each.get()).isTrue();
                heads.leave(subject);
            }
        } finally {
            heads.leave(subject);
        }
        // Nobody follows it any more: nothing is remembered about it.
        assertThat(heads.changes(subject)).isZero();
    }
}
