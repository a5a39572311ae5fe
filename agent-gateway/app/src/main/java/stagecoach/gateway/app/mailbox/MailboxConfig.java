package stagecoach.gateway.app.mailbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How commands wait. */
@ConfigMapping(prefix = "stagecoach.mailbox")
public interface MailboxConfig {
    /** The step-runner's inner base URL. */
    String stepRunnerUrl();

    /** The package-service's inner base URL. */
    String packageServiceUrl();

    /** How often it is looked for commands that time alone ends. */
    @WithDefault("PT0.5S")
    Duration dueEvery();

    /** When a command that is overdue at a connected machine is looked at again. */
    @WithDefault("PT30S")
    Duration overdueAgainAfter();

    /** How long ended commands are remembered; longer than their topic keeps them. */
    @WithDefault("P7D")
    Duration endedKept();
}
