package stagecoach.tentacle.session;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.script.Machine;
import stagecoach.vocabulary.identity.CacheId;

/** What the tentacle can tell of its machine. */
final class MachineHealth {
    private static final Logger LOG = LoggerFactory.getLogger(MachineHealth.class);
    private static final long FREE_BYTES_MIN = 256L << 20;

    /** So much nearer or farther is news: a quarter, and no mere trembling. */
    private static final int CHANGE_PERCENT = 25;

    private static final int CHANGE_MILLIS_MIN = 5;

    private MachineHealth() {}

    /** Whether it is worth telling after {@code before} how far caches are now. */
    static boolean isNews(List<SourceLatency> now, List<SourceLatency> before) {
        Map<CacheId, Integer> told = new HashMap<>();
        before.forEach(each -> told.put(each.cache(), each.millis()));
        return now.size() != told.size()
                || now.stream()
                        .anyMatch(
                                each ->
                                        isNews(
                                                each.millis(),
                                                told.getOrDefault(
                                                        each.cache(), Integer.MAX_VALUE)));
    }

    private static boolean isNews(long now, long before) {
        long change = Math.abs(now - before);
        return change >= CHANGE_MILLIS_MIN && change * 100 >= before * CHANGE_PERCENT;
    }

    static TentacleFrame.Health of(GatewaySession.Party party, List<SourceLatency> latencies)
            throws IOException {
        Home home = party.home();
        return new TentacleFrame.Health(
                home.freeBytes(),
                trouble(home),
                latencies,
                begun(party),
                party.desk().removals().untold(TentacleFrame.Health.REMOVALS_MAX));
    }

    /** It only makes previews more exact: a folder that cannot be read ends no session. */
    private static List<BegunPackage> begun(GatewaySession.Party party) {
        try {
            return party.desk().begun();
        } catch (IOException e) {
            LOG.warn("what interrupted fetches have left cannot be read: {}", e.toString());
            return List.of();
        }
    }

    /** What the machine can do, and what this tentacle can. */
    static List<String> capabilities() {
        List<String> capabilities = new ArrayList<>(Machine.capabilities());
        capabilities.add(AgentCommand.SCRIPT_PACKAGES);
        capabilities.add(AgentCommand.STRUCTURED_VARIABLES);
        capabilities.add(AgentCommand.COPIED_INSTALLATIONS);
        capabilities.add(AgentCommand.GATEWAY_RENEWAL);
        capabilities.add(Source.FOLDER_CACHES);
        capabilities.add(Source.NUGET_CACHES);
        capabilities.add(Source.FEEDS);
        return capabilities;
    }

    /** What is wrong with the machine, in words. */
    static Optional<String> trouble(Home home) throws IOException {
        long free = home.freeBytes();
        return free < FREE_BYTES_MIN
                ? Optional.of("only %d MiB are free on %s".formatted(free >> 20, home.root()))
                : Optional.empty();
    }
}
