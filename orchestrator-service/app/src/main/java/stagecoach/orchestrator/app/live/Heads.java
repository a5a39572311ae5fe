package stagecoach.orchestrator.app.live;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Looks for all who follow something, five times a second and with one statement, whether it has
 * grown; while nobody follows anything it does not look. It looks into the database because what
 * grows there is written by any pod.
 */
@ApplicationScoped
class Heads {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final String LOOK =
            """
            SELECT '', seq FROM feed_head
            UNION ALL SELECT deployment, seq FROM log_head WHERE deployment = ANY(?1)
            """;

    private final UnitOfWork unitOfWork;
    private final Map<Subject, Watched> watched = new HashMap<>();
    private @Nullable Thread thread;
    private boolean stopping;

    Heads(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    /** How it stands with a subject. */
    private static final class Watched {
        int watchers;
        long head = -1;

        /** Counts how often it was seen to have grown. */
        long changes;
    }

    @PreDestroy
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    /** One more follows the subject; it must be told when that ends. */
    synchronized void enter(Subject subject) {
        watched.computeIfAbsent(subject, s -> new Watched()).watchers++;
        if (thread == null && !stopping) {
            thread = Thread.ofVirtual().name("heads").start(this::run);
        }
    }

    /** One follows it no longer. */
    synchronized void leave(Subject subject) {
        watched.computeIfPresent(subject, (s, w) -> --w.watchers == 0 ? null : w);
        notifyAll();
    }

    /** How often the subject was seen to have grown, to be asked before one looks oneself. */
    synchronized long changes(Subject subject) {
        @Nullable Watched known = watched.get(subject);
        return known == null ? 0 : known.changes;
    }

    /**
     * Waits until the subject has grown since {@link #changes} gave {@code seen}, or until {@code
     * end} (of {@link System#nanoTime}).
     */
    synchronized void awaitChange(Subject subject, long seen, long end)
            throws InterruptedException {
        long left = end - System.nanoTime();
        while (!stopping && left > 0 && changes(subject) == seen) {
            wait(Math.max(1, Duration.ofNanos(left).toMillis()));
            left = end - System.nanoTime();
        }
    }

    private void run() {
        boolean troubled = false;
        while (true) {
            String[] deployments;
            synchronized (this) {
                if (stopping || watched.isEmpty()) {
                    thread = null;
                    return;
                }
                deployments =
                        watched.keySet().stream()
                                .map(Subject::deployment)
                                .filter(d -> !d.isEmpty())
                                .toArray(String[]::new);
            }
            try {
                look(deployments);
                troubled = false;
            } catch (TemporaryFailure away) {
                // Those who wait say that they live and wait on.
                troubled = true;
            } catch (RuntimeException | Error e) {
                if (!troubled) {
                    Log.error("What is followed could not be looked at; it is tried again.", e);
                }
                troubled = true;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void look(String[] deployments) {
        var heads = unitOfWork.run(tx -> tx.select(LOOK, (Object) deployments));
        synchronized (this) {
            for (var row : heads) {
                var subject = new Subject(row.text(0));
                long head = row.number(1);
                @Nullable Watched known = watched.get(subject);
                if (known != null && known.head != head) {
                    known.head = head;
                    known.changes++;
                }
            }
            notifyAll();
        }
    }
}
