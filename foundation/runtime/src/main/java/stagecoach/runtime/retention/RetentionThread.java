package stagecoach.runtime.retention;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks every few minutes for what is no longer needed. */
@Singleton
class RetentionThread {
    private static final long EVERY_MINUTES = 5;

    private final Retention retention;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    RetentionThread(Retention retention) {
        this.retention = retention;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofVirtual().name("retention").start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void run() {
        try {
            while (!stopping.await(EVERY_MINUTES, TimeUnit.MINUTES)) {
                retention.kinds().forEach(this::forget);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(KeptForAWhile kind) {
        try {
            boolean more = true;
            while (more && stopping.getCount() > 0) {
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
