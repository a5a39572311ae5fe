package stagecoach.gateway.app.mailbox;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.vocabulary.identity.Ticket;

/**
 * What a tentacle may be asked. An older one passes over fields that it does not know, so what it
 * would do only in part is not sent to it.
 */
public final class Capabilities {
    private Capabilities() {}

    /** The commands that this tentacle is too old for, each with the reason. */
    public static Map<Ticket, String> beyond(Optional<Hello> greeting, List<StoredMail> mails) {
        var beyond = new LinkedHashMap<Ticket, String>();
        for (StoredMail stored : mails) {
            if (stored.command() instanceof RunScript script
                    && !script.packages().isEmpty()
                    && !can(greeting, AgentCommand.SCRIPT_PACKAGES)) {
                beyond.put(stored.ticket(), tooOld(greeting, "scripts that use packages"));
            } else if (stored.command() instanceof AcquirePackage acquire
                    && !acquire.sources().isEmpty()
                    && sourcesWithin(greeting, acquire).isEmpty()) {
                beyond.put(
                        stored.ticket(),
                        tooOld(
                                greeting,
                                acquire.sources().stream().anyMatch(Source.Feed.class::isInstance)
                                        ? "reading the package from its feed"
                                        : "the caches that hold the package"));
            }
        }
        return beyond;
    }

    /** Why a tentacle is too old for what a command brings, if it is. */
    static Optional<String> beyond(Optional<Hello> greeting, CommandPayload payload) {
        if (!(payload instanceof CommandPayload.Install install)) {
            return Optional.empty();
        }
        if (!install.structuredVariablesIn().isEmpty()
                && !can(greeting, AgentCommand.STRUCTURED_VARIABLES)) {
            return Optional.of(tooOld(greeting, "variables in structured files"));
        }
        return install.copyTo().isPresent() && !can(greeting, AgentCommand.COPIED_INSTALLATIONS)
                ? Optional.of(tooOld(greeting, "copies of installations (copyTo)"))
                : Optional.empty();
    }

    private static String tooOld(Optional<Hello> greeting, String what) {
        return "The tentacle there (version %s) is too old for %s. Update it, then retry."
                .formatted(greeting.map(Hello::version).orElse("unknown"), what);
    }

    /** The command as this tentacle understands it: an acquisition without unknown sources. */
    static AgentCommand within(Optional<Hello> greeting, AgentCommand command) {
        if (!(command instanceof AcquirePackage acquire)) {
            return command;
        }
        return new AcquirePackage(
                acquire.ticket(),
                acquire.agent(),
                acquire.context(),
                acquire.pin(),
                sourcesWithin(greeting, acquire),
                acquire.force(),
                acquire.expiresAt(),
                acquire.reachWithin());
    }

    private static List<Source> sourcesWithin(Optional<Hello> greeting, AcquirePackage acquire) {
        return acquire.sources().stream()
                .filter(
                        source ->
                                switch (source) {
                                    case Source.Cache _, Source.Server _ -> true;
                                    case Source.Folder _ -> can(greeting, Source.FOLDER_CACHES);
                                    case Source.NuGet _ -> can(greeting, Source.NUGET_CACHES);
                                    case Source.Feed _ -> can(greeting, Source.FEEDS);
                                })
                .toList();
    }

    private static boolean can(Optional<Hello> greeting, String capability) {
        return greeting.filter(hello -> hello.capabilities().contains(capability)).isPresent();
    }
}
