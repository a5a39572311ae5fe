package stagecoach.orchestrator.app.absence;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.channel.Admins;
import stagecoach.runtime.channel.KafkaConnection;

/** Asks Kafka who listens. */
@Singleton
class Listeners {
    /** Longer than a busy broker needs. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    private final KafkaConnection kafka;
    private @Nullable Admin admin;

    Listeners(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /** The services in whose groups somebody is; empty if Kafka does not tell in time. */
    Optional<Set<Neighbour>> there() throws InterruptedException {
        try {
            return there(admin());
        } catch (KafkaException e) {
            // Not even its name is known now.
            return Optional.empty();
        }
    }

    private static Optional<Set<Neighbour>> there(Admin admin) throws InterruptedException {
        Map<String, KafkaFuture<ConsumerGroupDescription>> asked =
                admin.describeConsumerGroups(
                                Arrays.stream(Neighbour.values()).map(Neighbour::group).toList())
                        .describedGroups();
        Set<Neighbour> there = EnumSet.noneOf(Neighbour.class);
        for (Neighbour neighbour : Neighbour.values()) {
            try {
                if (!Objects.requireNonNull(asked.get(neighbour.group()))
                        .get(ANSWER_MAX.toMillis() + 500, TimeUnit.MILLISECONDS)
                        .members()
                        .isEmpty()) {
                    there.add(neighbour);
                }
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (ExecutionException e) {
                // Of a group that nobody was ever in, Kafka knows nothing.
                if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(there);
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admins.open(kafka, "absence", ANSWER_MAX);
        }
        return admin;
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
