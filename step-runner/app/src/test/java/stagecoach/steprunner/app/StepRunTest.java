package stagecoach.steprunner.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.steprunner.app.Deployed.exited;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.CheckHttp;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.vocabulary.process.Retries;
import stagecoach.wire.StagecoachJson;

@StepRunnerTest
class StepRunTest {
    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;
    @Inject SecretBox box;

    private List<ReadPayloads.Entry> payloads(List<AgentCommand> commands) {
        var request =
                new ReadPayloads.Request(commands.stream().map(AgentCommand::ticket).toList());
        var answer =
                RestAssured.given()
                        .contentType(ContentType.JSON)
                        .header("Authorization", "Bearer " + tokens.issue())
                        .body(StagecoachJson.text(request))
                        .post("/internal/payloads")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asByteArray();
        return StagecoachJson.read(answer, ReadPayloads.Response.class).payloads();
    }

    private CommandPayload payload(AgentCommand command) {
        var entry = payloads(List.of(command)).getFirst();
        byte[] bytes = StagecoachJson.bytes(entry.payload());
        assertThat(entry.digest())
                .isEqualTo(box.nameOf(bytes, "payload"))
                .isNotEqualTo(Digest.of(bytes));
        return entry.payload();
    }

    private String body(AgentCommand command) {
        return ((CommandPayload.Script) payload(command)).body();
    }

    private long count(String sql, Object... values) {
        return CompletableFuture.supplyAsync(
                        () ->
                                unitOfWork.run(
                                        tx ->
                                                ((Number) tx.rows(sql, values).getFirst()[0])
                                                        .longValue()),
                        Executors.newVirtualThreadPerTaskExecutor())
                .join();
    }

    private static StepRunEnded ended(List<StepRunEvent> events) {
        return (StepRunEnded) events.getLast();
    }

    @Test
    void a_step_behind_a_failure_can_say_what_failed_and_where() {
        try (var deployed =
                new Deployed()
                        .script("web", "./web")
                        .always(
                                "report",
                                "#{Stagecoach.Deployment.FailedStep}, #{Stagecoach.Step[web].State}: #{Stagecoach.Deployment.Error}")) {
            deployed.begin(
                    1,
                    deployed.at("web", deployed.target("t1")),
                    deployed.at("report", deployed.worker("w1")));
            deployed.report(deployed.commandFor("t1", 1), Deployed.failed("#{no} disk"));
            var report = deployed.commandFor("w1", 2);
            assertThat(body(report))
                    .isEqualTo(
                            "web, FAILED: web on %s failed: exit code 1: #{no} disk"
                                    .formatted(deployed.targetId("t1")));
            deployed.succeed(report);
            assertThat(ended(deployed.endOf(1)).outcome()).isEqualTo(RunOutcome.FAILED);
        }
    }

    @Test
    void a_phase_of_steps_becomes_commands_and_their_ends_become_the_end_of_the_run() {
        try (var deployed =
                new Deployed()
                        .variable("Greeting", "Hello")
                        .script("greet", "echo #{Greeting} from #{Stagecoach.Target.Id}")
                        .script("tell", "echo #{Stagecoach.Step[greet].Output[NAME].Said}")) {
            deployed.begin(
                    1,
                    deployed.at("greet", deployed.target("t1"), deployed.target("t2")),
                    deployed.at("tell", deployed.worker("w1")));
            var greetings = deployed.commands(2);
            assertThat(greetings).hasOnlyElementsOfType(RunScript.class);
            var first = (RunScript) deployed.commandFor("t1", 2);
            assertThat(body(first)).isEqualTo("echo Hello from " + deployed.targetId("t1"));
            assertThat(payloads(greetings)).hasSize(2);
            assertThat(payloads(List.of(first)).getFirst().digest())
                    .isEqualTo(first.payloadDigest());
            assertThat(first.mutex()).isEqualTo(new Mutex("default", Mutex.Mode.EXCLUSIVE));
            assertThat(first.timeout()).contains(Duration.ofMinutes(5));
            assertThat(first.expiresAt())
                    .isBetween(
                            Instant.now().plus(Duration.ofMinutes(55)),
                            Instant.now().plus(Duration.ofMinutes(61)));

            deployed.succeed(deployed.commandFor("t1", 2));
            deployed.succeed(deployed.commandFor("t2", 2));
            var told = (RunScript) deployed.commandFor("w1", 3);
            assertThat(told.mutex().mode()).isEqualTo(Mutex.Mode.SHARED);
            deployed.succeed(told);

            var events = deployed.endOf(1);
            assertThat(ended(events).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
            assertThat(ended(events).results()).hasSize(3);
        }
    }

    @Test
    void outputs_are_read_by_later_steps_and_by_later_runs() {
        try (var deployed =
                new Deployed()
                        .script("find", "set_stagecoach_variable Port 8443")
                        .script("use", "curl :#{Stagecoach.Step[find].Output.Port}")
                        .script("again", "echo #{Stagecoach.Step[find].Output.Port}")) {
            deployed.begin(
                    1,
                    deployed.at("find", deployed.target("t1")),
                    deployed.at("use", deployed.target("t1")));
            deployed.report(
                    deployed.commandFor("t1", 1), Deployed.exited(0, Map.of("Port", "8443")));
            var use = deployed.commandFor("t1", 2);
            assertThat(body(use)).isEqualTo("curl :8443");
            deployed.succeed(use);
            deployed.endOf(1);

            deployed.begin(3, deployed.at("again", deployed.target("t1")));
            assertThat(body(deployed.commandFor("t1", 3))).isEqualTo("echo 8443");
        }
    }

    @Test
    void only_if_is_judged_target_by_target_from_what_earlier_steps_have_set() {
        try (var deployed =
                new Deployed()
                        .script("look", "set_stagecoach_variable Due true")
                        .scriptIf("swap", "echo swap", "#{Stagecoach.Step[look].Output.Due}")) {
            deployed.begin(
                    1,
                    deployed.at("look", deployed.target("t1"), deployed.target("t2")),
                    deployed.at("swap", deployed.target("t1"), deployed.target("t2")));
            deployed.commands(2);
            deployed.report(deployed.commandFor("t1", 2), exited(0, Map.of("Due", "false")));
            deployed.report(deployed.commandFor("t2", 2), exited(0, Map.of("Due", "true")));
            deployed.succeed(deployed.commandFor("t2", 3));
            var end = ended(deployed.endOf(1));
            assertThat(end.outcome()).isEqualTo(RunOutcome.SUCCEEDED);
            assertThat(end.results())
                    .filteredOn(result -> result.state() == StepState.SKIPPED)
                    .singleElement()
                    .satisfies(
                            result -> {
                                assertThat(result.pair().target())
                                        .contains(deployed.targetId("t1"));
                                assertThat(result.reason())
                                        .contains("left out, because its onlyIf is false");
                            });
        }
    }

    @Test
    void a_health_check_is_a_script_that_waits_for_no_other() {
        try (var deployed = new Deployed().health("alive").manual("go")) {
            deployed.begin(
                    1,
                    deployed.at("alive", deployed.target("t1")),
                    deployed.at("go", Place.NO_MACHINE));
            var check = (RunScript) deployed.commandFor("t1", 1);
            assertThat(check.mutex()).isEqualTo(new Mutex("health-check", Mutex.Mode.SHARED));
            assertThat(check.expiresAt()).isBefore(Instant.now().plus(Duration.ofMinutes(6)));
            deployed.succeed(check);
            var end = ended(deployed.endOf(1));
            assertThat(end.outcome()).isEqualTo(RunOutcome.INTERVENTION_REACHED);
            assertThat(end.instructions()).contains("Look at 1.2.");
        }
    }

    @Test
    void packages_are_installed_and_urls_are_asked() {
        try (var deployed =
                new Deployed().install("web").check("answers", "http://localhost:8080/")) {
            deployed.begin(
                    1,
                    deployed.at("web", deployed.target("t1")),
                    deployed.at("answers", deployed.target("t1")));
            var install = (InstallPackage) deployed.commandFor("t1", 1);
            assertThat(install.pin()).isEqualTo(Deployed.SHOP);
            assertThat(((CommandPayload.Install) payload(install)).directory())
                    .isEqualTo("applications/production/Shop.Web/1.2.0");
            deployed.succeed(install);
            var check = (CheckHttp) deployed.commandFor("t1", 2);
            assertThat(((CommandPayload.Http) payload(check)).url())
                    .isEqualTo("http://localhost:8080/");
            deployed.succeed(check);
            assertThat(ended(deployed.endOf(1)).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
        }
    }

    @Test
    void redelivered_events_start_nothing_twice() {
        try (var deployed = new Deployed().script("one", "true").script("two", "true")) {
            var assignments = new ArrayList<>(List.of(deployed.at("one", deployed.target("t1"))));
            assignments.add(deployed.at("two", deployed.target("t1")));
            deployed.putPlan();
            var phase = deployed.phase(1, assignments.get(0), assignments.get(1));
            deployed.say(phase);
            deployed.sayAgain(phase);
            deployed.sayAgain(phase);
            var one = deployed.commandFor("t1", 1);
            deployed.succeed(one);
            deployed.succeed(one);
            deployed.report(one, Deployed.exited(1, Map.of()));
            var two = deployed.commandFor("t1", 2);
            deployed.succeed(two);
            deployed.succeed(one);
            deployed.succeed(two);
            var events = deployed.endOf(1);
            assertThat(ended(events).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
            assertThat(events).filteredOn(StepStarted.class::isInstance).hasSize(2);
            assertThat(deployed.commandsSoFar())
                    .extracting(AgentCommand::ticket)
                    .containsExactlyInAnyOrder(one.ticket(), two.ticket());
        }
    }

    @Test
    void no_secret_and_no_script_body_enters_a_topic_or_lies_open_in_a_table() {
        String secret = "s3cr3t-" + UUID.randomUUID();
        String line = "echo body-" + UUID.randomUUID();
        try (var deployed =
                new Deployed().secret("Password", secret).script("login", line + " #{Password}")) {
            deployed.begin(1, deployed.at("login", deployed.target("t1")));
            var command = deployed.commandFor("t1", 1);
            var script = (CommandPayload.Script) payload(command);
            assertThat(script.body()).isEqualTo(line + " " + secret);
            assertThat(script.masks()).containsExactly(secret);
            for (String table : List.of("plan", "payload")) {
                assertThat(
                                count(
                                        "SELECT count(*) FROM "
                                                + table
                                                + " WHERE position(convert_to(?1, 'UTF8') in ciphertext) > 0",
                                        secret))
                        .isZero();
            }
            deployed.succeed(command);
            deployed.endOf(1);
            assertThat(
                            count(
                                    "SELECT count(*) FROM event WHERE position(convert_to(?1, 'UTF8') in data) > 0",
                                    secret))
                    .isZero();
            for (Topic topic : Channels.all()) {
                String everything = Topics.everythingOn(topic);
                assertThat(everything).doesNotContain(secret).doesNotContain(line);
                if (topic.equals(Channels.STEPS) || topic.equals(Channels.AGENT_COMMANDS)) {
                    assertThat(everything).contains(command.ticket().toString());
                }
            }
        }
    }

    @Test
    void a_retry_right_after_the_end_finds_its_plan_and_its_outputs() {
        try (var deployed =
                new Deployed()
                        .script("find", "true")
                        .script("use", "echo #{Stagecoach.Step[find].Output.Port}")) {
            deployed.begin(
                    1,
                    deployed.at("find", deployed.target("t1")),
                    deployed.at("use", deployed.target("t1")));
            deployed.report(
                    deployed.commandFor("t1", 1), Deployed.exited(0, Map.of("Port", "8443")));
            deployed.report(deployed.commandFor("t1", 2), Deployed.exited(1, Map.of()));
            deployed.endOf(1);
            deployed.say(
                    new DeploymentEnded(DeploymentState.FAILED, Optional.of("use"), List.of()));
            deployed.say(new DeploymentRetried(2, RetryFrom.FAILED, "alice"));
            deployed.begin(2, deployed.at("use", deployed.target("t1")));
            assertThat(body(deployed.commandFor("t1", 3))).isEqualTo("echo 8443");
        }
    }

    @Test
    void a_cancel_reaches_what_is_at_work_and_nothing_new_starts() {
        try (var deployed = new Deployed().script("one", "sleep 9").script("two", "true")) {
            deployed.begin(
                    1,
                    deployed.at("one", deployed.target("t1"), deployed.target("t2")),
                    deployed.at("two", deployed.target("t1")));
            var cancelled = deployed.commandFor("t1", 2);
            deployed.succeed(deployed.commandFor("t2", 2));
            deployed.eventsUntil(1, all -> all.stream().anyMatch(StepFinished.class::isInstance));
            deployed.say(new CancelRequested("alice", Instant.now().plusSeconds(600)));
            var cancel = (CancelCommand) deployed.commandFor("t1", 3);
            assertThat(cancel.ticket()).isEqualTo(cancelled.ticket());
            assertThat(cancel.agent()).isEqualTo(cancelled.agent());
            assertThat(cancel.killAfter()).isEqualTo(Duration.ofSeconds(10));
            assertThat(cancel.abandonAfter()).isEqualTo(Duration.ofSeconds(30));
            deployed.report(cancelled, Deployed.cancelled());
            var end = ended(deployed.endOf(1));
            assertThat(end.outcome()).isEqualTo(RunOutcome.CANCELLED);
            assertThat(end.results())
                    .extracting(PairResult::state)
                    .containsExactly(StepState.CANCELLED, StepState.SUCCEEDED, StepState.CANCELLED);
            assertThat(deployed.commandsSoFar()).hasSize(3);
        }
    }

    @Test
    void a_step_says_how_its_processes_are_ended_and_the_installation_says_the_rest() {
        try (var deployed =
                new Deployed().stoppingScript("drain", "sleep 9", Duration.ofMinutes(5))) {
            deployed.begin(1, deployed.at("drain", deployed.target("t1")));
            var started = (RunScript) deployed.commandFor("t1", 1);
            assertThat(started.stop())
                    .contains(new StopBounds(Duration.ofMinutes(5), Duration.ofSeconds(30)));
            deployed.say(new CancelRequested("alice", Instant.now().plusSeconds(600)));
            var cancel = (CancelCommand) deployed.commandFor("t1", 2);
            assertThat(cancel.killAfter()).isEqualTo(Duration.ofMinutes(5));
            assertThat(cancel.abandonAfter()).isEqualTo(Duration.ofSeconds(30));
            deployed.report(started, Deployed.cancelled());
            assertThat(ended(deployed.endOf(1)).outcome()).isEqualTo(RunOutcome.CANCELLED);
        }
    }

    @Test
    void a_failed_try_is_repeated_after_its_wait_under_a_new_ticket_with_a_payload_of_its_own() {
        try (var deployed =
                new Deployed()
                        .retryingScript("flaky", "false", new Retries(1, Duration.ofMillis(300)))) {
            deployed.begin(1, deployed.at("flaky", deployed.target("t1")));
            var first = deployed.commandFor("t1", 1);
            deployed.report(first, Deployed.exited(3, Map.of()));
            var second = deployed.commandFor("t1", 2);
            assertThat(second.ticket()).isNotEqualTo(first.ticket());
            assertThat(body(second)).isEqualTo("false");
            assertThat(payloads(List.of(first))).isEmpty();
            deployed.report(second, Deployed.exited(3, Map.of()));
            assertThat(ended(deployed.endOf(1)).reason())
                    .contains("flaky on %s failed: exit code 3".formatted(deployed.targetId("t1")));
        }
    }

    @Test
    void a_plan_is_asked_for_until_the_orchestrator_gives_it_and_then_never_again() {
        try (var deployed = new Deployed().script("one", "true").script("two", "true")) {
            Deployed.orchestrator("PUT", "/refusals", "3");
            deployed.begin(1, deployed.at("one", deployed.target("t1")));
            deployed.succeed(deployed.commandFor("t1", 1));
            deployed.endOf(1);
            deployed.begin(2, deployed.at("two", deployed.target("t1")));
            deployed.succeed(deployed.commandFor("t1", 2));
            deployed.endOf(2);
            assertThat(Deployed.orchestrator("GET", "/asked/" + deployed.planDigest(), ""))
                    .isEqualTo("1");
        }
    }

    @Test
    void payloads_go_when_their_ticket_has_ended_and_the_plan_goes_with_the_deployment() {
        try (var deployed = new Deployed().script("one", "true")) {
            deployed.begin(1, deployed.at("one", deployed.target("t1")));
            var command = deployed.commandFor("t1", 1);
            String id = deployed.id.value();
            assertThat(count("SELECT count(*) FROM payload WHERE deployment = ?1", id)).isOne();
            deployed.succeed(command);
            deployed.endOf(1);
            assertThat(payloads(List.of(command))).isEmpty();
            assertThat(count("SELECT count(*) FROM payload WHERE deployment = ?1", id)).isZero();
            String digest = deployed.planDigest().value();
            assertThat(count("SELECT count(*) FROM plan WHERE digest = ?1", digest)).isOne();
            deployed.say(
                    new DeploymentEnded(DeploymentState.SUCCEEDED, Optional.empty(), List.of()));
            await().atMost(StagecoachResource.PATIENCE)
                    .untilAsserted(
                            () -> {
                                assertThat(
                                                count(
                                                        "SELECT count(*) FROM plan WHERE digest = ?1",
                                                        digest))
                                        .isZero();
                            });
        }
    }

    @Test
    void a_deployment_that_ends_at_its_deadline_takes_its_open_run_along() {
        try (var deployed = new Deployed().script("one", "sleep 9").script("two", "true")) {
            deployed.begin(
                    1,
                    deployed.at("one", deployed.target("t1")),
                    deployed.at("two", deployed.target("t1")));
            var command = deployed.commandFor("t1", 1);
            deployed.say(
                    new DeploymentEnded(DeploymentState.CANCELLED, Optional.empty(), List.of()));
            assertThat(deployed.commandFor("t1", 2)).isInstanceOf(CancelCommand.class);
            deployed.succeed(command);
            assertThat(ended(deployed.endOf(1)).outcome()).isEqualTo(RunOutcome.CANCELLED);
            assertThat(deployed.commandsSoFar()).hasSize(2);
        }
    }

    @Test
    void a_step_whose_variables_go_in_a_circle_fails_with_the_path_and_no_command_leaves() {
        try (var deployed =
                new Deployed().variable("A", "#{B}").variable("B", "#{A}").script("one", "true")) {
            deployed.begin(1, deployed.at("one", deployed.target("t1")));
            var end = ended(deployed.endOf(1));
            assertThat(end.outcome()).isEqualTo(RunOutcome.FAILED);
            assertThat(end.reason()).get().asString().contains("A → B → A");
            assertThat(deployed.commandsSoFar()).isEmpty();
        }
    }

    @Test
    void payloads_are_for_services_only() {
        var request =
                StagecoachJson.text(new ReadPayloads.Request(List.of(Ticket.of("any", "thing"))));
        RestAssured.given()
                .contentType(ContentType.JSON)
                .body(request)
                .post("/internal/payloads")
                .then()
                .statusCode(401);
        RestAssured.given()
                .contentType(ContentType.JSON)
                .header("Authorization", TestKeys.ADMIN.bearer())
                .body(request)
                .post("/internal/payloads")
                .then()
                .statusCode(401);
    }

    @Test
    void more_than_a_hundred_payloads_at_once_are_refused() {
        var many = new ArrayList<Ticket>();
        for (int i = 0; i < 101; i++) {
            many.add(Ticket.of("many", i));
        }
        RestAssured.given()
                .contentType(ContentType.JSON)
                .header("Authorization", "Bearer " + tokens.issue())
                .body(StagecoachJson.text(new ReadPayloads.Request(many)))
                .post("/internal/payloads")
                .then()
                .statusCode(400);
    }
}
