package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.deployment.queue.TaskLimit;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.StateCache;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Who cannot be started is in nobody's way: neither of those behind, nor of those that end. */
@OrchestratorTest
class AdmissionTest {
    private static final long PATIENCE_SECONDS = StagecoachResource.PATIENCE.toSeconds();

    @Inject UnitOfWork unitOfWork;
    @Inject StateCache memory;
    @Inject Admission admission;
    @Inject DeploymentKind kind;

    private Shop before;
    private Shop poisoned;
    private Shop behind;
    private Phases phases;
    private @Nullable Rush rush;

    @BeforeEach
    void open() {
        phases = new Phases();
        before = Shop.open(0);
        poisoned = Shop.open(1);
        behind = Shop.open(0);
        before.release("1.0.0");
        poisoned.release("1.0.0");
        behind.release("1.0.0");
    }

    @AfterEach
    void stop() {
        endRush();
        phases.close();
    }

    @Test
    void one_that_cannot_be_started_ends_with_a_sentence_and_the_next_in_line_starts() {
        String ending = before.deploy("1.0.0");
        rush = Rush.begin(unitOfWork);
        String poison = poisoned.deploy("1.0.0");
        String good = behind.deploy("1.0.0");
        execute("UPDATE target SET tags = 'damaged' WHERE id = ?1", poisoned.web(1));
        try {
            endRush();
            succeeds(ending);
            assertThat(phases.awaitEnd(ending, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
            succeeds(good);
            assertThat(phases.awaitEnd(good, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
            assertThat(phases.awaitEnd(poison, 1).state()).isEqualTo(DeploymentState.FAILED);
            assertThat(read(poison).getString("failure"))
                    .startsWith("it could not be started, because of a mistake")
                    .contains("orchestrator's log");
        } finally {
            execute("UPDATE target SET tags = '[\"web\"]' WHERE id = ?1", poisoned.web(1));
        }
        Api.expect(202, Api.post("/deployments/" + poison + "/retry", ""));
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(poison, run));
        }
        assertThat(phases.awaitEnd(poison, 2).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void one_whose_history_cannot_be_read_is_put_aside_in_words_and_comes_again_when_it_can() {
        rush = Rush.begin(unitOfWork);
        String first = before.deploy("1.0.0");
        String poison = poisoned.deploy("1.0.0");
        String alsoBehind = poisoned.deploy("1.0.0");
        String good = behind.deploy("1.0.0");
        String stream = "deployment-" + poison;
        byte[] history = read("SELECT data FROM event WHERE stream = ?1", stream);
        execute("UPDATE event SET data = ?2 WHERE stream = ?1", stream, new byte[] {'{'});
        memory.clear();
        endRush();
        succeeds(first);
        succeeds(good);
        Phases.succeeds(phases.awaitPhase(alsoBehind, 1));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> "START_FAILED".equals(read(poison).get("waitingFor[0].reason")));
        assertThat(read(poison).getString("state")).isEqualTo("QUEUED");
        assertThat(read(poison).getString("waitingFor[0].detail"))
                .contains("it could not be started", "it is in line again at");

        execute("UPDATE event SET data = ?2 WHERE stream = ?1", stream, history);
        execute("UPDATE deployment SET start_again_at = now() WHERE id = ?1", poison);
        Phases.succeeds(phases.awaitPhase(alsoBehind, 2));
        Phases.succeeds(phases.awaitPhase(alsoBehind, 3));
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(poison, run));
        }
        assertThat(phases.awaitEnd(poison, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(read(poison).getList("waitingFor")).isEmpty();
    }

    @Test
    void lifting_a_pause_is_answered_before_those_start_whom_it_held() throws Exception {
        String pause = "hold-" + before.number();
        Api.expect(
                201,
                Api.put(
                        "/pauses/" + pause,
                        "{\"environment\": \"%s\", \"reason\": \"the database moves\"}"
                                .formatted(before.environment())));
        String held = before.deploy("1.0.0");
        var locked = new CountDownLatch(1);
        var mayStart = new CountDownLatch(1);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        var nobodyStarts =
                threads.submit(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            TaskLimit.locked(tx);
                                            locked.countDown();
                                            hold(tx, mayStart);
                                        }));
        try {
            assertThat(locked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            var lifted = threads.submit(() -> Api.delete("/pauses/" + pause).statusCode());
            assertThat(lifted.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(204);
        } finally {
            mayStart.countDown();
        }
        nobodyStarts.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        threads.close();
        succeeds(held);
        assertThat(phases.awaitEnd(held, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    private static void hold(Tx tx, CountDownLatch until) {
        try {
            // The database ends a transaction in which nothing happens for long.
            while (!until.await(5, TimeUnit.SECONDS)) {
                tx.rows("SELECT 1");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void one_that_meets_a_schema_of_another_version_waits_in_words_and_starts_when_it_fits() {
        execute("ALTER TABLE admission RENAME COLUMN since TO since_when");
        String waiting;
        try (var warnings = new Warnings()) {
            waiting = before.deploy("1.0.0");
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> "START_FAILED".equals(read(waiting).get("waitingFor[0].reason")));
            assertThat(read(waiting).getString("state")).isEqualTo("QUEUED");
            assertThat(read(waiting).getString("waitingFor[0].detail"))
                    .contains("just now", "another schema", "tried again when its turn comes");
            assertThat(admission.admitNext(kind, Optional.empty(), new HashSet<>())).isTrue();
            assertThat(admission.admitNext(kind, Optional.empty(), new HashSet<>())).isTrue();
            assertThat(warnings.told).hasSize(1);
        } finally {
            execute("ALTER TABLE admission RENAME COLUMN since_when TO since");
        }
        succeeds(waiting);
        assertThat(phases.awaitEnd(waiting, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    /** What the log says of those who cannot be started, while it is open. */
    private static final class Warnings extends Handler implements AutoCloseable {
        private final Logger logger = Logger.getLogger(Admission.class.getName());
        private final List<String> told = new CopyOnWriteArrayList<>();

        private Warnings() {
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                told.add(logged.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    @Test
    void what_a_slow_process_found_out_about_one_attempt_says_nothing_about_the_next() {
        rush = Rush.begin(unitOfWork);
        String deployment = before.deploy("1.0.0");
        var first =
                new Admission.Candidate(
                        new DeploymentId(deployment),
                        before.project(),
                        new EnvironmentId(before.environment()),
                        1);
        admission.giveUp(kind, first, new IllegalStateException("met by one process"));
        assertThat(read(deployment).getString("state")).isEqualTo("FAILED");
        Api.expect(202, Api.post("/deployments/" + deployment + "/retry", ""));
        admission.giveUp(kind, first, new IllegalStateException("met by another, slower one"));
        assertThat(read(deployment).getString("state")).isEqualTo("QUEUED");
        assertThat(read(deployment).getList("waitingFor.reason")).doesNotContain("START_FAILED");
        endRush();
        succeeds(deployment);
        assertThat(phases.awaitEnd(deployment, 2).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    /** Without targets there is nothing to acquire. */
    private void succeeds(String deployment) {
        Phases.succeeds(phases.awaitPhase(deployment, 1));
        Phases.succeeds(phases.awaitPhase(deployment, 2));
    }

    private static JsonPath read(String deployment) {
        return Api.get("/deployments/" + deployment).jsonPath();
    }

    private byte[] read(String sql, Object parameter) {
        return unitOfWork.run(
                tx -> (byte[]) Objects.requireNonNull(tx.rows(sql, parameter).getFirst()[0]));
    }

    private void endRush() {
        if (rush != null) {
            rush.close();
        }
    }

    private void execute(String sql, @Nullable Object... parameters) {
        unitOfWork.execute(tx -> tx.execute(sql, parameters));
    }
}
