package stagecoach.gateway.app.mailbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.vocabulary.identity.Ticket;

/**
 * What a tentacle may be asked. An older one passes over fields that it does not know, so what it
 * would do only in part is not sent to it.
 */
public final class Skills {
    private Skills() {}

    /** The commands that this tentacle is too old for, each with the reason. */
    public static Map<Ticket, String> beyond(Optional<Hello> greeting, List<StoredMail> mails) {
        var beyond = new LinkedHashMap<Ticket, String>();
        boolean knows =
                greeting.filter(
                                hello ->
                                        hello.capabilities().contains(AgentCommand.SCRIPT_PACKAGES))
                        .isPresent();
        for (StoredMail stored : mails) {
            if (!knows
                    && stored.command() instanceof RunScript script
                    && !script.packages().isEmpty()) {
                beyond.put(
                        stored.ticket(),
                        "The tentacle there (version %s) is too old for scripts that use packages. Update it, then retry."
                                .formatted(greeting.map(Hello::version).orElse("unknown")));
            }
        }
        return beyond;
    }
}
