package stagecoach.orchestrator.app.catalog.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Machines;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;

@OrchestratorTest
class MachinesRebuildTest {
    private static final String MACHINES = "/services/orchestrator-service/projections/machines";

    @Inject UnitOfWork unitOfWork;

    private List<String> rows() {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT CAST(a AS text) FROM agent a WHERE agent LIKE 'target:rebuilt-%' ORDER BY 1")
                                .stream()
                                .map(row -> String.valueOf(row[0]))
                                .toList());
    }

    private void spoil(String sql) {
        unitOfWork.execute(tx -> tx.execute(sql));
    }

    @Test
    void what_tables_tell_wrongly_of_tentacles_is_as_they_were_reported_again() {
        Api.put("/environments/rebuilt", "{}");
        Api.put("/regions/eu", "{}");
        Machines.web("rebuilt-1", "rebuilt", "eu");
        Machines.web("rebuilt-2", "rebuilt", "eu");
        Machines.leaves("rebuilt-2");
        Api.expect(200, Api.put("/targets/rebuilt-1", "{\"environments\": [\"rebuilt\"]}"));
        List<String> right = rows();
        assertThat(right).hasSize(2);
        String target = Api.get("/targets/rebuilt-1").asString();
        spoil("UPDATE agent SET state = 'HEALTHY', reason = 'x' WHERE agent = 'target:rebuilt-2'");
        spoil("DELETE FROM agent WHERE agent = 'target:rebuilt-1'");
        spoil("INSERT INTO agent (agent, state) VALUES ('target:rebuilt-3', 'HEALTHY')");
        assertThat(Api.get("/targets/rebuilt-1").asString()).isNotEqualTo(target);

        rebuild();
        assertThat(rows()).isEqualTo(right);
        // Nor did the enrolment make anew what people had changed.
        assertThat(Api.get("/targets/rebuilt-1").asString()).isEqualTo(target);
    }

    @Test
    void machines_older_than_the_feed_are_as_they_were_last_reported_and_others_are_told_as_left() {
        Api.put("/environments/aged", "{}");
        Api.put("/regions/eu", "{}");
        Machines.web("aged-1", "aged", "eu");
        Machines.leaves("aged-1");
        Machines.web("aged-2", "aged", "eu");
        String right = row("aged-1");
        forget("aged-1", 3, 1);
        forget("aged-2", 2, 2);
        spoil("UPDATE agent SET state = 'HEALTHY', reason = 'x' WHERE agent = 'target:aged-1'");
        spoil("UPDATE agent SET reason = 'nobody can say' WHERE agent = 'target:aged-2'");
        String wrong = row("aged-2");

        JsonPath done = rebuild();
        assertThat(row("aged-1")).as("with the thumbprint of its enrolment").isEqualTo(right);
        assertThat(row("aged-2")).isEqualTo(wrong);
        assertThat(done.getLong("rebuild.rowsLeft")).isPositive();
        assertThat(done.getString("rebuild.leftBecause"))
                .startsWith("the feed no longer tells the beginning of their history");
    }

    @Test
    void a_machine_of_which_events_were_passed_over_keeps_nobody_waiting() {
        Api.put("/environments/holey", "{}");
        Api.put("/regions/eu", "{}");
        Machines.web("holey-1", "holey", "eu");
        Machines.leaves("holey-1");
        forget("holey-1", 3, 0);
        for (String table : List.of("feed", "feed_seen")) {
            spoil(
                    "DELETE FROM %s WHERE stream = 'agent-target:holey-1' AND version = 2"
                            .formatted(table));
        }
        spoil("UPDATE agent SET reason = 'nobody can say' WHERE agent = 'target:holey-1'");
        String asItWas = row("holey-1");

        assertThat(rebuild().getLong("rebuild.rowsLeft")).isPositive();
        assertThat(row("holey-1")).isEqualTo(asItWas);
    }

    private String row(String target) {
        return unitOfWork.run(
                tx ->
                        String.valueOf(
                                tx.rows(
                                                "SELECT CAST(a AS text) FROM agent a WHERE agent = ?1",
                                                "target:" + target)
                                        .getFirst()[0]));
    }

    /** As the retention of events does it, once the feed has all events of the machine. */
    private void forget(String target, int events, int upTo) {
        String stream = "agent-target:" + target;
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                unitOfWork
                                        .run(
                                                tx ->
                                                        tx.rows(
                                                                "SELECT 1 FROM feed WHERE stream = ?1",
                                                                stream))
                                        .size(),
                        size -> size == events);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "DELETE FROM feed WHERE stream = ?1 AND version <= ?2",
                                stream,
                                upTo));
    }

    private static JsonPath rebuild() {
        Api.expect(202, Api.post(MACHINES + "/rebuild", ""));
        return await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> Api.get(MACHINES).jsonPath(),
                        told -> told.getString("rebuild.state").equals("DONE"));
    }
}
