package stagecoach.gateway.app.mailbox;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lets time pass in the mailbox. */
@Singleton
class MailboxClock {
    private static final int BATCH = 100;
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final Mailbox mailbox;
    private final MailboxConfig config;
    private final Clock clock;
    private @Nullable Rounds due;
    private @Nullable Rounds forget;

    MailboxClock(Mailbox mailbox, MailboxConfig config, Clock clock) {
        this.mailbox = mailbox;
        this.config = config;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        due = Rounds.start("mailbox-due", config.dueEvery(), this::endWhatIsDue);
        forget =
                Rounds.start(
                        "mailbox-forget",
                        FORGET_EVERY,
                        () -> mailbox.forgetEnded(clock.instant().minus(config.endedKept())));
    }

    void stop(@Observes ShutdownEvent event) {
        if (due != null) {
            due.close();
        }
        if (forget != null) {
            forget.close();
        }
    }

    private void endWhatIsDue() {
        while (mailbox.endWhatIsDue(BATCH, config.overdueAgainAfter()) == BATCH) {
            // A full batch: there may be more.
        }
    }
}
