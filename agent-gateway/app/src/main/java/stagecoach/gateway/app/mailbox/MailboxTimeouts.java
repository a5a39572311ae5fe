package stagecoach.gateway.app.mailbox;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import stagecoach.runtime.rounds.Rounds;

/** Ends commands whose time is up, and forgets commands that ended long ago. */
@Singleton
class MailboxTimeouts {
    private static final int BATCH = 100;
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final Mailbox mailbox;
    private final MailboxConfig config;
    private final Clock clock;
    private final Rounds due;
    private final Rounds forget;

    MailboxTimeouts(Mailbox mailbox, MailboxConfig config, Clock clock) {
        this.mailbox = mailbox;
        this.config = config;
        this.clock = clock;
        this.due = Rounds.atOnce("mailbox-due", config.dueEvery(), this::endWhatIsDue);
        this.forget = Rounds.atOnce("mailbox-forget", FORGET_EVERY, this::forgetEnded);
    }

    void start(@Observes StartupEvent event) {
        due.start();
        forget.start();
    }

    void stop(@Observes ShutdownEvent event) {
        due.stop();
        forget.stop();
    }

    private void endWhatIsDue() {
        while (mailbox.endWhatIsDue(BATCH, config.overdueAgainAfter()) == BATCH) {
            // A full batch: there may be more.
        }
    }

    private void forgetEnded() {
        mailbox.forgetEnded(clock.instant().minus(config.endedKept()));
    }
}
