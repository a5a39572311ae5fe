package stagecoach.runtime.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.retirement.Retirement;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.ToyTest;

/** What becomes of the streams of a deployment that is kept no longer. */
@ToyTest
class RetiredTest extends InboxScene {
    @Inject Retirement retirement;
    @Inject @Any Instance<KeptForAWhile> kinds;

    private final String deployment =
            "%08d".formatted(ThreadLocalRandom.current().nextInt(100_000_000));

    private ConsumerRecord<String, byte[]> its(long version) {
        var record = deposit(version);
        record.headers().remove("ce_deploymentid");
        record.headers().add("ce_deploymentid", deployment.getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private KeptForAWhile retiredStreams() {
        return kinds.stream()
                .filter(kind -> kind.name().equals("retired streams"))
                .findFirst()
                .orElseThrow();
    }

    private boolean isDone() {
        unitOfWork.execute(tx -> retiredStreams().forget(tx, Clock.systemUTC().instant(), 100));
        return unitOfWork.run(
                tx ->
                        !tx.rows("SELECT 1 FROM retired WHERE deployment = ?1 AND done", deployment)
                                .isEmpty());
    }

    private long count(String table, StreamId of) {
        return unitOfWork.run(
                tx ->
                        (Long)
                                java.util.Objects.requireNonNull(
                                        tx.rows(
                                                        "SELECT count(*) FROM %s WHERE stream = ?1"
                                                                .formatted(table),
                                                        of.value())
                                                .getFirst()[0]));
    }

    @Test
    void a_late_event_of_a_retired_deployment_is_not_handled_again_from_the_first() {
        handle(batch(its(1), its(2), its(3)));
        assertThat(versions()).containsExactly(1L, 2L, 3L);
        unitOfWork.execute(
                tx -> {
                    retirement.retire(tx, List.of(deployment));
                    retirement.forget(tx, List.of(stream.value()));
                });
        assertThat(rows("inbox")).isZero();

        handle(batch(its(1)));
        handle(batch(its(2), its(3)));
        handle(batch(its(1), its(3)));
        assertThat(versions()).containsExactly(1L, 2L, 3L);
        assertThat(rows("inbox")).isZero();
        assertThat(rows("gap")).isZero();

        // Others are not concerned, and announcements may be repeated.
        unitOfWork.execute(tx -> retirement.retire(tx, List.of(deployment, deployment)));
        var other = StreamId.of("account", UUID.randomUUID());
        handle(batch(event(other, 1, new stagecoach.runtime.toy.AccountEvent.Deposited(1, "a"))));
        assertThat(heard.versions(handler, other)).containsExactly(1L);
    }

    @Test
    void streams_of_a_retired_deployment_go_and_whoever_has_handled_them_forgets_it() {
        var cause = Cause.of(Clock.systemUTC(), "ann");
        commands.handle(AccountKind.ACCOUNTS, stream, new Open("ann"), cause);
        commands.handle(AccountKind.ACCOUNTS, stream, new Deposit(1, "a"), cause);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> heard.versions("toy-listener", stream).size() == 2);
        await().atMost(StagecoachResource.PATIENCE).until(() -> count("outbox", stream) == 0);
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            "UPDATE event SET deployment = ?2 WHERE stream = ?1",
                            stream.value(),
                            deployment);
                    retirement.retire(tx, List.of(deployment));
                });
        await().atMost(StagecoachResource.PATIENCE).until(this::isDone);
        assertThat(count("event", stream)).isZero();
        assertThat(count("published", stream)).isZero();
        await().atMost(StagecoachResource.PATIENCE).until(() -> count("inbox", stream) == 0);
    }

    @Test
    void a_tombstone_goes_when_no_topic_can_have_the_events_any_more() {
        unitOfWork.execute(tx -> retirement.retire(tx, List.of(deployment)));
        await().atMost(StagecoachResource.PATIENCE).until(this::isDone);
        var now = Clock.systemUTC().instant();
        unitOfWork.execute(tx -> retiredStreams().forget(tx, now.plus(Duration.ofDays(44)), 100));
        assertThat(isDone()).isTrue();
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            unitOfWork.execute(
                                    tx ->
                                            retiredStreams()
                                                    .forget(
                                                            tx,
                                                            now.plus(Duration.ofDays(46)),
                                                            100));
                            return unitOfWork.run(
                                    tx ->
                                            tx.rows(
                                                            "SELECT 1 FROM retired WHERE deployment = ?1",
                                                            deployment)
                                                    .isEmpty());
                        });
    }
}
