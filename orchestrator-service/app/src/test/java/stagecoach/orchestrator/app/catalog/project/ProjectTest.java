package stagecoach.orchestrator.app.catalog.project;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;

@OrchestratorTest
class ProjectTest {
    @Test
    void a_process_is_told_as_it_was_written_and_keeps_what_it_uses() {
        Api.put("/worker-pools/pool-of-process", "{}");
        Api.expect(201, Api.put("/projects/with-process", "{\"description\": \"All of it\"}"));
        assertThat(Api.get("/projects/with-process/process").jsonPath().getList("steps")).isEmpty();
        Api.expect(
                200,
                Api.put(
                        "/projects/with-process/process",
                        """
                        {"steps": [{"name": "a", "runOn": {"workerPool": "pool-of-process"},
                                    "script": {"body": "true"}, "mutex": "one"}]}"""));
        String told = Api.get("/projects/with-process/process").asString();
        assertThat(told).contains("\"timeout\":\"PT1H\"").contains("\"mutex\":\"one\"");
        Api.expect(200, Api.put("/projects/with-process/process", told));
        assertThat(Api.delete("/worker-pools/pool-of-process").jsonPath().getString("detail"))
                .contains("project with-process");
        Api.expect(200, Api.put("/projects/with-process", "{}"));
        assertThat(Api.get("/projects/with-process/process").asString()).isEqualTo(told);
        assertThat(Api.delete("/projects/with-process").statusCode()).isEqualTo(204);
        assertThat(Api.delete("/worker-pools/pool-of-process").statusCode()).isEqualTo(204);
    }

    @Test
    void a_secret_is_written_kept_and_never_read_back() {
        Api.expect(201, Api.put("/projects/with-secret", "{}"));
        Api.expect(
                200,
                Api.put(
                        "/projects/with-secret/variables",
                        """
                        {"variables": [{"name": "Db.Password", "value": "hunter2", "sensitive": true},
                                       {"name": "Db.Url", "value": "jdbc:x"}]}"""));
        var told = Api.get("/projects/with-secret/variables");
        assertThat(told.asString()).doesNotContain("hunter2");
        assertThat(told.jsonPath().getMap("variables[0]"))
                .containsEntry("value", null)
                .containsEntry("hasValue", true)
                .containsEntry("sensitive", true);
        Api.expect(200, Api.put("/projects/with-secret/variables", told.asString()));
        assertThat(Api.get("/projects/with-secret").asString()).doesNotContain("hunter2");
    }

    @Test
    void a_wrong_process_leaves_the_old_one() {
        Api.expect(201, Api.put("/projects/stays", "{}"));
        var refused =
                Api.expect(
                        400,
                        Api.put(
                                "/projects/stays/process",
                                "{\"steps\": [{\"name\": \"a\"}, {\"name\": \"a\", \"runOn\": {\"tags\": []}}]}"));
        assertThat(refused.getList("errors.pointer"))
                .containsExactly("/steps/0/script", "/steps/0/runOn", "/steps/1/script");
        assertThat(Api.get("/projects/stays/process").jsonPath().getList("steps")).isEmpty();
        assertThat(Api.get("/projects/nobody/process").statusCode()).isEqualTo(404);
    }
}
