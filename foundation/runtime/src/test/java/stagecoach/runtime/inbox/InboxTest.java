package stagecoach.runtime.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountEvent.Deposited;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.ToyTest;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

@ToyTest
class InboxTest extends InboxScene {
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
    void streams_of_a_batch_share_a_transaction() {
        Set<Tx> transactions = Collections.newSetFromMap(new IdentityHashMap<>());

        handle(
                batch(
                        IntStream.range(0, 10)
                                .mapToObj(i -> StreamId.of("account", UUID.randomUUID()))
                                .map(each -> event(each, 1, new Deposited(1, "r")))
                                .toList()),
                (tx, events) -> {
                    transactions.add(tx);
                    hear(tx, events);
                });

        assertThat(transactions).hasSize(1);
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
    void reactions_are_appended_in_the_same_transaction_and_once() {
        var account = StreamId.of("account", UUID.randomUUID());
        InboxHandler<AccountEvent> work =
                (tx, events) -> {
                    commands.handle(
                            tx,
                            AccountKind.ACCOUNTS,
                            account,
                            List.of(new AccountCommand.Open("ann")),
                            Cause.byEvent(events.getFirst(), Clock.systemUTC()));
                    for (var event : events) {
                        commands.handle(
                                tx,
                                AccountKind.ACCOUNTS,
                                account,
                                List.of(new AccountCommand.Deposit(1, event.id())),
                                Cause.byEvent(event, Clock.systemUTC()));
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
                                Cause.byEvent(events.getFirst(), Clock.systemUTC())));
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
                                record(new RecordHeaders(), StagecoachJson.bytes(command)),
                                record(new RecordHeaders(), new byte[] {'?'}),
                                record(new RecordHeaders(), StagecoachJson.bytes(command))),
                        (tx, all) -> seen.addAll(all))
                .await()
                .atMost(StagecoachResource.PATIENCE);
        assertThat(seen).containsExactly(command, command);

        LogEntry entry =
                new LogEntry.TransferProgress(
                        new DeploymentId("7f3k9qzm"),
                        new PackagePin(
                                new PackageId("Shop.Web"),
                                PackageVersion.parse("1.0.0"),
                                Sha512.hashOf(new byte[0]),
                                0),
                        Optional.empty(),
                        Optional.empty(),
                        7);
        var logged = new ArrayList<LogEntry>();
        inbox.handleLogs(
                        batch(record(new RecordHeaders(), StagecoachJson.bytes(entry))),
                        (tx, all) -> logged.addAll(all))
                .await()
                .atMost(StagecoachResource.PATIENCE);
        assertThat(logged).containsExactly(entry);
    }

    /** Handles only what it was prepared for. */
    static final class Preparing implements InboxHandler<AccountEvent> {
        private final Set<Long> prepared = ConcurrentHashMap.newKeySet();

        @Override
        public void prepare(List<InboxEvent<AccountEvent>> events) {
            events.forEach(e -> prepared.add(e.version()));
        }

        @Override
        public void handle(Tx tx, List<InboxEvent<AccountEvent>> events) {
            events.forEach(e -> assertThat(prepared).contains(e.version()));
            hear(tx, events);
        }
    }

    @Test
    void a_handler_is_prepared_for_every_event_also_for_one_that_was_kept() {
        handle(batch(deposit(1), deposit(3)), new Preparing());
        // Another process, which has prepared nothing yet.
        handle(batch(deposit(2)), new Preparing());
        assertThat(versions()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void what_cannot_be_prepared_is_parked_and_what_comes_before_it_is_handled() {
        handle(
                batch(deposit(1), deposit(2), deposit(3)),
                new InboxHandler<>() {
                    @Override
                    public void prepare(List<InboxEvent<AccountEvent>> events) {
                        if (events.stream().anyMatch(e -> e.version() == 2)) {
                            throw new IllegalStateException("there is no such plan");
                        }
                    }

                    @Override
                    public void handle(Tx tx, List<InboxEvent<AccountEvent>> events) {
                        hear(tx, events);
                    }
                });
        assertThat(versions()).containsExactly(1L);
        assertThat(rows("parked")).isEqualTo(2);
        // A build that can.
        handle(batch(deposit(4)), new Preparing());
        assertThat(parking.replay(handler, stream)).isTrue();
        assertThat(versions()).containsExactly(1L, 2L, 3L, 4L);
    }
}
