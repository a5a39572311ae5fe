package stagecoach.orchestrator.app.catalog.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

        Api.expect(202, Api.post(MACHINES + "/rebuild", ""));

        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                Api.get(MACHINES)
                                        .jsonPath()
                                        .getString("rebuild.state")
                                        .equals("DONE"));
        assertThat(rows()).isEqualTo(right);
        // Nor did the enrolment make anew what people had changed.
        assertThat(Api.get("/targets/rebuilt-1").asString()).isEqualTo(target);
    }
}
