package stagecoach.orchestrator.app.deployment.adhoc;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Machines;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.PlayedPackageService;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.release.PlanStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Phase;
import stagecoach.wire.StagecoachJson;

@OrchestratorTest
class AdHocTest {
    @Inject UnitOfWork unitOfWork;
    @Inject PlanStore plans;

    private Phases phases;

    @BeforeEach
    void listen() {
        phases = new Phases();
    }

    @AfterEach
    void stop() {
        phases.close();
    }

    private static String script(Shop shop, String where, String body) {
        return """
               {"environment": "%s", %s, "script": {"body": "%s"}, "timeout": "PT5M"}"""
                .formatted(shop.environment(), where, body);
    }

    private static List<String> targets(PhaseStarted phase) {
        return ((PhaseWork.Steps) phase.work())
                .assignments().getFirst().places().stream()
                        .map(Place::target)
                        .map(target -> target.orElseThrow().value())
                        .toList();
    }

    private static Map<String, String> mistakes(Response response) {
        assertThat(response.statusCode()).as(response.asString()).isEqualTo(400);
        JsonPath told = response.jsonPath();
        List<String> pointers = told.getList("errors.pointer");
        List<String> details = told.getList("errors.detail");
        var mistakes = new TreeMap<String, String>();
        for (int i = 0; i < pointers.size(); i++) {
            mistakes.put(pointers.get(i), details.get(i));
        }
        return mistakes;
    }

    @Test
    void a_script_runs_on_the_chosen_targets_whatever_their_tags_and_its_body_is_in_no_event() {
        var shop = Shop.open(3);
        Response answer =
                Api.post(
                        "/scripts",
                        script(
                                shop,
                                "\"targets\": [\"%s\", \"%s\"]".formatted(shop.web(1), shop.web(3)),
                                "echo very-private"));
        String id = Api.expect(202, answer).getString("id");
        assertThat(answer.header("Location")).endsWith("/api/v1/deployments/" + id);

        PhaseStarted only = phases.awaitPhase(id, 1);
        assertThat(only.phase()).isEqualTo(Phase.DEPLOYMENT);
        assertThat(targets(only)).containsExactly(shop.web(1), shop.web(3));
        assertThat(StagecoachJson.text(only)).doesNotContain("very-private");
        Plan plan = unitOfWork.run(tx -> plans.read(tx, only.planDigest(), Plan.class));
        assertThat(plan.process().steps().getFirst().action())
                .isEqualTo(new Action.Script(Action.Syntax.BASH, "echo very-private"));
        assertThat(plan.process().steps().getFirst().timeout().orElseThrow()).hasMinutes(5);

        Phases.succeeds(only);
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
        JsonPath told = Api.get("/deployments/" + id).jsonPath();
        assertThat(told.getString("project")).isEqualTo("ad-hoc-scripts");
        assertThat(told.getString("createdBy")).isEqualTo("test admin");
        assertThat(
                        Api.get(
                                        "/deployments?project=ad-hoc-scripts&environment="
                                                + shop.environment())
                                .jsonPath()
                                .<String>getList("items.id"))
                .containsExactly(id);
    }

    @Test
    void a_script_runs_by_tags_or_on_a_worker_and_the_second_one_waits_for_the_first() {
        var shop = Shop.open(2);
        String first =
                Api.expect(202, Api.post("/scripts", script(shop, "\"tags\": [\"web\"]", "true")))
                        .getString("id");
        PhaseStarted running = phases.awaitPhase(first, 1);
        assertThat(targets(running)).containsExactly(shop.web(1), shop.web(2));
        String second =
                Api.expect(
                                202,
                                Api.post(
                                        "/scripts", script(shop, "\"workerPool\": \"hq\"", "true")))
                        .getString("id");
        assertThat(Api.get("/deployments/" + second).jsonPath().getList("waitingFor")).isNotEmpty();
        Phases.succeeds(running);
        Place place =
                ((PhaseWork.Steps) phases.awaitPhase(second, 1).work())
                        .assignments()
                        .getFirst()
                        .places()
                        .getFirst();
        assertThat(place.worker().orElseThrow().value()).isEqualTo("hq-1");
    }

    @Test
    void a_script_is_cancelled_like_a_deployment() {
        var shop = Shop.open(1);
        String id =
                Api.expect(202, Api.post("/scripts", script(shop, "\"tags\": [\"web\"]", "true")))
                        .getString("id");
        PhaseStarted running = phases.awaitPhase(id, 1);
        Api.expect(202, Api.post("/deployments/" + id + "/cancel", "{}"));
        Phases.endsCancelled(running);
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void all_that_is_wrong_with_a_script_is_told_at_once() {
        var shop = Shop.open(1);
        assertThat(
                        mistakes(
                                Api.post(
                                        "/scripts",
                                        """
                                        {"environment": "nowhere", "tags": ["web"], "workerPool": "nobody",
                                         "script": {"syntax": "BATCH", "body": " "}, "timeout": "PT0S", "step": 1}""")))
                .containsKeys("/environment", "/workerPool", "/script/syntax", "/step");
        assertThat(
                        mistakes(
                                Api.post(
                                        "/scripts",
                                        script(
                                                shop,
                                                "\"targets\": [\"elsewhere\"]",
                                                "#{No.Such}"))))
                .containsOnlyKeys("/targets/0");
        assertThat(mistakes(Api.post("/scripts", script(shop, "\"tags\": [\"none\"]", "true"))))
                .containsEntry(
                        "/tags", "No target in %s has the tag none.".formatted(shop.environment()));
        assertThat(
                        mistakes(
                                Api.post(
                                        "/scripts",
                                        "{\"environment\": \"%s\", \"script\": {\"body\": \"\"}}"
                                                .formatted(shop.environment()))))
                .containsKey("/targets");
    }

    @Test
    void who_may_only_deploy_may_check_a_target_and_run_no_script_of_his_own() {
        var shop = Shop.open(1);
        assertThat(
                        Api.postAs(
                                        TestKeys.DEPLOY.key(),
                                        "/scripts",
                                        script(shop, "\"tags\": [\"web\"]", "true"))
                                .statusCode())
                .isEqualTo(403);
        assertThat(
                        Api.postAs(TestKeys.READ.key(), "/targets/" + shop.web(1) + "/check", "{}")
                                .statusCode())
                .isEqualTo(403);
    }

    @Test
    void a_target_is_checked_now_also_if_it_is_not_there() {
        var shop = Shop.open(1);
        Machines.leaves(shop.web(1));
        Response answer = Api.post("/targets/" + shop.web(1) + "/check", "{}");
        String id = Api.expect(202, answer).getString("id");
        PhaseStarted only = phases.awaitPhase(id, 1);
        assertThat(targets(only)).containsExactly(shop.web(1));
        assertThat(((PhaseWork.Steps) only.work()).assignments().getFirst().step().kind())
                .isEqualTo(PlannedStep.Kind.HEALTH_CHECK);
        Phases.failsAt(only, "check", shop.web(1), "it did not answer");
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.FAILED);
    }

    @Test
    void what_cannot_be_checked_is_refused_in_words() {
        var shop = Shop.open(1);
        Api.expect(404, Api.post("/targets/nobody-here/check", "{}"));
        Api.expect(
                200,
                Api.put(
                        "/targets/" + shop.web(1),
                        "{\"environments\": [\"%s\"], \"tags\": [\"web\"], \"disabled\": true}"
                                .formatted(shop.environment())));
        assertThat(
                        Api.expect(409, Api.post("/targets/" + shop.web(1) + "/check", "{}"))
                                .getString("detail"))
                .contains("is disabled");
    }

    @Test
    void an_upgrade_brings_the_tentacles_package_and_runs_what_the_tentacle_has_for_it() {
        var shop = Shop.open(2);
        Response answer =
                Api.post(
                        "/targets/" + shop.web(2) + "/upgrade",
                        "{\"version\": \"1.1.0\", \"comment\": \"C-7\"}");
        String id = Api.expect(202, answer).getString("id");
        assertThat(answer.jsonPath().getString("project")).isEqualTo("ad-hoc-upgrades");
        assertThat(answer.jsonPath().getString("release")).isEqualTo("1.1.0");
        PhaseStarted brings = phases.awaitPhase(id, 1);
        var need = ((PhaseWork.Acquire) brings.work()).needs().getFirst();
        assertThat(need.pinned().pin())
                .isEqualTo(PlayedPackageService.pinOf("Stagecoach.Tentacle", "1.1.0"));
        assertThat(need.targets())
                .singleElement()
                .satisfies(at -> assertThat(at.toString()).contains(shop.web(2)));
        Phases.succeeds(brings);
        PhaseStarted runs = phases.awaitPhase(id, 2);
        assertThat(targets(runs)).containsExactly(shop.web(2));
        Plan plan = unitOfWork.run(tx -> plans.read(tx, runs.planDigest(), Plan.class));
        var step = plan.process().steps().getFirst();
        assertThat(((Action.Script) step.action()).body())
                .contains(
                        "exec \"$upgrade\" \"#{Stagecoach.Package[Stagecoach.Tentacle].Directory}\" 1.1.0");
        // Beside what runs there, which uses the default one.
        assertThat(step.mutex().orElseThrow().name()).isEqualTo("stagecoach-upgrade");
        Phases.failsAt(runs, "upgrade", shop.web(2), "1.1.0 had no session");
        assertThat(phases.awaitEnd(id, 1).failure().orElseThrow()).contains("1.1.0 had no session");
    }

    @Test
    void an_upgrade_that_cannot_be_is_refused_in_words_and_only_an_admin_asks_for_one() {
        var shop = Shop.open(1);
        String path = "/targets/" + shop.web(1) + "/upgrade";
        assertThat(mistakes(Api.post(path, "{\"version\": \"new\", \"force\": true}")))
                .containsOnlyKeys("/version", "/force");
        assertThat(mistakes(Api.post(path, "{\"version\": \"7.0.0\"}")))
                .containsEntry("/version", "\"Stagecoach.Tentacle\" has no version 7.0.0.");
        Api.expect(404, Api.post("/targets/nobody-here/upgrade", "{\"version\": \"1.1.0\"}"));
        assertThat(Api.postAs(TestKeys.DEPLOY.key(), path, "{\"version\": \"1.1.0\"}").statusCode())
                .isEqualTo(403);
    }

    @Test
    void nobody_configures_the_projects_that_runs_without_one_are_listed_under() {
        assertThat(mistakes(Api.put("/projects/ad-hoc-scripts", "{}"))).containsKey("/id");
    }
}
