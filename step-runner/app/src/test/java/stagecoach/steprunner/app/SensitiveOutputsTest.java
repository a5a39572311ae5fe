package stagecoach.steprunner.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.steprunner.app.Deployed.exited;

import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.internal.KeepOutputs;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.test.KeyFile;
import stagecoach.runtime.test.TestKeys;
import stagecoach.wire.StagecoachJson;

/** The way of a sensitive output variable through the step-runner. */
@StepRunnerTest
class SensitiveOutputsTest {
    private static final String KEYS = "/api/v1/services/step-runner/secret-keys";
    private static final String SECRET = "token-of-a-script";

    @Inject ServiceToken tokens;

    private <T> T post(String path, Object body, Class<T> answer) {
        return StagecoachJson.read(
                given().contentType(ContentType.JSON)
                        .header("Authorization", "Bearer " + tokens.issue())
                        .body(StagecoachJson.text(body))
                        .post(path)
                        .then()
                        .statusCode(200)
                        .extract()
                        .asByteArray(),
                answer);
    }

    private CommandPayload.Script payload(AgentCommand command) {
        var request = new ReadPayloads.Request(List.of(command.ticket()));
        return (CommandPayload.Script)
                post("/internal/payloads", request, ReadPayloads.Response.class)
                        .payloads()
                        .getFirst()
                        .payload();
    }

    private boolean keep(AgentCommand command, String value) {
        return post(
                        "/internal/sensitive-outputs",
                        new KeepOutputs.Request(command.ticket(), Map.of("Token", value)),
                        KeepOutputs.Response.class)
                .kept();
    }

    /** As the gateway does it: first the values, then the event that names them. */
    private void setsToken(Deployed deployed, AgentCommand command, String value) {
        assertThat(keep(command, value)).isTrue();
        deployed.report(command, exited(0, Map.of()).withSensitiveOutputs(List.of("Token")));
    }

    private static void sealAgainAndForgetTheOldKey() {
        KeyFile.addKey();
        String cursor = null;
        do {
            var request = given().header("Authorization", TestKeys.ADMIN.bearer());
            cursor =
                    (cursor == null ? request : request.queryParam("cursor", cursor))
                            .post(KEYS + "/rotate")
                            .then()
                            .statusCode(200)
                            .extract()
                            .jsonPath()
                            .getString("next");
        } while (cursor != null);
        KeyFile.dropOlder();
    }

    @Test
    void later_steps_get_it_with_a_mask_and_no_event_does_also_after_a_new_key_and_a_retry() {
        try (var deployed =
                new Deployed()
                        .script("login", "true")
                        .script("use", "call #{Stagecoach.Step[login].Output.Token}")) {
            deployed.begin(
                    1,
                    deployed.at("login", deployed.target("t1")),
                    deployed.at("use", deployed.target("t1")));
            var login = deployed.commandFor("t1", 1);
            assertThat(keep(login, "an earlier try of the same report")).isTrue();
            setsToken(deployed, login, SECRET);
            var use = deployed.commandFor("t1", 2);
            assertThat(payload(use).body()).isEqualTo("call " + SECRET);
            assertThat(payload(use).masks()).contains(SECRET);
            deployed.report(use, exited(1, Map.of()));
            var events = deployed.endOf(1);
            assertThat(events)
                    .filteredOn(StepFinished.class::isInstance)
                    .map(StepFinished.class::cast)
                    .first()
                    .satisfies(
                            finished -> {
                                assertThat(finished.sensitiveOutputs()).containsExactly("Token");
                                assertThat(finished.outputs()).isEmpty();
                            });
            assertThat(StagecoachJson.text(events)).doesNotContain(SECRET);
            deployed.say(
                    new DeploymentEnded(DeploymentState.FAILED, Optional.of("use"), List.of()));

            sealAgainAndForgetTheOldKey();
            deployed.say(new DeploymentRetried(2, RetryFrom.FAILED, "alice"));
            deployed.begin(2, deployed.at("use", deployed.target("t1")));
            var again = payload(deployed.commandFor("t1", 3));
            assertThat(again.body()).isEqualTo("call " + SECRET);
            assertThat(again.masks()).contains(SECRET);
        }
    }

    @Test
    void no_machine_gets_what_another_one_has_set_unless_its_step_names_it() {
        try (var deployed =
                new Deployed()
                        .script("login", "true")
                        .script("use", "true")
                        .script(
                                "join",
                                "join #{each t in Stagecoach.Step[login].Output}#{t.Token};#{/each}")) {
            var both = new Place[] {deployed.target("t1"), deployed.target("t2")};
            deployed.begin(
                    1,
                    deployed.at("login", both),
                    deployed.at("use", both[0]),
                    deployed.at("join", both[0]));
            setsToken(deployed, deployed.commandFor("t1", 2), "token-of-one");
            setsToken(deployed, deployed.commandFor("t2", 2), "token-of-two");
            var use = deployed.commandFor("t1", 3);
            assertThat(payload(use).masks()).containsExactly("token-of-one");
            assertThat(payload(use).variables().values()).doesNotContain("token-of-two");
            deployed.succeed(use);
            var join = payload(deployed.commandFor("t1", 4));
            assertThat(join.body()).isEqualTo("join token-of-one;token-of-two;");
            assertThat(join.masks()).containsExactly("token-of-one", "token-of-two");
        }
    }

    @Test
    void what_comes_for_a_ticket_that_has_ended_is_not_kept() {
        try (var deployed = new Deployed().script("login", "true")) {
            deployed.begin(1, deployed.at("login", deployed.target("t1")));
            var login = deployed.commandFor("t1", 1);
            deployed.succeed(login);
            deployed.endOf(1);
            assertThat(keep(login, SECRET)).isFalse();
        }
    }

    @Test
    void a_value_that_never_came_is_as_if_it_had_not_been_set() {
        try (var deployed =
                new Deployed()
                        .script("login", "true")
                        .script("use", "call #{Stagecoach.Step[login].Output.Token}")) {
            deployed.begin(
                    1,
                    deployed.at("login", deployed.target("t1")),
                    deployed.at("use", deployed.target("t1")));
            deployed.report(
                    deployed.commandFor("t1", 1),
                    exited(0, Map.of()).withSensitiveOutputs(List.of("Token")));
            assertThat(payload(deployed.commandFor("t1", 2)).body())
                    .isEqualTo("call #{Stagecoach.Step[login].Output.Token}");
        }
    }
}
