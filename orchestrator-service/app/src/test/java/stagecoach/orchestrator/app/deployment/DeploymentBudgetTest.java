package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.packages.TransferBudget;

/** The budget of a deployment that has not ended can be read and changed. */
@OrchestratorTest
class DeploymentBudgetTest {
    private static final String SLOW = "{\"bytesPerSecondMax\": 20000, \"transfersMax\": 1}";

    private Phases phases;
    private String id = "";
    private String path = "";

    @BeforeEach
    void deploy() {
        phases = new Phases();
        var shop = Shop.open(0);
        shop.release("1.0.0");
        id = shop.deploy("1.0.0");
        path = "/deployments/" + id + "/budget";
    }

    @AfterEach
    void end() {
        if (!Api.get("/deployments/" + id).jsonPath().getString("state").equals("SUCCEEDED")) {
            succeed();
        }
        phases.close();
    }

    private void succeed() {
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        phases.awaitEnd(id, 1);
    }

    private Response put(String json, String ifMatch) {
        return Api.put(path, json, Map.of("If-Match", ifMatch));
    }

    @Test
    void it_is_changed_under_way_told_as_an_event_and_shown_with_the_deployment() {
        var unlimited = Api.expect(200, Api.get(path));
        assertThat(unlimited.getMap("")).containsOnlyKeys("bytesPerSecondMax", "transfersMax");
        assertThat(unlimited.getString("bytesPerSecondMax")).isNull();

        var changed = Api.expect(200, Api.put(path, SLOW));

        assertThat(changed.getLong("bytesPerSecondMax")).isEqualTo(20_000);
        var told = phases.await(id, DeploymentBudgetChanged.class, _ -> true);
        assertThat(told.budget())
                .isEqualTo(new TransferBudget(Optional.of(20_000L), Optional.of(1)));
        assertThat(told.by()).isEqualTo("test admin");
        var shown = Api.get("/deployments/" + id).jsonPath();
        assertThat(shown.getLong("bytesPerSecondMax")).isEqualTo(20_000);
        assertThat(shown.getInt("transfersMax")).isEqualTo(1);

        Api.expect(200, Api.put(path, "{}"));
        var lifted = Api.get("/deployments/" + id).jsonPath();
        assertThat(lifted.getString("bytesPerSecondMax")).isNull();
        assertThat(lifted.getString("transfersMax")).isNull();
    }

    @Test
    void what_changes_nothing_keeps_its_tag_and_who_read_an_older_one_is_told_so() {
        String read = Api.get(path).header("ETag");
        String changed = put(SLOW, read).header("ETag");
        assertThat(changed).isNotEqualTo(read).isEqualTo(Api.get(path).header("ETag"));
        assertThat(Api.put(path, SLOW).header("ETag")).isEqualTo(changed);

        var refused = Api.expect(412, put("{}", read));

        assertThat(refused.getString("detail"))
                .contains("budget of deployment \"" + id + "\"", "its ETag is " + changed);
        Api.expect(412, put(SLOW, read));
        Api.expect(412, Api.put(path + "?dryRun=true", "{}", Map.of("If-Match", read)));
        assertThat(Api.put(path + "?dryRun=true", "{}").statusCode()).isEqualTo(200);
        assertThat(Api.get(path).header("ETag")).isEqualTo(changed);
        Api.expect(200, put("{}", changed));
    }

    @Test
    void of_many_who_change_it_at_once_on_top_of_the_same_one_alone_succeeds() throws Exception {
        String read = Api.get(path).header("ETag");
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked =
                    List.of(1, 2, 3, 4).stream()
                            .map(
                                    most ->
                                            people.submit(
                                                    () ->
                                                            put(
                                                                    "{\"transfersMax\": %d}"
                                                                            .formatted(most),
                                                                    read)))
                            .toList();
            int written = 0;
            for (var answer : asked) {
                int status = answer.get().statusCode();
                assertThat(status).isIn(200, 412);
                written += status == 200 ? 1 : 0;
            }
            assertThat(written).isEqualTo(1);
        }
    }

    @Test
    void a_deployment_that_has_ended_or_is_none_refuses_it() {
        succeed();
        var refused = Api.expect(409, Api.put(path, SLOW));
        assertThat(refused.getString("type")).isEqualTo("/api/problems/deployment-ended");
        assertThat(refused.getString("detail")).contains("already ended: it is SUCCEEDED");
        Api.expect(409, Api.put(path + "?dryRun=true", SLOW));
        Api.expect(404, Api.put("/deployments/00000000/budget", SLOW));
        Api.expect(404, Api.get("/deployments/nonsense/budget"));
    }

    @Test
    void it_takes_whoever_may_deploy_and_every_mistake_is_told() {
        Api.expect(403, Api.putAs(TestKeys.READ.key(), path, SLOW));
        Api.expect(200, Api.putAs(TestKeys.DEPLOY.key(), path, SLOW));
        Api.expect(401, Api.putAs("sc_nobody", path, SLOW));
        var wrong =
                Api.expect(
                        400,
                        Api.put(
                                path,
                                "{\"bytesPerSecondMax\": 10, \"transfersMax\": 0, \"perDay\": 1}"));
        assertThat(wrong.getList("errors.pointer"))
                .containsExactlyInAnyOrder("/bytesPerSecondMax", "/transfersMax", "/perDay");
    }
}
