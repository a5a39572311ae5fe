package stagecoach.orchestrator.app.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.progress.Runs;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;

/** Deployments that have ended long ago go; nothing that is alive, or that others build upon. */
@OrchestratorTest
class DeploymentRetentionTest {
    private static final Duration YEARS = Duration.ofDays(800);
    private static final int PER_ENVIRONMENT = 20;

    @Inject UnitOfWork unitOfWork;
    @Inject DeploymentRetention retention;
    @Inject @Any Instance<KeptForAWhile> kinds;

    private record Row(
            String id, String project, String environment, String state, Optional<Instant> ended) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void no_round_touches_what_goes_on_or_is_the_last_success_or_among_the_newest(long seed) {
        Instant now = Clock.systemUTC().instant();
        var random = new Random(seed);
        String prefix = "%d%04d".formatted(seed, System.nanoTime() % 10_000);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            String state =
                    List.of(
                                    "SUCCEEDED",
                                    "FAILED",
                                    "CANCELLED",
                                    "SUCCEEDED",
                                    "RUNNING",
                                    "PAUSED",
                                    "STAGED",
                                    "QUEUED",
                                    "CANCELLING")
                            .get(random.nextInt(9));
            boolean over = Set.of("SUCCEEDED", "FAILED", "CANCELLED").contains(state);
            rows.add(
                    new Row(
                            "%s%03d".formatted(prefix, i),
                            prefix + "-" + random.nextInt(2),
                            "env-" + random.nextInt(2),
                            state,
                            over
                                    ? Optional.of(
                                            // An hour beside the day: a pod's own round has a
                                            // clock that goes on.
                                            now.minus(Duration.ofDays(random.nextInt(340, 390)))
                                                    .minus(Duration.ofHours(1)))
                                    : Optional.empty()));
        }
        unitOfWork.execute(
                tx -> {
                    for (Row row : rows) {
                        tx.execute(
                                """
                                INSERT INTO deployment (id, number, project, release, environment, state, attempt,
                                    plan_digest, steps, selection, force_download, created_by, created_at,
                                    queued_at, ended_at, may_still_run)
                                VALUES (?1, nextval('deployment_number'), ?2, '1.0.0', ?3, ?4, 1, 'none', '[]',
                                    '{}', false, 'test', now(), now(), ?5, '[]')""",
                                row.id(),
                                row.project(),
                                row.environment(),
                                row.state(),
                                row.ended().orElse(null));
                    }
                });
        // A pod's own round may be at it, too; together they come to the same.
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> unitOfWork.run(tx -> retention.retire(tx, now)).isEmpty());

        Set<String> left = new HashSet<>();
        unitOfWork
                .run(tx -> tx.rows("SELECT id FROM deployment WHERE id LIKE ?1", prefix + "%"))
                .forEach(row -> left.add((String) Objects.requireNonNull(row[0])));
        Instant before = now.minus(Duration.ofDays(365));
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            List<Row> newer =
                    rows.subList(i + 1, rows.size()).stream()
                            .filter(
                                    other ->
                                            other.project().equals(row.project())
                                                    && other.environment()
                                                            .equals(row.environment()))
                            .toList();
            boolean lastSuccess =
                    row.state().equals("SUCCEEDED")
                            && newer.stream().noneMatch(o -> o.state().equals("SUCCEEDED"));
            boolean stays =
                    row.ended().filter(at -> at.isBefore(before)).isEmpty()
                            || newer.size() < PER_ENVIRONMENT
                            || lastSuccess;
            assertThat(left.contains(row.id())).as("%s stays", row).isEqualTo(stays);
        }
        assertThat(left.size()).isLessThan(rows.size());
        unitOfWork.execute(
                tx -> tx.execute("DELETE FROM deployment WHERE id LIKE ?1", prefix + "%"));
    }

    @Test
    void a_retired_deployment_is_gone_everywhere_and_its_success_still_counts_for_lifecycles() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        shop.release("2.0.0");
        String old = ended(shop, "1.0.0", true);
        String newer = ended(shop, "2.0.0", false);
        try {
            Api.expect(200, Api.put("/retention", "{\"deployments\": {\"perEnvironment\": 1}}"));
            await().atMost(StagecoachResource.PATIENCE)
                    .until(
                            () -> {
                                forget();
                                return rowsOf(old) == 0;
                            });
        } finally {
            Api.expect(200, Api.put("/retention", "{}"));
        }
        assertThat(Api.get("/deployments/" + old).statusCode()).isEqualTo(404);
        assertThat(Api.post("/deployments/" + old + "/retry", "{}").statusCode()).isEqualTo(404);
        assertThat(Api.get("/deployments/" + newer).statusCode()).isEqualTo(200);
        assertThat(Api.get("/deployments/" + newer + "/steps").statusCode()).isEqualTo(200);

        // 1.0.0 may go on to the next environment, although nothing else is left of its first one.
        String next = shop.environment() + "-next";
        Api.put("/environments/" + next, "{}");
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project(),
                        "{\"name\": \"Web shop\", \"lifecycle\": [[\"%s\"], [\"%s\"]]}"
                                .formatted(shop.environment(), next)));
        Api.expect(
                201,
                Api.post(
                        "/deployments",
                        "{\"project\": \"%s\", \"release\": \"1.0.0\", \"environment\": \"%s\"}"
                                .formatted(shop.project(), next)));
    }

    /** A deployment as if it had succeeded, with steps and a file; long ago or now. */
    private String ended(Shop shop, String release, boolean longAgo) {
        String id = shop.deploy(release);
        Api.post("/deployments/" + id + "/cancel", "");
        var run = Runs.ofSteps(shop, id, 101);
        run.collects(
                new Ticket(UUID.randomUUID()),
                new AgentId("target:w-1"),
                new Artifact("report.txt", 6, Digest.of("report")));
        Runs.eventually(
                "/deployments/" + id + "/artifacts", told -> told.getList("items").size() == 1);
        run.publish(new StepRunEnded(RunOutcome.SUCCEEDED, Optional.empty(), List.of()));
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                unitOfWork.run(
                                        tx ->
                                                !tx.rows(
                                                                        "SELECT 1 FROM inbox WHERE stream = ?1",
                                                                        "steprun-" + id + "-101")
                                                                .isEmpty()
                                                        && tx.rows(
                                                                        "SELECT 1 FROM outbox WHERE stream = ?1",
                                                                        "deployment-" + id)
                                                                .isEmpty()));
        unitOfWork.execute(
                tx -> {
                    tx.execute("DELETE FROM admission WHERE deployment = ?1", id);
                    tx.execute(
                            "UPDATE deployment SET state = 'SUCCEEDED', ended_at = ?2, queue_number = NULL WHERE id = ?1",
                            id,
                            longAgo
                                    ? Clock.systemUTC().instant().minus(YEARS)
                                    : Clock.systemUTC().instant());
                });
        return id;
    }

    private void forget() {
        for (KeptForAWhile kind : kinds) {
            if (Set.of("deployments", "retired streams").contains(kind.name())) {
                unitOfWork.execute(tx -> kind.forget(tx, Clock.systemUTC().instant(), 100));
            }
        }
    }

    /** What there is of a deployment besides the feed and its tombstone. */
    private long rowsOf(String deployment) {
        return unitOfWork.run(
                tx ->
                        (Long)
                                Objects.requireNonNull(
                                        tx.rows(
                                                        """
                                                        SELECT (SELECT count(*) FROM deployment WHERE id = ?1)
                                                            + (SELECT count(*) FROM event WHERE deployment = ?1)
                                                            + (SELECT count(*) FROM deployment_phase WHERE deployment = ?1)
                                                            + (SELECT count(*) FROM step_row WHERE deployment = ?1)
                                                            + (SELECT count(*) FROM deployment_warning WHERE deployment = ?1)
                                                            + (SELECT count(*) FROM artifact WHERE deployment = ?1)
                                                            + (SELECT count(*) FROM retired WHERE deployment = ?1 AND NOT done)
                                                            + (SELECT count(*) FROM inbox WHERE stream = 'deployment-' || ?1)""",
                                                        deployment)
                                                .getFirst()[0]));
    }
}
