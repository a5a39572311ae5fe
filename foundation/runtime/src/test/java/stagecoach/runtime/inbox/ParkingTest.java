package stagecoach.runtime.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountEvent.Deposited;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class ParkingTest extends InboxScene {
    @Test
    void an_event_at_fault_is_parked_with_all_later_ones_of_its_stream_and_no_others() {
        var other = StreamId.of("account", UUID.randomUUID());
        var here = new AtomicBoolean();
        InboxHandler<AccountEvent> work =
                (tx, events) -> {
                    for (var event : events) {
                        if (event.event() instanceof Deposited d
                                && d.reference().equals("r2")
                                && !here.get()) {
                            throw new IllegalStateException("I do not understand r2");
                        }
                    }
                    hear(tx, events);
                };
        handle(
                batch(deposit(1), deposit(2), deposit(3), event(other, 1, new Deposited(1, "a"))),
                work);
        handle(batch(deposit(4), event(other, 2, new Deposited(1, "b"))), work);
        handle(batch(deposit(2), deposit(3), deposit(4)), work);

        assertThat(versions()).containsExactly(1L);
        assertThat(heard.versions(handler, other)).containsExactly(1L, 2L);
        assertThat(parking.list())
                .filteredOn(p -> p.handler().equals(handler))
                .singleElement()
                .satisfies(
                        parked -> {
                            assertThat(parked.stream()).isEqualTo(stream);
                            assertThat(parked.version()).isEqualTo(2);
                            assertThat(parked.reason()).contains("I do not understand r2");
                        });
        assertThat(rows("parked")).isEqualTo(3);
        assertThat(meters.counter("stagecoach.inbox.parked.events", "handler", handler).count())
                .isEqualTo(3);
        parking.count();
        assertThat(gauge("stagecoach.inbox.parked.streams")).isEqualTo(1);

        assertThat(parking.replay(handler, stream)).isFalse();
        assertThat(versions()).containsExactly(1L);
        here.set(true);
        assertThat(parking.replay(handler, stream)).isTrue();
        assertThat(versions()).containsExactly(1L, 2L, 3L, 4L);
        handle(batch(deposit(5)), work);
        assertThat(versions()).containsExactly(1L, 2L, 3L, 4L, 5L);
        parking.count();
        assertThat(gauge("stagecoach.inbox.parked.streams")).isZero();
        assertThat(rows("parked")).isZero();
    }

    @Test
    void a_handler_that_is_met_again_after_a_start_tries_what_it_parked() {
        InboxHandler<AccountEvent> broken =
                (tx, events) -> {
                    throw new IllegalStateException("a bug");
                };
        handle(batch(deposit(1), deposit(2)), broken);
        assertThat(versions()).isEmpty();
        // A new process has met no handler yet.
        var after = new Parking(unitOfWork, meters, new Alarm(meters), new Patience());
        after.meet(
                handler,
                Parking.Met.of(
                        new Subscriber<>(
                                handler,
                                AccountEvent.class,
                                InboxScene::hear,
                                Codecs.withoutUpcasters(),
                                new Alarm(meters),
                                Clock.systemUTC())));
        assertThat(versions()).containsExactly(1L, 2L);
    }

    @Test
    void an_event_of_a_type_that_this_build_does_not_know_is_parked() {
        var unknown = deposit(2);
        unknown.headers().remove("ce_type");
        unknown.headers()
                .add("ce_type", "stagecoach.Deposited.v7".getBytes(StandardCharsets.UTF_8));
        handle(batch(deposit(1), unknown, deposit(3)));
        assertThat(versions()).containsExactly(1L);
        assertThat(rows("parked")).isEqualTo(2);
    }

    @Test
    void a_record_that_names_no_event_is_parked_and_holds_up_nobody() {
        handle(batch(record(new RecordHeaders(), new byte[] {1}), deposit(1)));
        assertThat(versions()).containsExactly(1L);
        assertThat(
                        unitOfWork.run(
                                        tx ->
                                                tx.rows(
                                                        "SELECT stream FROM parked WHERE handler = ?1",
                                                        handler))
                                .getFirst()[0])
                .isEqualTo("record-toy.accounts.0");
    }

    @Test
    void records_that_are_no_streams_are_replayed_each_for_itself() {
        var here = new AtomicBoolean();
        BiConsumer<Tx, List<PublishedEvent>> work =
                (tx, published) -> {
                    for (PublishedEvent event : published) {
                        long version = event.envelope().version();
                        if (version != 2 && !here.get()) {
                            throw new IllegalStateException("not yet");
                        }
                        if (version == 3) {
                            throw new IllegalStateException("never");
                        }
                        tx.execute(
                                "INSERT INTO heard (handler, stream, version, what) VALUES (?1, ?2, ?3, '')",
                                handler,
                                stream.value(),
                                version);
                    }
                };
        inbox.handlePublished(handler, batch(deposit(1), deposit(2), deposit(3), deposit(4)), work)
                .await()
                .atMost(StagecoachResource.PATIENCE);
        assertThat(versions()).containsExactly(2L);
        var place = StreamId.of("record", "toy.accounts.0");
        assertThat(parking.events(handler, place, 10)).hasSize(3);

        here.set(true);
        assertThat(parking.replay(handler, place)).isFalse();
        assertThat(versions()).containsExactly(2L, 1L, 4L);
        assertThat(parking.events(handler, place, 10))
                .singleElement()
                .satisfies(
                        left -> {
                            assertThat(left.reason()).contains("never");
                            assertThat(left.headers()).containsEntry("ce_id", stream + "/3");
                        });
        assertThat(parking.discard(handler, place)).isEqualTo(1);
        assertThat(parking.events(handler, place, 10)).isEmpty();
    }

    @Test
    void a_record_that_named_no_event_is_handled_in_its_stream_once_it_does() {
        // As if a later build could read what this one could not.
        handle(batch(record(new RecordHeaders(), new byte[] {1})));
        var place = StreamId.of("record", "toy.accounts.0");
        assertThat(parking.replay(handler, place)).isFalse();
        var readable = Arrived.of(deposit(1));
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE parked SET headers = ?2, data = ?3 WHERE handler = ?1",
                                handler,
                                readable.headersJson(),
                                readable.data()));
        assertThat(parking.replay(handler, place)).isTrue();
        assertThat(versions()).containsExactly(1L);
        assertThat(rows("parked")).isZero();
    }

    private static final class Crash extends Error {
        Crash() {
            super("crash", null, false, false);
        }
    }

    private Parking processThatHears(InboxHandler<AccountEvent> work) {
        var process = new Parking(unitOfWork, meters, new Alarm(meters), new Patience());
        try {
            process.meet(
                    handler,
                    Parking.Met.of(
                            new Subscriber<>(
                                    handler,
                                    AccountEvent.class,
                                    work,
                                    Codecs.withoutUpcasters(),
                                    new Alarm(meters),
                                    Clock.systemUTC())));
        } catch (Crash e) {
            // It dies on its way.
        }
        return process;
    }

    @Test
    void a_replay_that_is_killed_on_its_way_is_gone_on_with_where_it_was() {
        InboxHandler<AccountEvent> broken =
                (tx, events) -> {
                    throw new IllegalStateException("a bug");
                };
        handle(batch(deposit(1), deposit(2), deposit(3), deposit(4), deposit(5)), broken);
        // The process dies within the transaction of the third event, after its effect.
        processThatHears(
                (tx, events) -> {
                    InboxScene.hear(tx, events);
                    if (events.getFirst().version() == 3) {
                        throw new Crash();
                    }
                });
        assertThat(versions()).containsExactly(1L, 2L);
        assertThat(rows("parked")).isEqualTo(3);
        assertThat(processThatHears(InboxScene::hear).replay(handler, stream)).isTrue();
        assertThat(versions()).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(rows("parked")).isZero();
    }
}
