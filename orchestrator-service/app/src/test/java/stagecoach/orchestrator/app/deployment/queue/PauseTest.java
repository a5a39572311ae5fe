package stagecoach.orchestrator.app.deployment.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestCli;

/** Deployments that are kept from starting, and how many may be under way. */
@OrchestratorTest
class PauseTest {
    @Inject UnitOfWork unitOfWork;

    @TestHTTPResource("/")
    URI url;

    private Phases phases;

    @BeforeEach
    void listen() {
        phases = new Phases();
    }

    @AfterEach
    void stop() {
        phases.close();
    }

    private String says(String... args) {
        var said = new TestCli(url).run(args);
        assertThat(said.exit()).describedAs(said.err()).isZero();
        return said.out();
    }

    private void succeeds(String deployment) {
        Phases.succeeds(phases.awaitPhase(deployment, 1));
        Phases.succeeds(phases.awaitPhase(deployment, 2));
        assertThat(phases.awaitEnd(deployment, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void what_is_paused_waits_with_the_reason_others_go_on_and_it_starts_when_that_is_over() {
        var shop = Shop.open(0);
        var other = Shop.open(0);
        shop.release("1.0.0");
        other.release("1.0.0");
        String underWay = shop.deploy("1.0.0");
        String pause = "move-" + shop.number();
        says(
                "pause",
                "create",
                pause,
                "--environment",
                shop.environment(),
                "--reason",
                "the database moves");
        succeeds(underWay);
        String held = shop.deploy("1.0.0");
        var waiting = Api.get("/deployments/" + held).jsonPath();
        assertThat(waiting.getString("state")).isEqualTo("QUEUED");
        assertThat(waiting.getString("waitingFor[0].reason")).isEqualTo("PAUSED");
        assertThat(waiting.getString("waitingFor[0].pause")).isEqualTo(pause);
        assertThat(waiting.getString("waitingFor[0].detail"))
                .startsWith("paused by test admin since ")
                .endsWith(": the database moves");
        assertThat(
                        Api.post("/deployment-previews", shop.request("1.0.0"))
                                .jsonPath()
                                .getList("waitingFor.reason"))
                .contains("PAUSED");
        succeeds(other.deploy("1.0.0"));
        assertThat(says("pause", "list"))
                .containsPattern(pause + " +any +" + shop.environment() + " +the database moves");
        var again = new TestCli(url).run("pause", "create", pause, "--reason", "another matter");
        assertThat(again.exit()).isEqualTo(3);
        assertThat(again.err())
                .contains("by test admin: the database moves", "stagecoach remove pause " + pause);
        says("remove", "pause", pause, "--yes");
        succeeds(held);
        assertThat(Api.get("/pauses/" + pause).statusCode()).isEqualTo(404);
    }

    @Test
    void a_pause_that_names_nothing_that_exists_is_refused() {
        var refused =
                Api.expect(
                        400,
                        Api.put(
                                "/pauses/wrong",
                                "{\"project\": \"no-shop\", \"environment\": \"nowhere\"}"));
        assertThat(refused.getList("errors.pointer"))
                .containsExactlyInAnyOrder("/project", "/environment", "/reason");
    }

    @Test
    void who_paused_what_and_why_and_who_ended_it_are_events_for_those_who_audit() {
        var shop = Shop.open(0);
        String pause = "audit-" + shop.number();
        says("pause", "create", pause, "--environment", shop.environment(), "--reason", "audited");
        says("remove", "pause", pause, "--yes");
        String mine =
                "/events?type=ConfigurationChanged&limit=500&environment=" + shop.environment();
        await().atMost(StagecoachResource.PATIENCE).until(() -> told(mine, "PAUSE").size() == 2);
        var begun = told(mine, "PAUSE").getFirst();
        assertThat(begun).containsEntry("subject", "config-pause:" + pause);
        assertThat(begun).containsEntry("actor", "test admin");
        assertThat(begun.get("data").toString()).contains("reason=audited", shop.environment());
        assertThat(told(mine, "PAUSE").getLast()).containsEntry("actor", "test admin");
        assertThat(says("events", "--environment", shop.environment()))
                .contains("config-pause:" + pause);
    }

    @Test
    void a_change_of_the_limit_is_an_event_and_what_it_is_already_is_none() {
        String of = "/events?type=ConfigurationChanged&limit=500&since=" + Instant.now();
        says("limit", "deployments", "--tasks-max", "4321");
        says("limit", "deployments", "--tasks-max", "4321");
        says("limit", "deployments", "--tasks-max", "0");
        await().atMost(StagecoachResource.PATIENCE).until(() -> told(of, "TASK_LIMIT").size() >= 2);
        assertThat(told(of, "TASK_LIMIT")).hasSize(2);
        assertThat(told(of, "TASK_LIMIT").getFirst().get("data").toString())
                .contains("tasksMax=4321");
        assertThat(told(of, "TASK_LIMIT").getLast().get("data").toString()).doesNotContain("4321");
    }

    private static List<Map<String, Object>> told(String path, String kind) {
        return Api.get(path).jsonPath().getList("items.findAll { it.data.kind == '" + kind + "' }");
    }

    @Test
    void a_project_and_an_environment_that_a_pause_names_stay_until_it_has_ended() {
        var shop = Shop.open(0);
        String pause = "names-" + shop.number();
        String environment = "emptied-" + shop.number();
        String project = "emptied-" + shop.number();
        Api.expect(201, Api.put("/environments/" + environment, "{}"));
        Api.expect(201, Api.put("/projects/" + project, "{}"));
        Api.expect(
                201,
                Api.put(
                        "/pauses/" + pause,
                        "{\"project\": \"%s\", \"environment\": \"%s\", \"reason\": \"it moves\"}"
                                .formatted(project, environment)));
        assertThat(Api.expect(409, Api.delete("/environments/" + environment)).getString("detail"))
                .contains("in use by pause " + pause);
        assertThat(Api.expect(409, Api.delete("/projects/" + project)).getString("detail"))
                .contains("in use by pause " + pause);
        assertThat(Api.delete("/pauses/" + pause).statusCode()).isEqualTo(204);
        assertThat(Api.delete("/environments/" + environment).statusCode()).isEqualTo(204);
        assertThat(Api.delete("/projects/" + project).statusCode()).isEqualTo(204);
    }

    @Test
    void a_pause_of_an_older_process_holds_what_it_names_only_as_long_as_it_is_there() {
        var shop = Shop.open(0);
        String pause = "older-" + shop.number();
        String environment = "older-" + shop.number();
        Api.expect(201, Api.put("/environments/" + environment, "{}"));
        writtenByAnOlderProcess(pause, environment);
        assertThat(Api.expect(409, Api.delete("/environments/" + environment)).getString("detail"))
                .contains("in use by pause " + pause);
        execute("DELETE FROM deployment_pause WHERE id = ?1", pause);
        assertThat(Api.delete("/environments/" + environment).statusCode()).isEqualTo(204);

        Api.expect(201, Api.put("/environments/" + environment, "{}"));
        Api.expect(
                201,
                Api.put(
                        "/pauses/" + pause,
                        "{\"environment\": \"%s\", \"reason\": \"it moves\"}"
                                .formatted(environment)));
        execute("DELETE FROM deployment_pause WHERE id = ?1", pause);
        assertThat(Api.delete("/environments/" + environment).statusCode()).isEqualTo(204);
    }

    @Test
    void a_pause_from_before_there_were_events_of_pauses_is_changed_and_ends_with_events() {
        var shop = Shop.open(0);
        String changed = "changed-" + shop.number();
        String ended = "ended-" + shop.number();
        writtenByAnOlderProcess(changed, shop.environment());
        writtenByAnOlderProcess(ended, shop.environment());
        String tag = Api.get("/pauses/" + changed).header("ETag");
        assertThat(put("/pauses/" + changed, "*", "something else").statusCode()).isEqualTo(200);
        assertThat(Api.get("/pauses/" + changed).header("ETag")).isNotEqualTo(tag);
        assertThat(Api.delete("/pauses/" + changed).statusCode()).isEqualTo(204);
        assertThat(Api.delete("/pauses/" + ended).statusCode()).isEqualTo(204);
        String mine =
                "/events?type=ConfigurationChanged&limit=500&environment=" + shop.environment();
        await().atMost(StagecoachResource.PATIENCE).until(() -> about(mine, ended).size() == 2);
        assertThat(about(mine, ended).getFirst()).contains("reason=it moves");
        assertThat(about(mine, ended).getLast()).doesNotContain("reason");
        assertThat(about(mine, changed).getFirst()).contains("reason=it moves");
    }

    private static List<String> about(String path, String pause) {
        return told(path, "PAUSE").stream()
                .filter(event -> ("config-pause:" + pause).equals(event.get("subject")))
                .map(event -> String.valueOf(event.get("data")))
                .toList();
    }

    private void writtenByAnOlderProcess(String pause, String environment) {
        execute(
                """
                INSERT INTO deployment_pause (id, environment, reason, since, by_whom)
                VALUES (?1, ?2, 'it moves', now(), 'ada')""",
                pause,
                environment);
    }

    private void execute(String sql, Object... parameters) {
        unitOfWork.execute(tx -> tx.execute(sql, parameters));
    }

    @Test
    void a_pause_is_changed_only_by_whoever_has_read_it() {
        String path = "/pauses/kept-" + Shop.open(0).number();
        Api.expect(201, Api.put(path, "{\"reason\": \"the database moves\", \"project\": null}"));
        try {
            Api.expect(200, Api.put(path, "{\"reason\": \"the database moves\"}"));
            assertThat(
                            Api.expect(409, Api.put(path, "{\"reason\": \"something else\"}"))
                                    .getString("detail"))
                    .contains("by test admin", "the database moves", "If-Match");
            assertThat(put(path, " ", "something else").statusCode()).isEqualTo(409);
            String tag = Api.get(path).header("ETag");
            assertThat(put(path, tag, "something else").statusCode()).isEqualTo(200);
            assertThat(Api.get(path).jsonPath().getString("reason")).isEqualTo("something else");
            assertThat(put(path, tag, "a third matter").statusCode()).isEqualTo(412);
        } finally {
            Api.delete(path);
        }
    }

    private static Response put(String path, String tag, String reason) {
        return Api.put(path, "{\"reason\": \"%s\"}".formatted(reason), Map.of("If-Match", tag));
    }

    @Test
    void the_limit_of_deployments_under_way_is_set_for_all_pods_at_once() {
        var shop = Shop.open(0);
        shop.release("1.0.0");
        var other = Shop.open(0);
        other.release("1.0.0");
        String first = shop.deploy("1.0.0");
        int underWay = Api.get("/task-limit").jsonPath().getInt("underWay");
        String second;
        try {
            assertThat(says("limit", "deployments", "--tasks-max", String.valueOf(underWay)))
                    .contains(String.valueOf(underWay));
            second = other.deploy("1.0.0");
            var waiting = Api.get("/deployments/" + second).jsonPath();
            assertThat(waiting.getList("waitingFor.reason")).containsExactly("TASK_LIMIT");
            assertThat(waiting.getString("waitingFor[0].detail"))
                    .contains("more than %d may not be".formatted(underWay));
        } finally {
            says("limit", "deployments", "--tasks-max", "0");
        }
        assertThat(Api.get("/task-limit").jsonPath().getBoolean("configured")).isTrue();
        succeeds(second);
        succeeds(first);
    }
}
