package stagecoach.orchestrator.app.deployment.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestCli;

/** Deployments that are kept from starting, and how many may be under way. */
@OrchestratorTest
class PauseTest {
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
