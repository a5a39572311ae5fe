package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.progress.Runs;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.SqlLog;
import stagecoach.runtime.test.StagecoachResource;

/** Schedules, questions to people, staged deployments and lifecycles, through the API. */
@OrchestratorTest
class CourseTest {
    @Inject UnitOfWork unitOfWork;

    private Phases phases;

    @BeforeEach
    void listen() {
        phases = new Phases();
    }

    @AfterEach
    void stop() {
        phases.close();
    }

    private static Shop shop(int machines) {
        var shop = Shop.open(machines);
        shop.release("1.0.0");
        return shop;
    }

    private static String deploy(Shop shop, String more) {
        return Api.expect(
                        201,
                        Api.post("/deployments", shop.request("1.0.0").replace("}", more + "}")))
                .getString("id");
    }

    /** As if the time of the deployment's timers had come. */
    private void timeComes(String deployment) {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE timer SET fire_at = now() WHERE stream = ?1",
                                "deployment-" + deployment));
    }

    private static String state(String deployment) {
        return Api.get("/deployments/" + deployment).jsonPath().getString("state");
    }

    /** The id of the question with which the deployment's run {@code run} has ended. */
    private String question(String deployment, int run) {
        return phases.await(
                        deployment, InterruptionRaised.class, asked -> asked.run().value() == run)
                .interruption()
                .value();
    }

    private static void resolve(String question, String choice) {
        var answered =
                Api.expect(
                        200,
                        Api.post(
                                "/interruptions/" + question + "/resolve",
                                "{\"choice\": \"%s\", \"notes\": \"seen\"}".formatted(choice)));
        assertThat(answered.getString("choice")).isEqualTo(choice);
        assertThat(answered.getString("by")).isEqualTo("test admin");
    }

    @Test
    void a_scheduled_deployment_blocks_nobody_and_says_what_it_waits_for() {
        var shop = shop(1);
        String scheduled = deploy(shop, ", \"notBefore\": \"2126-11-24T06:00:00Z\"");
        var waiting = Api.get("/deployments/" + scheduled).jsonPath();
        assertThat(waiting.getString("state")).isEqualTo("QUEUED");
        assertThat(waiting.getList("waitingFor.reason")).containsExactly("SCHEDULED");
        assertThat(waiting.getString("notBefore")).isEqualTo("2126-11-24T06:00:00Z");
        String other = deploy(shop, "");
        Phases.succeeds(phases.awaitPhase(other, 1));
        Phases.succeeds(phases.awaitPhase(other, 2));
        Phases.succeeds(phases.awaitPhase(other, 3));
        phases.awaitEnd(other, 1);
        Api.expect(202, Api.post("/deployments/" + scheduled + "/cancel", ""));
        assertThat(state(scheduled)).isEqualTo("CANCELLED");
    }

    @Test
    void a_scheduled_deployment_starts_when_its_time_has_come() {
        var shop = shop(1);
        String id = deploy(shop, ", \"notBefore\": \"2126-11-24T06:00:00Z\"");
        timeComes(id);
        phases.await(id, DeploymentDue.class, _ -> true);
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(id, run));
        }
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_deployment_that_does_not_get_its_slot_in_time_fails() {
        var shop = shop(1);
        String first = deploy(shop, "");
        String second = deploy(shop, ", \"notAfter\": \"2126-11-24T06:00:00Z\"");
        timeComes(second);
        var end = phases.awaitEnd(second, 1);
        assertThat(end.state()).isEqualTo(DeploymentState.FAILED);
        assertThat(end.failure().orElseThrow())
                .startsWith("it had not started by 2126-11-24T06:00:00Z");
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(first, run));
        }
        phases.awaitEnd(first, 1);
    }

    @Test
    void guidance_at_an_acquisition_pauses_until_a_person_excludes_the_target() {
        var shop = shop(2);
        String id = deploy(shop, ", \"guidedFailure\": true");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.failsAt(phases.awaitPhase(id, 2), "", "", "");
        String question = question(id, 2);
        var paused = Api.get("/deployments/" + id).jsonPath();
        assertThat(paused.getString("state")).isEqualTo("PAUSED");
        assertThat(paused.getString("waitingFor[0].reason")).isEqualTo("INTERRUPTION");
        assertThat(paused.getString("waitingFor[0].interruption")).isEqualTo(question);
        var told = Api.get("/deployments/" + id + "/interruptions").jsonPath();
        assertThat(told.getList("items.id")).containsExactly(question);
        assertThat(told.getList("items[0].targets")).containsExactly(shop.web(1));
        assertThat(told.getList("items[0].choices")).containsExactly("RETRY", "EXCLUDE", "ABORT");
        resolve(question, "EXCLUDE");
        assertThat(
                        Api.post(
                                        "/interruptions/" + question + "/resolve",
                                        "{\"choice\": \"RETRY\"}")
                                .statusCode())
                .isEqualTo(409);
        var deploy = phases.awaitPhase(id, 3);
        assertThat(((PhaseWork.Steps) deploy.work()).assignments())
                .flatExtracting(assignment -> assignment.places())
                .noneMatch(
                        place ->
                                place.target()
                                        .filter(t -> t.value().equals(shop.web(1)))
                                        .isPresent());
        Phases.succeeds(deploy);
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
        var warnings =
                Runs.eventually(
                        "/deployments/" + id, shown -> !shown.getList("warnings").isEmpty());
        assertThat(warnings.getList("warnings.target")).contains(shop.web(1));
        assertThat(warnings.getString("warnings[0].detail"))
                .isEqualTo("excluded by test admin: seen");
    }

    @Test
    void open_questions_of_all_deployments_are_listed_page_by_page_the_oldest_first() {
        var shop = shop(1);
        var other = shop(1);
        String first = asking(shop);
        String second = asking(other);
        Api.expect(400, Api.get("/interruptions?open=maybe"));
        String listed = "/interruptions?open=true&limit=1";
        var seen = new ArrayList<String>();
        var page = Api.get(listed).jsonPath();
        seen.addAll(page.getList("items.id"));
        while (page.getString("next") != null) {
            page = Api.get(listed + "&cursor=" + page.getString("next")).jsonPath();
            seen.addAll(page.getList("items.id"));
        }
        assertThat(seen).containsSubsequence(first, second).doesNotHaveDuplicates();
        // Whatever goes on in the background may read these, too; but not each time.
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(CourseTest::questionsAreListedByOneStatement);
        String ofOther = "&environment=" + other.environment();
        var one = Api.get("/interruptions?open=true" + ofOther).jsonPath();
        assertThat(one.getList("items.id")).containsExactly(second);
        assertThat(one.getString("items[0].project")).isEqualTo(other.project());
        assertThat(one.getString("items[0].release")).isEqualTo("1.0.0");
        for (String question : List.of(first, second)) {
            resolve(question, "ABORT");
            String deployment = question.substring(0, question.indexOf('-'));
            Phases.succeeds(phases.awaitPhase(deployment, 3));
            phases.awaitEnd(deployment, 1);
        }
        assertThat(Api.get("/interruptions?open=true" + ofOther).jsonPath().getList("items"))
                .isEmpty();
        assertThat(Api.get("/interruptions?open=false" + ofOther).jsonPath().getList("items.id"))
                .containsExactly(second);
        assertThat(Api.get("/interruptions?cursor=bm9uZQ").statusCode()).isEqualTo(400);
    }

    private static void questionsAreListedByOneStatement() {
        try (var statements = new SqlLog()) {
            Api.expect(200, Api.get("/interruptions?open=true&limit=500"));
            assertThat(statements.beginningWith("select"))
                    .filteredOn(sql -> sql.contains(" interruption "))
                    .hasSize(1);
            assertThat(statements.beginningWith("select"))
                    .noneMatch(sql -> sql.contains(" from deployment "));
        }
    }

    @Test
    void whoever_is_of_the_team_may_answer_and_a_deployer_may_not() {
        String dba = key("READ", "\"dba\"");
        String deployer = key("DEPLOY", "");
        var shop = Shop.open(0);
        shop.process(
                """
                {"steps": [{"name": "migrated", "kind": "MANUAL_INTERVENTION",
                   "manual": {"instructions": "Is the schema ready?", "roles": ["dba"]}},
                  {"name": "go", "kind": "SCRIPT", "runOn": {"workerPool": "hq"},
                   "script": {"syntax": "BASH", "body": "true"}}]}""");
        assertThat(
                        Api.put(
                                        "/projects/" + shop.project() + "/process",
                                        """
                                        {"steps": [{"name": "migrated", "kind": "MANUAL_INTERVENTION",
                                           "manual": {"instructions": "?", "roles": ["dbaa"]}}]}""")
                                .asString())
                .contains("is no role and no team", "Did you mean \\\"dba\\\"?");
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Phases.reaches(phases.awaitPhase(id, 1), "migrated");
        String question = question(id, 1);
        String answer = "{\"choice\": \"PROCEED\"}";
        String path = "/interruptions/" + question + "/resolve";
        var kept = Api.expect(409, Api.delete("/api-keys/" + idOf("dba")));
        assertThat(kept.getString("detail"))
                .contains("deployment " + id, "no one of dba can answer", "ADMIN");
        var refused = Api.postAs(deployer, path, answer);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.jsonPath().getString("detail")).contains("the role dba");
        assertThat(Api.postAs(dba, path, answer).statusCode()).isEqualTo(200);
        Phases.succeeds(phases.awaitPhase(id, 2));
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_key_that_has_expired_makes_nobody_a_member_of_a_team() {
        Api.expect(
                201,
                Api.post(
                        "/api-keys",
                        "{\"name\": \"gone\", \"roles\": [\"READ\"], \"teams\": [\"gone\"], \"expiresAt\": \"%s\"}"
                                .formatted(Instant.now().plus(Duration.ofDays(1)))));
        var shop = Shop.open(0);
        String process =
                """
                {"steps": [{"name": "asked", "kind": "MANUAL_INTERVENTION",
                   "manual": {"instructions": "?", "roles": ["gone"]}}]}""";
        Api.expect(200, Api.put("/projects/" + shop.project() + "/process", process));
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE name = 'gone'"));
        assertThat(
                        Api.expect(
                                        400,
                                        Api.put(
                                                "/projects/" + shop.project() + "/process",
                                                process))
                                .getString("errors[0].detail"))
                .contains("\"gone\" is no role and no team");
    }

    @Test
    void an_expired_key_is_removed_even_if_its_team_is_asked_for_it_could_not_answer_anyway() {
        key("READ", "\"late\"");
        var shop = Shop.open(0);
        shop.process(
                """
                {"steps": [{"name": "asked", "kind": "MANUAL_INTERVENTION",
                   "manual": {"instructions": "?", "roles": ["late"]}}]}""");
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Phases.reaches(phases.awaitPhase(id, 1), "asked");
        String question = question(id, 1);
        String key = idOf("late");
        assertThat(Api.delete("/api-keys/" + key).statusCode()).isEqualTo(409);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE api_key SET expires_at = now() - interval '1 second' WHERE id = ?1",
                                key));
        assertThat(Api.delete("/api-keys/" + key).statusCode()).isEqualTo(204);
        resolve(question, "PROCEED");
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    private String idOf(String team) {
        return unitOfWork.run(
                tx ->
                        tx.select("SELECT id FROM api_key WHERE ?1 = ANY(teams)", team)
                                .getFirst()
                                .text(0));
    }

    private static String key(String role, String teams) {
        return Api.expect(
                        201,
                        Api.post(
                                "/api-keys",
                                "{\"name\": \"one of them\", \"roles\": [\"%s\"], \"teams\": [%s]}"
                                        .formatted(role, teams)))
                .getString("key");
    }

    /** The question of a deployment whose acquisition has failed. */
    private String asking(Shop shop) {
        String id = deploy(shop, ", \"guidedFailure\": true");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.failsAt(phases.awaitPhase(id, 2), "", "", "");
        return question(id, 2);
    }

    @Test
    void a_cancel_closes_an_open_question() {
        var shop = shop(1);
        String id = deploy(shop, ", \"guidedFailure\": true");
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.failsAt(phases.awaitPhase(id, 2), "", "", "");
        String question = question(id, 2);
        Api.expect(202, Api.post("/deployments/" + id + "/cancel", ""));
        Phases.succeeds(phases.awaitPhase(id, 3));
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.CANCELLED);
        var closed = Api.get("/interruptions/" + question).jsonPath();
        assertThat(closed.getString("resolvedAt")).isNotNull();
        assertThat(closed.getString("choice")).isNull();
        assertThat(closed.getString("notes")).isEqualTo("the deployment was cancelled");
    }

    @Test
    void who_waits_for_a_person_is_not_one_of_the_many_under_way() {
        var shop = shop(1);
        String id = deploy(shop, ", \"guidedFailure\": true");
        long before = underWay(id);
        Phases.succeeds(phases.awaitPhase(id, 1));
        Phases.failsAt(phases.awaitPhase(id, 2), "", "", "");
        String question = question(id, 2);
        assertThat(underWay(id)).isEqualTo(before - 1);
        String behind = deploy(shop, "");
        assertThat(state(behind)).isEqualTo("QUEUED");

        resolve(question, "RETRY");
        assertThat(underWay(id)).isEqualTo(before);
        Api.expect(202, Api.post("/deployments/" + behind + "/cancel", ""));
        for (int run = 3; run <= 4; run++) {
            Phases.succeeds(phases.awaitPhase(id, run));
        }
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(underWay(id)).isEqualTo(before - 1);
    }

    /** How many, but for those that other tests have left, which may end by themselves. */
    private long underWay(String deployment) {
        return unitOfWork.run(
                tx ->
                        (Long)
                                tx.rows(
                                                """
                                                SELECT used - (SELECT count(*) FROM admission
                                                    WHERE NOT paused AND deployment <> ?1)
                                                FROM task_counter""",
                                                deployment)
                                        .getFirst()[0]);
    }

    @Test
    void acquire_only_gives_its_slot_back_and_proceeds_when_asked() {
        var shop = shop(1);
        String id = deploy(shop, ", \"acquireOnly\": true");
        assertThat(Api.post("/deployments/" + id + "/proceed", "").statusCode()).isEqualTo(409);
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(id, run));
        }
        phases.await(id, DeploymentStaged.class, _ -> true);
        assertThat(state(id)).isEqualTo("STAGED");
        String other = deploy(shop, "");
        assertThat(state(other)).isEqualTo("RUNNING");
        var queued = Api.expect(202, Api.post("/deployments/" + id + "/proceed", ""));
        assertThat(queued.getString("state")).isEqualTo("QUEUED");
        assertThat(queued.getList("waitingFor.deployment")).isEqualTo(List.of(other));
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(other, run));
        }
        for (int run = 4; run <= 6; run++) {
            Phases.succeeds(phases.awaitPhase(id, run));
        }
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_lifecycle_says_which_environment_must_come_first() {
        var shop = shop(1);
        String staging = "staging-" + shop.number();
        Api.expect(201, Api.put("/environments/" + staging, "{}"));
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project(),
                        "{\"lifecycle\": [[\"%s\"], [\"%s\"]]}"
                                .formatted(staging, shop.environment())));
        var refused = Api.expect(409, Api.post("/deployments", shop.request("1.0.0")));
        assertThat(refused.getString("detail"))
                .isEqualTo(
                        "Release 1.0.0 of %s may not go to %s now. It must succeed in %s before it may go to %s."
                                .formatted(
                                        shop.project(),
                                        shop.environment(),
                                        staging,
                                        shop.environment()));
        String first =
                Api.expect(
                                201,
                                Api.post(
                                        "/deployments",
                                        shop.request("1.0.0").replace(shop.environment(), staging),
                                        Map.of()))
                        .getString("id");
        Phases.succeeds(phases.awaitPhase(first, 1));
        Phases.succeeds(phases.awaitPhase(first, 2));
        phases.awaitEnd(first, 1);
        String id = deploy(shop, "");
        for (int run = 1; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(id, run));
        }
        assertThat(phases.awaitEnd(id, 1).state()).isEqualTo(DeploymentState.SUCCEEDED);
    }
}
