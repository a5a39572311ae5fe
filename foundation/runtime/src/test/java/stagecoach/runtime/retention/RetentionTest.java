package stagecoach.runtime.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class RetentionTest {
    @Inject Retention retention;
    @Inject UnitOfWork unitOfWork;

    private final String topic = "toy.old-" + UUID.randomUUID();

    @Test
    void all_kinds_that_the_service_knows_are_deleted_step_by_step_until_nothing_old_is_left() {
        Long[] offsets = LongStream.range(0, 5_000).boxed().toArray(Long[]::new);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                """
                                INSERT INTO published (topic, partition, kafka_offset, stream, version, slot, key, type, at)
                                SELECT ?1, 0, o, 'account-1', 1, 0, 'k', 't', ?3 FROM unnest(?2::bigint[]) AS o
                                """,
                                topic,
                                offsets,
                                Instant.now().minus(Duration.ofDays(2))));
        assertThat(retention.kinds()).extracting(KeptForAWhile::name).contains("published");
        // Another pod may be at it; then it is tried again, as it is in life.
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () -> {
                            for (KeptForAWhile kind : retention.kinds()) {
                                while (retention.forget(kind)) {
                                    Thread.onSpinWait();
                                }
                            }
                            assertThat(left()).isZero();
                        });
    }

    private int left() {
        return unitOfWork
                .run(tx -> tx.rows("SELECT 1 FROM published WHERE topic = ?1", topic))
                .size();
    }
}
