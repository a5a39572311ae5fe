package stagecoach.contracts.channel;

import java.time.Duration;
import java.util.List;

/** Every topic there is; whoever creates topics reads this list. */
public final class Channels {
    private static final Duration HISTORY = Duration.ofDays(30);

    public static final Topic DEPLOYMENTS =
            new Topic("stagecoach.deployments", 6, HISTORY, "producer");
    public static final Topic CONFIGURATION =
            new Topic("stagecoach.configuration", 1, HISTORY, "producer");
    public static final Topic STEPS = new Topic("stagecoach.steps", 6, HISTORY, "producer");
    public static final Topic ACQUISITIONS =
            new Topic("stagecoach.acquisitions", 6, HISTORY, "producer");
    public static final Topic AGENT_COMMANDS =
            new Topic("stagecoach.agent-commands", 6, Duration.ofDays(2), "producer");
    public static final Topic AGENTS = new Topic("stagecoach.agents", 6, HISTORY, "producer");
    public static final Topic PACKAGES = new Topic("stagecoach.packages", 1, HISTORY, "producer");
    public static final Topic LOGS =
            new Topic("stagecoach.logs", 6, Duration.ofDays(1), "producer");

    /** A service that was away for less than this misses no announcement. */
    public static final Topic REQUESTS =
            new Topic("stagecoach.requests", 1, Duration.ofDays(7), "producer");

    private Channels() {}

    /** All of them. */
    public static List<Topic> all() {
        return List.of(
                DEPLOYMENTS,
                CONFIGURATION,
                STEPS,
                ACQUISITIONS,
                AGENT_COMMANDS,
                AGENTS,
                PACKAGES,
                LOGS,
                REQUESTS);
    }
}
