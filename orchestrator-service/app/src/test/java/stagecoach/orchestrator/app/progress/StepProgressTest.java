package stagecoach.orchestrator.app.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

@OrchestratorTest
class StepProgressTest {
    private static final Ticket TICKET = new Ticket(UUID.randomUUID());

    @Test
    void steps_that_no_run_was_given_are_pending() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var steps = Api.expect(200, Api.get("/deployments/" + id + "/steps"));
        assertThat(steps.getList("items.step"))
                .containsExactly("open-tunnel", "server", "start", "close-tunnel");
        assertThat(steps.getList("items.state")).containsOnly("PENDING");
        assertThat(steps.getList("items.run")).containsOnlyNulls();
        assertThat(steps.getString("next")).isNull();
    }

    @Test
    void a_manual_intervention_and_the_steps_behind_it_are_told_before_and_after_the_answer() {
        var shop = Shop.open(1);
        shop.process(
                """
                {"steps": [
                  {"name": "go", "kind": "MANUAL_INTERVENTION", "manual": {"instructions": "Look."}},
                  {"name": "swap", "kind": "GROUP", "runOn": {"tags": ["web"]}, "steps": [
                    {"name": "start", "script": {"body": "./start"}}]}]}""");
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        String path = "/deployments/" + id + "/steps";
        StepRunStarted started;
        try (var phases = new Phases()) {
            var phase = phases.await(id, PhaseStarted.class, begun -> begun.run().value() == 1);
            started = sheet(phase);
        }
        var run = Runs.ofSteps(shop, id, 1);
        run.publish(started);
        run.publish(
                new StepRunEnded(
                        RunOutcome.INTERVENTION_REACHED,
                        Optional.empty(),
                        List.of(
                                new PairResult(
                                        Runs.pair("go", ""),
                                        Optional.empty(),
                                        StepState.RUNNING,
                                        Optional.of("waits for an answer"),
                                        false),
                                new PairResult(
                                        Runs.pair("start", shop.web(1)),
                                        Optional.empty(),
                                        StepState.PENDING,
                                        Optional.of("waits for the manual intervention go"),
                                        false))));
        var asked = Runs.eventually(path, told -> row(told, "go", null).get("startedAt") != null);
        assertThat(row(asked, "go", null)).containsEntry("state", "RUNNING");
        assertThat(row(asked, "start", shop.web(1)))
                .containsEntry("state", "PENDING")
                .containsEntry("parent", "swap")
                .containsEntry("reason", "waits for the manual intervention go");
        Api.expect(
                200,
                Api.post(
                        "/interruptions/" + id + "-1/resolve",
                        "{\"choice\": \"PROCEED\", \"notes\": \"quiet\"}"));
        assertThat(row(Api.get(path).jsonPath(), "go", null))
                .containsEntry("state", "SUCCEEDED")
                .containsEntry("reason", "test admin answered PROCEED: quiet");
    }

    private static StepRunStarted sheet(PhaseStarted phase) {
        return new StepRunStarted(
                phase.deployment(),
                phase.project(),
                phase.release(),
                phase.environment(),
                phase.planDigest(),
                phase.phase(),
                phase.run(),
                phase.attempt(),
                phase.purpose(),
                phase.guided(),
                ((PhaseWork.Steps) phase.work()).assignments(),
                Optional.empty());
    }

    @Test
    void a_run_is_told_place_by_place_as_it_goes() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var run = Runs.ofSteps(shop, id, 101);
        var started =
                started(
                        run,
                        Runs.assignment(
                                "start",
                                UnavailableTargets.SKIP,
                                Optional.empty(),
                                Runs.on("p-1"),
                                Runs.on("p-2"),
                                Runs.unavailable("p-3", "its connection has closed")),
                        Runs.assignment(
                                "server",
                                UnavailableTargets.FAIL,
                                Optional.of("no target has the tag db")));
        run.publish(started);
        run.publishAgain(started);
        run.publish(new StepSkipped(new StepName("server"), List.of(), "no target has the tag db"));
        run.publish(
                new StepSkipped(
                        new StepName("start"),
                        List.of(Runs.pair("start", "p-3")),
                        "its connection has closed"));
        run.publish(new StepStarted(Runs.pair("start", "p-1"), Runs.on("p-1"), TICKET, 1));
        run.publish(
                new StepTryFailed(
                        Runs.pair("start", "p-1"),
                        TICKET,
                        Optional.of(7),
                        "port 80 is taken",
                        Runs.MORNING.plusSeconds(60)));
        var trying =
                Runs.eventually(
                        "/deployments/" + id + "/steps",
                        told -> row(told, "start", "p-1").get("reason") != null);
        assertThat(row(trying, "start", "p-1"))
                .containsEntry("state", "RUNNING")
                .containsEntry("startedAt", "2026-11-23T06:00:04Z")
                .containsEntry("run", 101)
                .containsEntry("exitCode", 7);
        assertThat(row(trying, "start", "p-2"))
                .containsEntry("state", "PENDING")
                .containsEntry("run", null);
        run.publish(
                new StepFinished(
                        Runs.pair("start", "p-1"),
                        Optional.of(TICKET),
                        StepState.SUCCEEDED,
                        Optional.of(0),
                        Map.of(),
                        Optional.empty(),
                        false));
        run.publish(
                new StepRunEnded(
                        RunOutcome.FAILED,
                        Optional.of("start on p-2 failed"),
                        List.of(
                                new PairResult(
                                        Runs.pair("start", "p-2"),
                                        Optional.empty(),
                                        StepState.UNKNOWN,
                                        Optional.of("nobody knows"),
                                        true))));
        var ended =
                Runs.eventually(
                        "/deployments/" + id + "/steps",
                        told -> "UNKNOWN".equals(row(told, "start", "p-2").get("state")));
        assertThat(row(ended, "start", "p-1"))
                .containsEntry("state", "SUCCEEDED")
                .containsEntry("exitCode", 0)
                .containsEntry("endedAt", "2026-11-23T06:00:06Z")
                .containsEntry("reason", null);
        assertThat(row(ended, "start", "p-2"))
                .containsEntry("reason", "nobody knows")
                .containsEntry("mayStillRun", true);
        assertThat(row(ended, "start", "p-3")).containsEntry("state", "SKIPPED");
        assertThat(row(ended, "server", null))
                .containsEntry("state", "SKIPPED")
                .containsEntry("reason", "no target has the tag db");
        List<Map<String, Object>> warnings =
                Api.get("/deployments/" + id).jsonPath().getList("warnings");
        assertThat(warnings)
                .extracting(warning -> warning.get("step") + " " + warning.get("target"))
                .containsExactly("server null", "start p-3", "start p-2");
    }

    @Test
    void an_abandoned_process_may_still_run_until_the_late_truth_comes() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        Ticket ticket = new Ticket(UUID.randomUUID());
        var run = Runs.ofSteps(shop, id, 101);
        run.publish(
                started(
                        run,
                        Runs.assignment(
                                "start",
                                UnavailableTargets.FAIL,
                                Optional.empty(),
                                Runs.on("s-1"))));
        run.publish(new StepStarted(Runs.pair("start", "s-1"), Runs.on("s-1"), ticket, 1));
        run.publish(
                new StepFinished(
                        Runs.pair("start", "s-1"),
                        Optional.of(ticket),
                        StepState.CANCELLED,
                        Optional.empty(),
                        Map.of(),
                        Optional.of("abandoned"),
                        true));
        var abandoned =
                Runs.eventually("/deployments/" + id, told -> !told.getList("warnings").isEmpty());
        assertThat(abandoned.getString("warnings[0].detail")).contains("may still run");
        run.settles(ticket, "s-1");
        var settled =
                Runs.eventually("/deployments/" + id, told -> told.getList("warnings").isEmpty());
        assertThat(settled.getList("warnings")).isEmpty();
    }

    @Test
    void a_target_that_was_excluded_or_came_too_late_has_a_row_that_says_so() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var run = Runs.ofSteps(shop, id, 101);
        var given =
                Runs.assignment("start", UnavailableTargets.FAIL, Optional.empty(), Runs.on("x-1"));
        run.publish(
                started(
                        run,
                        new StepAssignment(
                                given.step(),
                                given.places(),
                                given.skip(),
                                List.of(
                                        new StepAssignment.LeftOut(
                                                new TargetId("x-2"), "it was excluded")))));
        var told =
                Runs.eventually(
                        "/deployments/" + id + "/steps",
                        rows -> !row(rows, "start", "x-2").isEmpty());
        assertThat(row(told, "start", "x-1")).containsEntry("state", "PENDING");
        assertThat(row(told, "start", "x-2"))
                .containsEntry("state", "SKIPPED")
                .containsEntry("reason", "it was excluded");
    }

    @Test
    void rows_come_page_by_page() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String path = "/deployments/" + shop.deploy("1.0.0") + "/steps?limit=3";
        var first = Api.expect(200, Api.get(path));
        assertThat(first.getList("items")).hasSize(3);
        var second = Api.expect(200, Api.get(path + "&cursor=" + first.getString("next")));
        assertThat(second.getList("items.step")).containsExactly("close-tunnel");
        assertThat(second.getString("next")).isNull();
    }

    @Test
    void deployments_are_listed_newest_first_and_by_what_is_asked_for() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String older = shop.deploy("1.0.0");
        String newer = shop.deploy("1.0.0");
        String path = "/deployments?project=" + shop.project();
        assertThat(Api.get(path).jsonPath().getList("items.id")).containsExactly(newer, older);
        var first = Api.get(path + "&limit=1").jsonPath();
        assertThat(first.getList("items.id")).containsExactly(newer);
        assertThat(
                        Api.get(path + "&limit=1&cursor=" + first.getString("next"))
                                .jsonPath()
                                .getList("items.id"))
                .containsExactly(older);
        assertThat(Api.get(path + "&state=QUEUED").jsonPath().getList("items.id"))
                .containsExactly(newer);
        assertThat(Api.get(path + "&state=QUEUED").jsonPath().getString("items[0].waitingFor[0]"))
                .contains(older);
        assertThat(Api.get(path + "&environment=elsewhere").jsonPath().getList("items")).isEmpty();
        assertThat(Api.get(path + "&state=DONE").statusCode()).isEqualTo(400);
        assertThat(Api.get("/deployments/00000000").statusCode()).isEqualTo(404);
        assertThat(Api.get("/deployments/nonsense/steps").statusCode()).isEqualTo(404);
    }

    private static StepRunStarted started(Runs run, StepAssignment... assignments) {
        return new StepRunStarted(
                run.id(),
                run.project(),
                new ReleaseVersion("1.0.0"),
                run.environment(),
                Digest.of("plan"),
                Phase.DEPLOYMENT,
                new Run(101),
                1,
                Purpose.NORMAL,
                false,
                List.of(assignments),
                Optional.empty());
    }

    private static Map<String, Object> row(JsonPath told, String step, String target) {
        List<Map<String, Object>> rows = told.getList("items");
        return rows.stream()
                .filter(
                        row ->
                                step.equals(row.get("step"))
                                        && java.util.Objects.equals(target, row.get("target")))
                .findFirst()
                .orElse(Map.of());
    }
}
