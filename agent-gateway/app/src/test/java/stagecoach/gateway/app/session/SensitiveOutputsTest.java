package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.OtherServices;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** What a script has set as sensitive goes to the step-runner before anybody hears of it. */
@GatewayTest
class SensitiveOutputsTest {
    private static final Map<String, String> SECRETS = Map.of("Token", "tok-4711");
    private static final CommandResult RESULT =
            Scene.exited(0).withSensitiveOutputs(List.of("Token"));

    @Inject Scene scene;

    private Connection atWork(AgentId agent, Ticket ticket) {
        Connection machine = scene.enrolled(agent).connect(agent);
        Scene.give(Scene.script(agent, ticket, Duration.ofMinutes(10)));
        machine.await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
        machine.say(new Started(ticket));
        return machine;
    }

    private static CommandEnded endOf(Ticket ticket) {
        return Scene.reportsOf(ticket, all -> all.stream().anyMatch(CommandEnded.class::isInstance))
                .stream()
                .filter(CommandEnded.class::isInstance)
                .map(CommandEnded.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void they_wait_for_a_step_runner_that_is_away_and_so_does_the_report() {
        AgentId agent = Scene.anAgent();
        Ticket ticket = Scene.aTicket();
        Connection machine = atWork(agent, ticket);
        var services = OtherServices.running();
        int before = services.turnedAway();
        services.away(true);
        try {
            machine.say(new Ended(ticket, RESULT, SECRETS));
            await().atMost(StagecoachResource.PATIENCE).until(() -> services.turnedAway() > before);
            assertThat(machine.heard(Complete.class)).isEmpty();
            assertThat(services.kept(ticket)).isEmpty();
        } finally {
            services.away(false);
        }
        machine.await(Complete.class, done -> done.ticket().equals(ticket));
        assertThat(services.kept(ticket)).containsExactly(SECRETS);
        var ended = endOf(ticket);
        assertThat(ended.result().sensitiveOutputs()).containsExactly("Token");
        assertThat(StagecoachJson.text(ended)).doesNotContain("tok-4711");
    }

    @Test
    void nobody_sets_those_of_another_and_what_is_over_stays_as_it_is() {
        AgentId agent = Scene.anAgent();
        AgentId thief = Scene.anAgent();
        Ticket ticket = Scene.aTicket();
        Connection machine = atWork(agent, ticket);
        Connection other = scene.enrolled(thief).connect(thief);
        other.say(new Ended(ticket, RESULT, Map.of("Token", "forged")));
        other.await(Complete.class, done -> done.ticket().equals(ticket));
        machine.say(new Ended(ticket, RESULT, SECRETS));
        machine.await(Complete.class, done -> done.ticket().equals(ticket));
        machine.say(new Ended(ticket, RESULT, Map.of("Token", "later")));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> machine.heard(Complete.class).size() == 2);
        assertThat(OtherServices.running().kept(ticket)).containsExactly(SECRETS);
    }
}
