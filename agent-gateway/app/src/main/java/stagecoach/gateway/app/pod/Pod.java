package stagecoach.gateway.app.pod;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** This gateway process: a new one after each start. */
@Singleton
public class Pod {
    private final UUID id = UUID.randomUUID();
    private final String member;
    private volatile BooleanSupplier sight = () -> false;

    /** One of this name. */
    public Pod(
            @ConfigProperty(name = "mp.messaging.connector.stagecoach-kafka.group.instance.id")
                    String member) {
        this.member = member;
    }

    /** Its id in the tables. */
    public UUID id() {
        return id;
    }

    /** What it is called among those who read from Kafka: the same after each start. */
    public String member() {
        return member;
    }

    /** Tells how it is known whether this process may call others silent. */
    public void judgesBy(BooleanSupplier judgement) {
        sight = judgement;
    }

    /** Whether whoever is silent to this process now is so of himself. */
    public boolean seesClearly() {
        return sight.getAsBoolean();
    }

    /**
     * The time that this process measures how long something takes with, since some moment of its
     * own: whoever corrects the computer's clock, be it by hours, has not made a machine silent by
     * that, nor a dead one live. Not to be compared with any other clock's.
     */
    public static Instant uptime() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }
}
