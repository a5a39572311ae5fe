package stagecoach.gateway.app.dialing;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.gateway.app.listening.ListeningMachines.Call;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.session.Reception.Visit;

/** One machine that this process has taken: being dialled, or connected. */
final class Line {
    private final Call call;
    private @Nullable Visit visit;
    private @Nullable String unwanted;
    private @Nullable Instant welcomed;

    Line(Call call) {
        this.call = call;
    }

    Call call() {
        return call;
    }

    /** Why it shall not be, if that was said before a session began. */
    synchronized Optional<String> unwanted() {
        return Optional.ofNullable(unwanted);
    }

    /** A session has begun, unless it is unwanted by now, which ends it. */
    void connected(Visit begun) {
        String why;
        synchronized (this) {
            visit = begun;
            why = unwanted;
        }
        if (why != null) {
            begun.end(why);
        }
    }

    /** Ends the session that there is, or will be. */
    void hangUp(String why) {
        Visit present;
        synchronized (this) {
            if (unwanted != null) {
                return;
            }
            unwanted = why;
            present = visit;
        }
        if (present != null) {
            present.end(why);
        }
    }

    /** The machine was welcomed. */
    synchronized void welcomed() {
        welcomed = Pod.uptime();
    }

    synchronized boolean isWelcome() {
        return welcomed != null;
    }

    /** Whether the session that is over was a good one. */
    synchronized boolean lasted(Duration enough) {
        return welcomed != null && !Pod.uptime().isBefore(welcomed.plus(enough));
    }
}
