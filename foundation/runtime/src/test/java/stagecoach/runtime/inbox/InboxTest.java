package stagecoach.runtime.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.toy.AccountCommand;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountEvent.Deposited;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.ToyTest;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;

@ToyTest
class InboxTest {
    private static final TopicPartition PARTITION = new TopicPartition("toy.accounts", 0);

    @Inject Inbox inbox;
    @Inject Parking parking;
    @Inject Heard heard;
    @Inject UnitOfWork unitOfWork;
    @Inject CommandHandler commands;
    @Inject MeterRegistry meters;

    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final String handler = "handler-" + UUID.randomUUID();
    private final AtomicInteger offset = new AtomicInteger();

    private ConsumerRecord<String, byte[]> event(StreamId of, long version, AccountEvent event) {
        var envelope =
                new Envelope(
                        of,
                        version,
                        0,
                        Codecs.typeOf(event),
                        "test",
                        Instant.EPOCH,
                        Optional.of("7f3k9qzm"),
                        Optional.of("shop"),
                        Optional.of("production"),
                        Optional.of(3),
                        Optional.empty(),
                        Optional.of("ann"));
        var headers = new RecordHeaders();
        envelope.addTo(headers);
        return record(headers, Codecs.withoutUpcasters().encode(event));
    }

    private ConsumerRecord<String, byte[]> record(RecordHeaders headers, byte[] data) {
        return new ConsumerRecord<>(
                PARTITION.topic(),
                PARTITION.partition(),
                offset.getAndIncrement(),
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                "key",
                data,
                headers,
                Optional.empty());
    }

    private ConsumerRecord<String, byte[]> deposit(long version) {
        return event(stream, version, new Deposited(version, "r" + version));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    private static ConsumerRecords<String, byte[]> batch(
            ConsumerRecord<String, byte[]>... records) {
        return batch(Arrays.asList(records));
    }

    private static ConsumerRecords<String, byte[]> batch(
            List<ConsumerRecord<String, byte[]>> records) {
        var map = new HashMap<TopicPartition, List<ConsumerRecord<String, byte[]>>>();
        map.put(PARTITION, records);
        return new ConsumerRecords<>(map, Map.of());
    }

    private void handle(ConsumerRecords<String, byte[]> records) {
        handle(records, InboxTest::hear);
    }

    private void handle(ConsumerRecords<String, byte[]> records, InboxHandler<AccountEvent> work) {
        inbox.handle(handler, records, AccountEvent.class, work)
                .await()
                .atMost(Duration.ofSeconds(60));
    }

    private static void hear(Tx tx, List<InboxEvent<AccountEvent>> events) {
        for (InboxEvent<AccountEvent> event : events) {
            tx.execute(
                    "INSERT INTO heard (handler, stream, version, what) VALUES (?1, ?2, ?3, ?4)",
                    event.handler(),
                    event.stream().value(),
                    event.version(),
                    event.event().toString());
        }
    }

    private List<Long> versions() {
        return heard.versions(handler, stream);
    }

    private double early() {
        return meters.counter("stagecoach.inbox.early.events", "handler", handler).count();
    }

    @Test
    void every_event_of_a_batch_is_handled_in_order_with_what_its_envelope_says() {
        var got = new ArrayList<InboxEvent<AccountEvent>>();
        handle(batch(deposit(1), deposit(2), deposit(3)), (tx, events) -> got.addAll(events));
        assertThat(got).extracting(InboxEvent::version).containsExactly(1L, 2L, 3L);
        assertThat(got.getFirst())
                .isEqualTo(
                        new InboxEvent<>(
                                handler,
                                stream,
                                1,
                                Instant.EPOCH,
                                "stagecoach.Deposited.v1",
                                (AccountEvent) new Deposited(1, "r1"),
                                AccountKind.PLACE,
                                Optional.of("ann")));
        assertThat(got.getFirst().id()).isEqualTo(stream + "/1");
    }

    @Test
    void a_repeat_has_no_effect() {
        handle(batch(deposit(1), deposit(2)));
        handle(batch(deposit(1), deposit(2)));
        handle(batch(deposit(2), deposit(3), deposit(3)));
        handle(batch(deposit(1)));
        assertThat(versions()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void two_pods_with_the_same_records_have_one_effect() {
        var records = IntStream.rangeClosed(1, 20).mapToObj(this::deposit).toList();
        var others = new ArrayList<CompletableFuture<Void>>();
        for (int pod = 0; pod < 4; pod++) {
            others.add(CompletableFuture.runAsync(() -> handle(batch(records))));
        }
        others.forEach(CompletableFuture::join);
        assertThat(versions()).hasSize(20).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void an_early_event_is_kept_until_what_is_missing_has_come() {
        handle(batch(deposit(1), deposit(4)));
        handle(batch(deposit(3)));
        assertThat(versions()).containsExactly(1L);
        assertThat(early()).isEqualTo(2);
        parking.count();
        assertThat(gauge("stagecoach.inbox.held.streams")).isEqualTo(1);
        handle(batch(deposit(2)));
        assertThat(versions()).containsExactly(1L, 2L, 3L, 4L);
        handle(batch(deposit(3), deposit(4), deposit(5)));
        assertThat(versions()).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(rows("gap")).isZero();
    }

    @Test
    void a_stream_whose_beginning_is_missing_waits_for_it() {
        handle(batch(deposit(2), deposit(3)));
        assertThat(versions()).isEmpty();
        handle(batch(deposit(1)));
        assertThat(versions()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void a_batch_out_of_order_is_handled_in_order() {
        handle(batch(deposit(3), deposit(1), deposit(2)));
        assertThat(versions()).containsExactly(1L, 2L, 3L);
        assertThat(early()).isZero();
    }

    @Test
    void streams_of_a_batch_do_not_wait_for_each_other() {
        var streams =
                IntStream.range(0, 10)
                        .mapToObj(i -> StreamId.of("account", UUID.randomUUID()))
                        .toList();
        var records = new ArrayList<ConsumerRecord<String, byte[]>>();
        for (int version = 1; version <= 5; version++) {
            for (StreamId each : streams) {
                records.add(event(each, version, new Deposited(1, "r" + version)));
            }
        }
        handle(batch(records));
        for (StreamId each : streams) {
            assertThat(heard.versions(handler, each)).containsExactly(1L, 2L, 3L, 4L, 5L);
        }
    }

    @Test
    void what_fails_for_a_time_is_tried_until_it_does_not() {
        var failures = new AtomicInteger(3);
        handle(
                batch(deposit(1)),
                (tx, events) -> {
                    hear(tx, events);
                    if (failures.getAndDecrement() > 0) {
                        throw new TemporaryFailure("somebody is away", null);
                    }
                });
        assertThat(versions()).containsExactly(1L);
    }

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

    private double gauge(String name) {
        return meters.get(name).tag("handler", handler).gauge().value();
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
                new Subscriber<>(
                        handler,
                        AccountEvent.class,
                        InboxTest::hear,
                        Codecs.withoutUpcasters(),
                        new Alarm(meters)));
        assertThat(versions()).containsExactly(1L, 2L);
    }

    @Test
    void an_event_of_a_type_that_this_build_does_not_know_is_parked() {
        var unknown = deposit(2);
        unknown.headers().remove("ce_type");
        unknown.headers()
                .add(
                        "ce_type",
                        "stagecoach.Deposited.v7"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
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
    void reactions_are_appended_in_the_same_transaction_and_once() {
        var account = StreamId.of("account", UUID.randomUUID());
        InboxHandler<AccountEvent> work =
                (tx, events) -> {
                    commands.handle(
                            tx,
                            AccountKind.ACCOUNTS,
                            account,
                            List.of(new AccountCommand.Open("ann")),
                            Cause.byEvent(events.getFirst()));
                    for (var event : events) {
                        commands.handle(
                                tx,
                                AccountKind.ACCOUNTS,
                                account,
                                List.of(new AccountCommand.Deposit(1, event.id())),
                                Cause.byEvent(event));
                    }
                };
        handle(batch(deposit(1), deposit(2)), work);
        handle(batch(deposit(2), deposit(3)), work);
        assertThat(commands.load(AccountKind.ACCOUNTS, account).balance()).isEqualTo(3);
        assertThat(
                        unitOfWork
                                .run(
                                        tx ->
                                                tx.rows(
                                                        "SELECT causation, actor FROM event WHERE stream = ?1 AND version = 3",
                                                        account.value()))
                                .getFirst())
                .containsExactly(stream + "/2", "ann");
    }

    @Test
    void many_streams_that_react_on_one_aggregate_do_not_lose_to_each_other() {
        var account = StreamId.of("account", UUID.randomUUID());
        commands.handle(
                AccountKind.ACCOUNTS,
                account,
                new AccountCommand.Open("ann"),
                new Cause(Instant.now(), "ann", Optional.empty()));
        var records =
                IntStream.range(0, 40)
                        .mapToObj(
                                i ->
                                        event(
                                                StreamId.of("account", UUID.randomUUID()),
                                                1,
                                                new Deposited(1, "x")))
                        .toList();
        handle(
                batch(records),
                (tx, events) ->
                        commands.handle(
                                tx,
                                AccountKind.ACCOUNTS,
                                account,
                                List.of(
                                        new AccountCommand.Deposit(
                                                1, events.getFirst().stream().value())),
                                Cause.byEvent(events.getFirst())));
        assertThat(commands.load(AccountKind.ACCOUNTS, account).balance()).isEqualTo(40);
    }

    @Test
    void commands_and_log_entries_are_handled_batch_by_batch() {
        var context =
                new CommandContext(
                        new DeploymentId("7f3k9qzm"),
                        new ProjectId("shop"),
                        new EnvironmentId("production"),
                        new Run(3),
                        Optional.empty(),
                        Optional.empty());
        AgentCommand command =
                new AgentCommand.CancelCommand(
                        Ticket.of("x"),
                        new AgentId("target:web-1"),
                        context,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2));
        var seen = new ArrayList<AgentCommand>();
        inbox.handleCommands(
                        batch(
                                record(
                                        new RecordHeaders(),
                                        stagecoach.wire.StagecoachJson.bytes(command)),
                                record(new RecordHeaders(), new byte[] {'?'}),
                                record(
                                        new RecordHeaders(),
                                        stagecoach.wire.StagecoachJson.bytes(command))),
                        (tx, all) -> seen.addAll(all))
                .await()
                .atMost(Duration.ofSeconds(60));
        assertThat(seen).containsExactly(command, command);

        LogEntry entry =
                new LogEntry.TransferProgress(
                        new DeploymentId("7f3k9qzm"),
                        new PackagePin(
                                new PackageId("Shop.Web"),
                                stagecoach.vocabulary.packages.PackageVersion.parse("1.0.0"),
                                stagecoach.vocabulary.packages.Sha512.hashOf(new byte[0]),
                                0),
                        Optional.empty(),
                        Optional.empty(),
                        7);
        var logged = new ArrayList<LogEntry>();
        inbox.handleLogs(
                        batch(
                                record(
                                        new RecordHeaders(),
                                        stagecoach.wire.StagecoachJson.bytes(entry))),
                        (tx, all) -> logged.addAll(all))
                .await()
                .atMost(Duration.ofSeconds(60));
        assertThat(logged).containsExactly(entry);
    }

    private long rows(String table) {
        return unitOfWork.run(
                tx ->
                        (Long)
                                tx.rows(
                                                "SELECT count(*) FROM %s WHERE handler = ?1"
                                                        .formatted(table),
                                                handler)
                                        .getFirst()[0]);
    }
}
