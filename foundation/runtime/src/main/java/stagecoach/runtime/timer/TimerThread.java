package stagecoach.runtime.timer;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Looks for due timers from start to stop. */
@Singleton
class TimerThread {
    private static final long POLL_MILLIS = 200;
    private static final long TROUBLE_MILLIS = 1_000;

    private final TimerPump pump;
    private final boolean enabled;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    TimerThread(
            TimerPump pump,
            @ConfigProperty(name = "stagecoach.timers.enabled", defaultValue = "true")
                    boolean enabled) {
        this.pump = pump;
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread = Thread.ofPlatform().name("timers").daemon().start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void run() {
        boolean troubled = false;
        try {
            while (stopping.getCount() > 0) {
                long pause = POLL_MILLIS;
                try {
                    boolean more = pump.fireOne();
                    while (more && stopping.getCount() > 0) {
                        more = pump.fireOne();
                    }
                    troubled = false;
                } catch (RuntimeException | Error e) {
                    // Whatever it is: without timers deployments would hang.
                    if (!troubled && stopping.getCount() > 0) {
                        Log.warn("Timers do not fire; it is tried again every second.", e);
                    }
                    troubled = true;
                    pause = TROUBLE_MILLIS;
                }
                if (stopping.await(pause, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
