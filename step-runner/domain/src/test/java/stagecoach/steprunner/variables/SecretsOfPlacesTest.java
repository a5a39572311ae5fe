package stagecoach.steprunner.variables;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.steprunner.variables.StepPlanTest.SHOP;
import static stagecoach.steprunner.variables.StepPlanTest.WEB_1;
import static stagecoach.steprunner.variables.StepPlanTest.WEB_2;
import static stagecoach.steprunner.variables.StepPlanTest.WORKER;
import static stagecoach.steprunner.variables.StepPlanTest.check;
import static stagecoach.steprunner.variables.StepPlanTest.plain;
import static stagecoach.steprunner.variables.StepPlanTest.plan;
import static stagecoach.steprunner.variables.StepPlanTest.planned;
import static stagecoach.steprunner.variables.StepPlanTest.script;
import static stagecoach.steprunner.variables.StepPlanTest.sheet;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep.Kind;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.Install;
import stagecoach.vocabulary.process.UnavailableTargets;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

/** Which secrets a machine is handed: whoever owns the machine can read them. */
class SecretsOfPlacesTest {
    private static final Variable PASSWORD =
            new Variable("Password", "pw-of-the-project", true, Scope.EVERYWHERE);

    private static Output secret(Place place, String value) {
        return new Output(new StepName("login"), place.target(), "Token", value, true);
    }

    private static final Output OF_WEB_1 = secret(WEB_1, "token-of-web-1");
    private static final Output OF_WEB_2 = secret(WEB_2, "token-of-web-2");
    private static final Output OF_WORKER = secret(WORKER, "token-of-worker");

    private static CommandPayload payload(Kind kind, Place place, StepPlan plan, Output... soFar) {
        return plan.payload(sheet(kind, place), planned(kind), place, SoFar.of(List.of(soFar)));
    }

    private static CommandPayload.Script scriptAt(
            Place place, String body, List<Variable> variables, Output... outputs) {
        return (CommandPayload.Script)
                payload(
                        Kind.SCRIPT,
                        place,
                        plan(script(body), Map.of(), variables.toArray(Variable[]::new)),
                        outputs);
    }

    /** Whatever a machine could find in its command. */
    private static String all(CommandPayload.Script payload) {
        return payload.body() + payload.variables() + payload.masks();
    }

    @Test
    void a_machine_gets_no_secret_that_another_one_has_set() {
        var payload = scriptAt(WEB_1, "true", List.of(), OF_WEB_1, OF_WEB_2, OF_WORKER);
        assertThat(all(payload)).doesNotContain("token-of-web-2", "token-of-worker");
        assertThat(payload.variables())
                .containsEntry("Stagecoach.Step[login].Output.Token", "token-of-web-1");
        assertThat(payload.masks()).containsExactly("token-of-web-1");
        assertThat(all(scriptAt(WORKER, "true", List.of(), OF_WEB_2)))
                .doesNotContain("token-of-web-2");
    }

    @Test
    void a_machine_gets_the_secret_of_another_one_that_its_step_names() {
        for (String body :
                List.of(
                        "join #{Stagecoach.Step[login].Output[web-2].Token}",
                        "get_stagecoach_variable 'Stagecoach.Step[login].Output[web-2].Token'.",
                        "join \"$STAGECOACH_STEP_LOGIN__OUTPUT_WEB_2__TOKEN\"")) {
            var payload = scriptAt(WEB_1, body, List.of(), OF_WEB_1, OF_WEB_2, OF_WORKER);
            assertThat(payload.variables())
                    .containsEntry("Stagecoach.Step[login].Output[web-2].Token", "token-of-web-2");
            assertThat(payload.masks()).containsExactly("token-of-web-1", "token-of-web-2");
        }
        assertThat(
                        scriptAt(
                                        WEB_1,
                                        "login \"$STAGECOACH_STEP_LOGIN__OUTPUT_TOKEN\"",
                                        List.of(),
                                        OF_WORKER)
                                .variables())
                .containsEntry("Stagecoach.Step[login].Output.Token", "token-of-worker");
        assertThat(
                        all(
                                scriptAt(
                                        WEB_1,
                                        "echo $STAGECOACH_STEP_LOGIN__OUTPUT_WEB_2__TOKEN_2",
                                        List.of(),
                                        OF_WEB_2)))
                .doesNotContain("token-of-web-2");
    }

    @Test
    void a_loop_over_the_outputs_of_a_step_names_those_that_it_looks_at() {
        String loop = "#{each t in Stagecoach.Step[login].Output}#{t%s}#{/each}";
        assertThat(scriptAt(WEB_1, loop.formatted(".Token"), List.of(), OF_WEB_1, OF_WEB_2).masks())
                .containsExactly("token-of-web-1", "token-of-web-2");
        assertThat(all(scriptAt(WEB_1, loop.formatted(".Key"), List.of(), OF_WEB_1, OF_WEB_2)))
                .doesNotContain("token-of-web-2");
    }

    @Test
    void a_variable_in_scope_carries_a_secret_of_another_machine_to_files_and_scripts() {
        var peer = plain("Peer.Token", "#{Stagecoach.Step[login].Output[web-2].Token}");
        var payload = scriptAt(WEB_1, "true", List.of(peer), OF_WEB_2);
        assertThat(payload.variables())
                .containsEntry("Peer.Token", "token-of-web-2")
                .doesNotContainKey("Stagecoach.Step[login].Output[web-2].Token");
        assertThat(payload.masks()).containsExactly("token-of-web-2");
        assertThat(scriptAt(WEB_1, "echo #{Peer.Token}", List.of(peer), OF_WEB_2).variables())
                .containsEntry("Stagecoach.Step[login].Output[web-2].Token", "token-of-web-2");
    }

    @Test
    void an_installation_gets_the_secrets_that_its_variables_and_its_directory_hold() {
        var install =
                (CommandPayload.Install)
                        payload(
                                Kind.PACKAGE,
                                WEB_1,
                                plan(
                                        new Action.DeployPackage(
                                                SHOP,
                                                new Install(
                                                        Optional.of(
                                                                "/srv/#{Stagecoach.Step[login].Output[web-2].Token | ToUpper}"),
                                                        List.of())),
                                        Map.of(),
                                        PASSWORD),
                                OF_WEB_1,
                                OF_WEB_2,
                                OF_WORKER);
        assertThat(install.masks())
                .containsExactly(
                        "pw-of-the-project", "TOKEN-OF-WEB-2", "token-of-web-1", "token-of-web-2");
    }

    @Test
    void a_health_check_gets_no_secret_and_an_http_check_those_that_it_asks_with() {
        var health = new Action.HealthCheck(UnavailableTargets.FAIL, Duration.ofSeconds(5));
        assertThat(payload(Kind.HEALTH_CHECK, WEB_1, plan(health, Map.of(), PASSWORD), OF_WEB_1))
                .isEqualTo(new CommandPayload.Script(Action.Syntax.SH, ":", Map.of(), List.of()));
        var asks =
                plan(
                        check("http://#{Host}/?k=#{Key}"),
                        Map.of(),
                        PASSWORD,
                        plain("Host", "h"),
                        new Variable("Key", "k-of-the-check", true, Scope.EVERYWHERE));
        assertThat(((CommandPayload.Http) payload(Kind.HTTP_CHECK, WEB_1, asks, OF_WEB_1)).masks())
                .containsExactly("k-of-the-check");
    }
}
