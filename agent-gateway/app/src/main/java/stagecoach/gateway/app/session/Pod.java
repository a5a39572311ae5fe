package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** This gateway process: a new one after each start. */
@Singleton
class Pod {
    private final UUID id = UUID.randomUUID();
    private final String member;

    Pod(
            @ConfigProperty(name = "mp.messaging.connector.stagecoach-kafka.group.instance.id")
                    String member) {
        this.member = member;
    }

    /** Its id in the tables. */
    UUID id() {
        return id;
    }

    /** What it is called among those who read from Kafka: the same after each start. */
    String member() {
        return member;
    }

    /**
     * The time that this process measures how long something takes with, since some moment of its
     * own: whoever corrects the computer's clock, be it by hours, has not made a machine silent by
     * that, nor a dead one live. Not to be compared with any other clock's.
     */
    static Instant uptime() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }
}
