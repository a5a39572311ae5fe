package stagecoach.steprunner.app.command;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long commands may wait. */
@ConfigMapping(prefix = "stagecoach.commands")
public interface CommandSettings {
    /** A command that could not be given to its tentacle by then is given up. */
    @WithDefault("PT1H")
    Duration startWithin();

    /**
     * How long a machine may be out of reach when its turn has come, unless its step waits for it;
     * longer than a machine is taken for silent, and than the longest pause between its dials.
     */
    @WithDefault("PT1M")
    Duration reachWithin();
}
