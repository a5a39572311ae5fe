package stagecoach.runtime.gap;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.outbox.Producers;

/** Looks for gaps from start to stop. */
@Singleton
class GapThread {
    private static final long EVERY_SECONDS = 5;

    private final GapWatch watch;
    private final boolean enabled;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    GapThread(
            UnitOfWork unitOfWork,
            Clock clock,
            @ConfigProperty(name = "stagecoach.service") String service,
            @ConfigProperty(name = "kafka.bootstrap.servers") String bootstrap,
            @ConfigProperty(name = "stagecoach.gaps.enabled", defaultValue = "true")
                    boolean enabled) {
        this.watch =
                new GapWatch(
                        unitOfWork,
                        clock,
                        () -> Producers.open(bootstrap, service + "-gaps", "none"));
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread = Thread.ofVirtual().name("gaps").start(this::run);
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
            while (!stopping.await(EVERY_SECONDS, TimeUnit.SECONDS)) {
                try {
                    watch.ask();
                    troubled = false;
                } catch (RuntimeException e) {
                    if (!troubled && stopping.getCount() > 0) {
                        Log.warn("Missing events cannot be asked for; it is tried again.", e);
                    }
                    troubled = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
