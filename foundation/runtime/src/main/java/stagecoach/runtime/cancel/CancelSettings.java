package stagecoach.runtime.cancel;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/**
 * How a deployment that is cancelled comes to its end. Set alike for all services: the orchestrator
 * reckons its deadline from what the others tell the tentacles.
 */
@ConfigMapping(prefix = "stagecoach.cancel")
public interface CancelSettings {
    /** How long a process may take to end after TERM before it gets KILL. */
    @WithDefault("10s")
    Duration killAfter();

    /** From KILL until the process is given up and said to be running perhaps. */
    @WithDefault("30s")
    Duration abandonAfter();

    /** The longest clean-up. */
    @WithDefault("5m")
    Duration cleanupMax();

    /** What reports may need on their way. */
    @WithDefault("20s")
    Duration reportsMax();
}
