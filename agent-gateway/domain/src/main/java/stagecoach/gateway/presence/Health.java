package stagecoach.gateway.presence;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.AgentReport.AgentHealth;

/**
 * How a tentacle is and what is known of its machine. What a machine says of itself is cut to a
 * length that fits into any event, so that nothing it says can keep the gateway from telling of it.
 *
 * @param reason in words; at most 2,000 characters
 * @param version of the tentacle; at most 100 characters
 * @param capabilities sorted; at most 64 of at most 64 characters
 */
public record Health(
        AgentHealth state,
        String reason,
        Optional<String> version,
        Optional<Long> freeDiskBytes,
        List<String> capabilities) {
    private static final int REASON_MAX = 2_000;
    private static final int VERSION_MAX = 100;
    private static final int CAPABILITIES_MAX = 64;
    private static final int CAPABILITY_MAX = 64;

    /** Less than this is trembling, also on a disk that is nearly full. */
    private static final double ROOM_CHANGE_MIN = 256.0 * 1024 * 1024;

    private static final double ROOM_CHANGE_PART = 0.1;

    /** Sorts the capabilities: their order says nothing. */
    public Health {
        reason = cut(reason, REASON_MAX);
        version = version.map(told -> cut(told, VERSION_MAX));
        capabilities =
                capabilities.stream()
                        .filter(capability -> capability.length() <= CAPABILITY_MAX)
                        .sorted()
                        .distinct()
                        .limit(CAPABILITIES_MAX)
                        .toList();
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }

    /** Of a tentacle that never connected. */
    public static Health neverConnected() {
        return new Health(
                AgentHealth.UNKNOWN,
                "It has never connected.",
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /** Of a tentacle that has just connected and told of itself. */
    public static Health connected(String version, long freeDiskBytes, List<String> capabilities) {
        return new Health(
                AgentHealth.HEALTHY,
                "It is connected.",
                Optional.of(version),
                Optional.of(freeDiskBytes),
                capabilities);
    }

    /** The same machine after it told of itself again; {@code trouble} empty if it is well. */
    public Health told(long freeDisk, Optional<String> trouble) {
        return new Health(
                trouble.isPresent() ? AgentHealth.UNHEALTHY : AgentHealth.HEALTHY,
                trouble.orElse("It is connected."),
                version,
                Optional.of(freeDisk),
                capabilities);
    }

    /** The same machine, out of reach. */
    public Health outOfReach(String why) {
        return new Health(AgentHealth.UNAVAILABLE, why, version, freeDiskBytes, capabilities);
    }

    /**
     * Whether this is worth telling the world after {@code before}: another state, another trouble,
     * another version or capability, or quite another room on its disk.
     */
    public boolean isNewsAfter(Health before) {
        return state != before.state
                || (state == AgentHealth.UNHEALTHY && !reason.equals(before.reason))
                || !version.equals(before.version)
                || !capabilities.equals(before.capabilities)
                || (freeDiskBytes.isPresent()
                        && before.freeDiskBytes.isPresent()
                        && isOtherRoom(freeDiskBytes.get(), before.freeDiskBytes.get()));
    }

    /**
     * Whether so many free bytes are worth telling after {@code before}: they change all the time,
     * so a tenth counts, and no less than 256 MiB.
     */
    public static boolean isOtherRoom(long now, long before) {
        double change = Math.abs((double) now - (double) before);
        return change >= Math.max(ROOM_CHANGE_MIN, Math.abs((double) before) * ROOM_CHANGE_PART);
    }
}
