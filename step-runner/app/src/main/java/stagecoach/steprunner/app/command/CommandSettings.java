package stagecoach.steprunner.app.command;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long commands may wait and how they are ended. */
@ConfigMapping(prefix = "stagecoach.commands")
public interface CommandSettings {
    /** A command that its tentacle has not started by then is given up. */
    @WithDefault("PT1H")
    Duration startWithin();

    /** After a cancel: how long a process may take to end after TERM before it gets KILL. */
    @WithDefault("PT10S")
    Duration killAfter();

    /** After KILL: how long until the process is given up and said to be running perhaps. */
    @WithDefault("PT30S")
    Duration abandonAfter();
}
