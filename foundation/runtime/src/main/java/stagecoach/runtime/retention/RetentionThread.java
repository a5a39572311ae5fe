package stagecoach.runtime.retention;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import stagecoach.runtime.rounds.Rounds;

/** Looks every few minutes for what is no longer needed. */
@Singleton
class RetentionThread {
    private static final Duration EVERY = Duration.ofMinutes(5);

    private final Retention retention;
    private final Rounds rounds;

    RetentionThread(Retention retention) {
        this.retention = retention;
        this.rounds = new Rounds("retention", EVERY, this::forget);
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void forget() {
        retention.kinds().forEach(this::forget);
    }

    private void forget(KeptForAWhile kind) {
        try {
            boolean more = true;
            while (more && !rounds.isStopping()) {
                more = retention.forget(kind);
            }
        } catch (RuntimeException e) {
            // One kind that cannot be deleted must not keep the others.
            Log.warnf(
                    e,
                    "Rows that are no longer needed could not be deleted; it is tried again. rows=%s",
                    kind.name());
        }
    }
}
