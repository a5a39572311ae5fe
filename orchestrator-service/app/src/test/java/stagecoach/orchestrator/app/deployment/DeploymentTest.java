package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Purpose;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Machines;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.release.PlanStore;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.store.StateCache;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.process.Phase;

@OrchestratorTest
class DeploymentTest {
    @Inject UnitOfWork unitOfWork;
    @Inject PlanStore plans;
    @Inject SecretBox box;
    @Inject StateCache memory;
    @Inject ServiceToken tokens;

    private Phases phases;

    @BeforeEach
    void listen() {
        phases = new Phases();
    }

    @AfterEach
    void stop() {
        phases.close();
    }

    private void allPhasesSucceed(String deployment) {
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(deployment, run));
        }
    }

    private static void awaitState(String deployment, DeploymentState state) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                state.name()
                                        .equals(
                                                Api.get("/deployments/" + deployment)
                                                        .jsonPath()
                                                        .getString("state")));
    }

    @Test
    void a_deployment_goes_through_its_phases_as_the_services_report() {
        var shop = Shop.open(2);
        shop.release("1.0.0");
        var created = Api.post("/deployments", shop.request("1.0.0"));
        var body = Api.expect(201, created);
        String id = body.getString("id");
        assertThat(created.header("Location")).endsWith("/api/v1/deployments/" + id);
        assertThat(body.getString("state")).isEqualTo("QUEUED");
        assertThat(body.getString("createdBy")).isEqualTo("test admin");
        assertThat(body.getList("waitingFor")).isEmpty();
        var started = Api.get("/deployments/" + id).jsonPath();
        assertThat(started.getString("state")).isEqualTo("RUNNING");
        assertThat(started.getList("phases.phase")).containsExactly("PRE_ACQUISITION");

        var first = phases.awaitPhase(id, 1);
        assertThat(first.phase()).isEqualTo(Phase.PRE_ACQUISITION);
        var plan = unitOfWork.run(tx -> plans.read(tx, first.planDigest(), Plan.class));
        assertThat(plan.process().steps()).hasSize(4);
        Phases.succeeds(first);
        var second = phases.awaitPhase(id, 2);
        assertThat(((PhaseWork.Acquire) second.work()).needs().getFirst().targets()).hasSize(2);
        Phases.succeeds(second);
        Phases.succeeds(phases.awaitPhase(id, 3));
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);

        awaitState(id, DeploymentState.SUCCEEDED);
        var told = Api.get("/deployments/" + id).jsonPath();
        assertThat(told.getList("phases.state"))
                .containsExactly("SUCCEEDED", "SUCCEEDED", "SUCCEEDED");
        assertThat(told.getString("failure")).isNull();
    }

    @Test
    void an_older_release_runs_as_it_was_made_and_knows_what_it_replaces() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        shop.process(
                """
                {"steps": [{"name": "other", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                  "script": {"syntax": "BASH", "body": "./other"}}]}""");
        shop.release("2.0.0");
        String newer = shop.deploy("2.0.0");
        var only = phases.awaitPhase(newer, 1);
        assertThat(steps(only)).containsExactly("other");
        assertThat(only.facts().orElseThrow().previous()).isEmpty();
        Phases.succeeds(only);
        awaitState(newer, DeploymentState.SUCCEEDED);

        String again =
                Api.expect(
                                201,
                                Api.post(
                                        "/deployments",
                                        shop.request("1.0.0")
                                                .replace("}", ", \"comment\": \"back\"}")))
                        .getString("id");
        var first = phases.awaitPhase(again, 1);
        assertThat(steps(first)).containsExactly("open-tunnel");
        var facts = first.facts().orElseThrow();
        assertThat(facts.previous()).contains(new ReleaseVersion("2.0.0"));
        assertThat(facts.comment()).contains("back");
        assertThat(facts.createdBy()).contains("test admin");
        var plan = unitOfWork.run(tx -> plans.read(tx, first.planDigest(), Plan.class));
        assertThat(plan.labels().orElseThrow().projectName()).isEqualTo("Web shop");
        allPhasesSucceed(again);
        awaitState(again, DeploymentState.SUCCEEDED);
    }

    private static List<String> steps(PhaseStarted phase) {
        return ((PhaseWork.Steps) phase.work())
                .assignments().stream().map(one -> one.step().name().value()).toList();
    }

    @Test
    void invariant_7_deployments_of_one_project_and_environment_run_one_at_a_time_in_order() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String first = shop.deploy("1.0.0");
        String second = shop.deploy("1.0.0");
        String third = shop.deploy("1.0.0");
        var waiting = Api.get("/deployments/" + third).jsonPath();
        assertThat(waiting.getString("state")).isEqualTo("QUEUED");
        assertThat(waiting.getList("waitingFor.deployment")).containsExactly(first, second);
        assertThat(waiting.getString("waitingFor[0].detail"))
                .contains("behind deployment " + first)
                .contains(shop.project() + " 1.0.0")
                .contains("RUNNING");
        Api.expect(202, Api.post("/deployments/" + second + "/cancel", "{}"));
        assertThat(Api.get("/deployments/" + second).jsonPath().getString("state"))
                .isEqualTo("CANCELLED");
        allPhasesSucceed(first);
        allPhasesSucceed(third);
        assertThat(phases.awaitEnd(third, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(
                        unitOfWork.<List<?>>run(
                                tx ->
                                        tx.rows(
                                                "SELECT 1 FROM admission WHERE project = ?1",
                                                shop.project())))
                .isEmpty();
    }

    @Test
    void where_too_many_are_under_way_the_next_waits_and_says_so() {
        var shop = Shop.open(0);
        var other = Shop.open(0);
        shop.release("1.0.0");
        other.release("1.0.0");
        String first = shop.deploy("1.0.0");
        String second;
        try (var _ = Rush.begin(unitOfWork)) {
            second = other.deploy("1.0.0");
            var waiting = Api.get("/deployments/" + second).jsonPath();
            assertThat(waiting.getString("state")).isEqualTo("QUEUED");
            assertThat(waiting.getList("waitingFor.reason")).containsExactly("TASK_LIMIT");
        }
        Api.expect(202, Api.post("/deployments/" + first + "/cancel", ""));
        Phases.endsCancelled(phases.awaitPhase(first, 1));
        Phases.succeeds(phases.awaitPhase(first, 2));
        Phases.succeeds(phases.awaitPhase(second, 1));
        Phases.succeeds(phases.awaitPhase(second, 2));
        phases.awaitEnd(second, 1);
    }

    @Test
    void who_waits_begins_when_there_is_room_that_nobody_has_freed() {
        var shop = Shop.open(0);
        shop.release("1.0.0");
        String id;
        try (var _ = Rush.begin(unitOfWork)) {
            id = shop.deploy("1.0.0");
            assertThat(Api.get("/deployments/" + id).jsonPath().getString("state"))
                    .isEqualTo("QUEUED");
        }
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        phases.awaitEnd(id, 1);
    }

    @Test
    void a_plan_is_given_to_services_only_and_its_digest_tells_nothing_without_the_key() {
        var shop = Shop.open(0);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var digest = phases.awaitPhase(id, 1).planDigest();
        byte[] plan =
                RestAssured.given()
                        .header("Authorization", "Bearer " + tokens.issue())
                        .get("/internal/plans/" + digest)
                        .then()
                        .statusCode(200)
                        .extract()
                        .asByteArray();
        assertThat(digest).isNotEqualTo(Digest.of(plan)).isEqualTo(box.nameOf(plan, "plan"));
        assertThat(
                        RestAssured.given()
                                .header("Authorization", TestKeys.ADMIN.bearer())
                                .get("/internal/plans/" + digest)
                                .statusCode())
                .isEqualTo(401);
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        phases.awaitEnd(id, 1);
    }

    @Test
    void a_failed_deployment_says_why_and_a_retry_runs_what_had_not_succeeded() {
        var shop = Shop.open(2);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        Phases.failsAt(
                phases.awaitPhase(id, 3),
                "start",
                shop.web(2),
                "exit code 1: port 8443 is taken by pid 3127");
        awaitState(id, DeploymentState.FAILED);
        assertThat(Api.get("/deployments/" + id).jsonPath().getString("failure"))
                .isEqualTo(
                        "step \"start\" on %s (eu), exit 1: \"port 8443 is taken by pid 3127\""
                                .formatted(shop.web(2)));
        assertThat(Api.post("/deployments/" + id + "/cancel", "{}").statusCode()).isEqualTo(409);

        var retried =
                Api.expect(
                        202, Api.post("/deployments/" + id + "/retry", "{\"from\": \"FAILED\"}"));
        assertThat(retried.getInt("attempt")).isEqualTo(2);
        Phases.succeeds(phases.awaitPhase(id, 4));
        var deploy = phases.awaitPhase(id, 5);
        assertThat(((PhaseWork.Steps) deploy.work()).assignments())
                .extracting(a -> a.step().name() + " x" + a.places().size())
                .containsExactly("start x1", "close-tunnel x1");
        Phases.succeeds(deploy);
        assertThat(phases.awaitEnd(id, 2).state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(Api.post("/deployments/" + id + "/retry", "").statusCode()).isEqualTo(409);
    }

    @Test
    void invariant_8_a_cancel_runs_the_always_steps_and_ends_cancelled() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var first = phases.awaitPhase(id, 1);
        var cancelled = Api.expect(202, Api.post("/deployments/" + id + "/cancel", ""));
        assertThat(cancelled.getString("state")).isEqualTo("CANCELLING");
        Api.expect(202, Api.post("/deployments/" + id + "/cancel", "{\"skipCleanup\": false}"));
        Phases.endsCancelled(first);
        var cleanup = phases.awaitPhase(id, 2);
        assertThat(cleanup.purpose()).isEqualTo(Purpose.CLEANUP);
        Phases.succeeds(cleanup);
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void a_cancel_that_says_so_leaves_the_clean_up_out() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var first = phases.awaitPhase(id, 1);
        Api.expect(202, Api.post("/deployments/" + id + "/cancel", ""));
        assertThat(
                        Api.post("/deployments/" + id + "/cancel", "{\"skipCleanup\": \"yes\"}")
                                .statusCode())
                .isEqualTo(400);
        Api.expect(202, Api.post("/deployments/" + id + "/cancel", "{\"skipCleanup\": true}"));
        Phases.endsCancelled(first);
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.CANCELLED);
        assertThat(Api.get("/deployments/" + id).jsonPath().getList("phases")).hasSize(1);
    }

    @Test
    void equal_keys_lead_to_one_deployment_also_at_once_and_after_a_restart() throws Exception {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        Map<String, String> key = Map.of("Idempotency-Key", "once-" + shop.number());
        Callable<String> ask =
                () ->
                        Api.expect(201, Api.post("/deployments", shop.request("1.0.0"), key))
                                .getString("id");
        var ids = new HashSet<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(List.of(ask, ask, ask, ask))) {
                ids.add(answer.get());
            }
        }
        memory.clear();
        ids.add(ask.call());
        assertThat(ids).hasSize(1);
        assertThat(Api.get("/deployments?project=" + shop.project()).jsonPath().getList("items.id"))
                .hasSize(1);
        var other =
                Api.post(
                        "/deployments",
                        shop.request("1.0.0").replace("}", ", \"comment\": \"again\"}"),
                        key);
        assertThat(other.statusCode()).isEqualTo(422);
        allPhasesSucceed(ids.iterator().next());
    }

    @Test
    void everything_that_is_wrong_with_a_request_is_told_at_once() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        var wrong =
                Api.expect(
                        400,
                        Api.post(
                                "/deployments",
                                """
                                {"project": "%s", "release": "1.0.1", "environment": "%s",
                                 "targets": ["web-9"], "notBefore": "soon", "notAfter": "2020-11-24T07:00:00Z",
                                 "acquireOnly": "yes", "guidedFailure": 1, "colour": "red"}"""
                                        .formatted(shop.project(), shop.environment())));
        assertThat(wrong.getList("errors.pointer"))
                .containsExactlyInAnyOrder(
                        "/release",
                        "/targets/0",
                        "/notBefore",
                        "/notAfter",
                        "/acquireOnly",
                        "/guidedFailure",
                        "/colour");
        assertThat(wrong.getString("errors.find { it.pointer == '/release' }.detail"))
                .contains("Did you mean \"1.0.0\"?");
    }

    @Test
    void a_preview_says_what_would_run_move_and_be_waited_for() {
        var shop = Shop.open(2);
        shop.release("1.0.0");
        String running = shop.deploy("1.0.0");
        var preview = Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
        assertThat(preview.getList("steps.step"))
                .containsExactly("open-tunnel", "server", "start", "close-tunnel");
        assertThat(preview.getList("steps[1].places.target"))
                .containsExactly(shop.web(1), shop.web(2));
        assertThat(preview.getList("packages.package"))
                .containsExactly("Shop.Server", "Shop.Server");
        assertThat(preview.getList("packages[0].path")).containsExactly("CACHE:eu-1", "SERVER");
        assertThat(preview.getLong("packages[0].bytes")).isEqualTo(999_000);
        assertThat(preview.getLong("packages[0].bytesResumed")).isEqualTo(1_000);
        assertThat(preview.getLong("caches[0].bytesResumed")).isZero();
        assertThat(preview.getBoolean("caches[0].doubted")).isTrue();
        assertThat(preview.getList("warnings.detail"))
                .contains("The server reads the feed for its targets.");
        assertThat(preview.getBoolean("caches[0].unheard")).isTrue();
        assertThat(preview.getLong("links[0].bytes")).isEqualTo(1_000_000);
        assertThat(preview.getList("waitingFor.deployment")).containsExactly(running);
        allPhasesSucceed(running);
    }

    @Test
    void a_machine_that_is_just_coming_back_is_waited_for() {
        var shop = Shop.open(2);
        shop.release("1.0.0");
        Machines.leaves(shop.web(2));
        String id = shop.deploy("1.0.0");
        Phases.succeeds(phases.awaitPhase(id, 1));
        phases.await(id, ArrivalsAwaited.class, _ -> true);
        var waiting = Api.get("/deployments/" + id).jsonPath();
        assertThat(waiting.getString("waitingFor[0].reason")).isEqualTo("MACHINE_AWAITED");
        assertThat(waiting.getString("waitingFor[0].detail"))
                .isEqualTo(shop.web(2) + " (eu): its connection has closed");
        Machines.comesBack(shop.web(2));
        var acquisition = phases.awaitPhase(id, 2);
        assertThat(((PhaseWork.Acquire) acquisition.work()).needs().getFirst().targets())
                .hasSize(2)
                .allMatch(target -> target.unavailable().isEmpty());
        Phases.succeeds(acquisition);
        Phases.succeeds(phases.awaitPhase(id, 3));
        phases.awaitEnd(id, 1);
    }

    @Test
    void a_machine_that_comes_during_deployment_is_told_as_missed() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        var deploy = phases.awaitPhase(id, 3);
        Machines.web(shop.web(2), shop.environment(), "eu");
        var missed = phases.await(id, TargetMissed.class, _ -> true);
        assertThat(missed.target().value()).isEqualTo(shop.web(2));
        Phases.succeeds(deploy);
        phases.awaitEnd(id, 1);
    }

    @Test
    void a_machine_that_is_waited_for_and_then_disabled_is_waited_for_no_longer() {
        var shop = Shop.open(2);
        shop.process(
                """
                {"steps": [{"name": "start", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                  "unavailableTargets": "WAIT", "waitFor": "PT2H",
                  "script": {"syntax": "BASH", "body": "./start"}}]}""");
        shop.release("1.0.0");
        Machines.leaves(shop.web(2));
        String id = shop.deploy("1.0.0");
        phases.await(id, ArrivalsAwaited.class, _ -> true);
        configure(shop, "\"tags\": [\"web\"], \"disabled\": true");
        var deploy = phases.awaitPhase(id, 1);
        assertThat(((PhaseWork.Steps) deploy.work()).assignments().getFirst().places())
                .extracting(place -> place.target().orElseThrow().value())
                .containsExactly(shop.web(1));
        Phases.succeeds(deploy);
        phases.awaitEnd(id, 1);
    }

    @Test
    void a_machine_that_gets_its_tag_during_deployment_is_told_as_missed() {
        var shop = Shop.open(2);
        configure(shop, "\"tags\": [\"other\"]");
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        var deploy = phases.awaitPhase(id, 3);
        configure(shop, "\"tags\": [\"web\"]");
        var missed = phases.await(id, TargetMissed.class, _ -> true);
        assertThat(missed.target().value()).isEqualTo(shop.web(2));
        Phases.succeeds(deploy);
        phases.awaitEnd(id, 1);
    }

    @Test
    void a_place_has_the_name_that_people_gave_its_target() {
        var shop = Shop.open(2);
        configure(shop, "\"name\": \"Front door\", \"tags\": [\"web\"]");
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.succeeds(phases.awaitPhase(id, 2));
        var deploy = phases.awaitPhase(id, 3);
        assertThat(((PhaseWork.Steps) deploy.work()).assignments().getFirst().places())
                .extracting(place -> place.targetName().orElseThrow())
                .containsExactly(shop.web(1), "Front door");
        Phases.succeeds(deploy);
        phases.awaitEnd(id, 1);
    }

    /** Somebody configures the second machine anew. */
    private static void configure(Shop shop, String fields) {
        Api.expect(
                200,
                Api.put(
                        "/targets/" + shop.web(2),
                        "{\"environments\": [\"%s\"], \"region\": \"eu\", %s}"
                                .formatted(shop.environment(), fields)));
    }

    @Test
    void an_unknown_deployment_is_none() {
        assertThat(Api.post("/deployments/00000000/cancel", "").statusCode()).isEqualTo(404);
        assertThat(Api.post("/deployments/nonsense/retry", "").statusCode()).isEqualTo(404);
    }
}
