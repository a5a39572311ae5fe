package stagecoach.runtime.outbox;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.store.Doorbell;

/**
 * Runs the relay of this process from start to stop; polling is the truth, the bell only saves
 * time.
 */
@Singleton
class RelayThread {
    private static final long ELSEWHERE_MILLIS = 20;
    private static final long IDLE_MILLIS = 500;
    private static final long TROUBLE_MILLIS = 1_000;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    /** So often one looks whether another relay has let go of the lock, after a ring. */
    private static final int LOOKS_MAX = 50;

    private final Relay relay;
    private final Doorbell doorbell;
    private final boolean enabled;
    private @Nullable Thread thread;
    private volatile boolean stopping;

    RelayThread(
            UnitOfWork unitOfWork,
            Doorbell doorbell,
            @ConfigProperty(name = "stagecoach.service") String service,
            KafkaConnection kafka,
            @ConfigProperty(name = "stagecoach.relay.enabled", defaultValue = "true")
                    boolean enabled) {
        this.relay =
                new Relay(
                        unitOfWork,
                        service,
                        // Large events repeat themselves: so they stay below the megabyte that
                        // brokers take unless they are told otherwise.
                        () -> Producers.open(kafka, service + "-relay", "lz4"),
                        new LogTail(() -> LogTail.admin(kafka)),
                        LOOK_EVERY,
                        point -> {});
        this.doorbell = doorbell;
        this.enabled = enabled;
    }

    void start(@Observes StartupEvent event) {
        if (enabled) {
            thread = Thread.ofPlatform().name("relay").daemon().start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        doorbell.ring();
        if (thread != null) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        }
    }

    private void run() {
        int looks = 0;
        boolean troubled = false;
        while (!stopping) {
            long pause;
            try {
                Relay.Outcome outcome = relay.cycle();
                looks = outcome == Relay.Outcome.ELSEWHERE ? looks - 1 : 0;
                boolean failed = outcome == Relay.Outcome.FAILED;
                if (failed && !troubled) {
                    Log.warn("The relay could not send to Kafka; what waits is sent later.");
                }
                if (troubled && !failed) {
                    Log.info("The relay works again.");
                }
                troubled = failed;
                pause = pause(outcome, looks > 0);
            } catch (RuntimeException | Error e) {
                // Whatever it is: without a relay the service would be silent.
                if (!troubled && !stopping) {
                    Log.warn("The relay does not work; it tries again every second.", e);
                }
                troubled = true;
                pause = TROUBLE_MILLIS;
            }
            try {
                if (pause > 0 && doorbell.await(pause)) {
                    // Another relay may hold the lock just now and have looked too early.
                    looks = LOOKS_MAX;
                }
            } catch (InterruptedException e) {
                break;
            }
        }
        relay.close();
    }

    private static long pause(Relay.Outcome outcome, boolean soon) {
        return switch (outcome) {
            case MORE -> 0;
            case SENT, NOTHING -> IDLE_MILLIS;
            case ELSEWHERE -> soon ? ELSEWHERE_MILLIS : IDLE_MILLIS;
            case FAILED -> TROUBLE_MILLIS;
        };
    }
}
