package stagecoach.steprunner.app.command;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long commands may wait and how they are ended. */
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

    /** After a cancel: how long a process may take to end after TERM before it gets KILL. */
    @WithDefault("PT10S")
    Duration killAfter();

    /** After KILL: how long until the process is given up and said to be running perhaps. */
    @WithDefault("PT30S")
    Duration abandonAfter();
}
