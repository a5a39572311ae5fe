package stagecoach.runtime.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.toy.OwnRelay;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
@TestProfile(OwnRelay.class)
class PublishedForAWhileTest {
    private static final Instant NOW = Instant.parse("2020-01-02T00:00:00Z");

    @Inject UnitOfWork unitOfWork;

    private final String topic = "toy.old-" + UUID.randomUUID();
    private final PublishedForAWhile retention = new PublishedForAWhile(Duration.ofHours(24));

    private void published(long offset, Instant at) {
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            "INSERT INTO published (topic, partition, kafka_offset, stream, version, slot, key, type, at) VALUES (?1, 0, ?2, 'account-1', 1, 0, 'k', 't', ?3)",
                            topic,
                            offset,
                            at);
                    tx.execute(
                            "INSERT INTO log_end (topic, partition, next_offset) VALUES (?1, 0, 4) ON CONFLICT DO NOTHING",
                            topic);
                });
    }

    @AfterEach
    void remove() {
        unitOfWork.execute(
                tx -> {
                    tx.execute("DELETE FROM published WHERE topic = ?1", topic);
                    tx.execute("DELETE FROM log_end WHERE topic = ?1", topic);
                });
    }

    private List<Long> left() {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT kafka_offset FROM published WHERE topic = ?1 ORDER BY 1",
                                        topic)
                                .stream()
                                .map(row -> (Long) Objects.requireNonNull(row[0]))
                                .toList());
    }

    @Test
    void what_was_published_goes_after_its_time_a_few_rows_at_once_and_the_log_knows_how_far() {
        published(0, NOW.minus(Duration.ofHours(30)));
        published(1, NOW.minus(Duration.ofHours(29)));
        published(2, NOW.minus(Duration.ofHours(25)));
        published(3, NOW.minus(Duration.ofHours(23)));

        assertThat(unitOfWork.<Integer>run(tx -> retention.forget(tx, NOW, 2))).isEqualTo(2);
        assertThat(left()).containsExactly(2L, 3L);
        assertThat(unitOfWork.<Integer>run(tx -> retention.forget(tx, NOW, 2))).isEqualTo(1);
        assertThat(unitOfWork.<Integer>run(tx -> retention.forget(tx, NOW, 2))).isZero();
        assertThat(left()).containsExactly(3L);
        Object forgotten =
                unitOfWork.run(
                                tx ->
                                        tx.rows(
                                                "SELECT forgotten FROM log_end WHERE topic = ?1",
                                                topic))
                        .getFirst()[0];
        assertThat(forgotten).isEqualTo(3L);
    }
}
