package stagecoach.gateway.app.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.vocabulary.identity.AgentId;

class CapabilitiesTest {
    private static CommandPayload install(String... structured) {
        return new CommandPayload.Install(
                "apps/web", List.of(), Map.of(), List.of(), Optional.empty(), List.of(structured));
    }

    private static Optional<Hello> hello(String... capabilities) {
        return Optional.of(
                new Hello(
                        1,
                        new AgentId("target:web-1"),
                        "0.9",
                        List.of(capabilities),
                        1L,
                        List.of(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void an_older_tentacle_is_not_sent_what_it_would_pass_over() {
        assertThat(Capabilities.beyond(hello("sh"), install("*.json")))
                .contains(
                        "The tentacle there (version 0.9) is too old for variables in structured files. Update it, then retry.");
        assertThat(Capabilities.beyond(hello("sh"), install())).isEmpty();
        assertThat(
                        Capabilities.beyond(
                                hello("sh", AgentCommand.STRUCTURED_VARIABLES), install("*.json")))
                .isEmpty();
    }

    @Test
    void an_older_tentacle_is_not_sent_an_installation_that_it_would_not_copy() {
        var copied =
                new CommandPayload.Install(
                        "apps/web",
                        List.of(),
                        Map.of(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(new CommandPayload.CopyTo("/srv/shop", true, List.of("logs"))));
        assertThat(Capabilities.beyond(hello(AgentCommand.STRUCTURED_VARIABLES), copied))
                .contains(
                        "The tentacle there (version 0.9) is too old for copies of installations (copyTo). Update it, then retry.");
        assertThat(Capabilities.beyond(hello(AgentCommand.COPIED_INSTALLATIONS), copied)).isEmpty();
    }
}
