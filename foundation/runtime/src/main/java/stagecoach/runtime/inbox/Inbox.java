package stagecoach.runtime.inbox;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.channel.StreamRequest;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Codecs;
import stagecoach.wire.StagecoachJson;

/**
 * Handles poll batches. The returned {@code Uni} completes when everything in the batch is
 * committed and never fails while the service runs: while the database is away it is tried again
 * for ever.
 */
@ApplicationScoped
public class Inbox {
    /** Streams that are handled in one transaction, if all goes well. */
    private static final int STREAMS_TOGETHER_MAX = 64;

    /** Streams that are handled side by side, if it does not. */
    private static final int STREAMS_AT_ONCE = 4;

    private final UnitOfWork unitOfWork;
    private final Codecs codecs;
    private final Alarm alarm;
    private final Patience patience;
    private final Parking parking;
    private final Clock clock;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("inbox-", 0).factory());

    Inbox(
            UnitOfWork unitOfWork,
            Codecs codecs,
            Alarm alarm,
            Patience patience,
            Parking parking,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.codecs = codecs;
        this.alarm = alarm;
        this.patience = patience;
        this.parking = parking;
        this.clock = clock;
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }

    /**
     * Handles events: every event has its effect once and in the order of its stream, however often
     * and in whichever order its records arrive.
     *
     * @param handler a name that never changes: it is what was handled that is remembered by it
     * @param family the sealed interface of the topic's events
     */
    public <E> Uni<Void> handle(
            String handler,
            ConsumerRecords<String, byte[]> records,
            Class<E> family,
            InboxHandler<E> work) {
        var subscriber = new Subscriber<>(handler, family, work, codecs, alarm, clock);
        return onVirtualThread(
                () -> {
                    parking.meet(handler, Parking.Met.of(subscriber));
                    handleStreams(handler, subscriber, arrivals(records));
                });
    }

    /**
     * Handles commands to tentacles, one transaction per batch; {@code work} must be repeatable.
     */
    public Uni<Void> handleCommands(
            ConsumerRecords<String, byte[]> records, BiConsumer<Tx, List<AgentCommand>> work) {
        return handleEntries("agent-commands", records, json(AgentCommand.class), work);
    }

    /** Handles log entries, one transaction per batch; {@code work} must be repeatable. */
    public Uni<Void> handleLogs(
            ConsumerRecords<String, byte[]> records, BiConsumer<Tx, List<LogEntry>> work) {
        return handleEntries("logs", records, json(LogEntry.class), work);
    }

    /**
     * Handles what other services ask of this one, one transaction per batch; {@code work} must be
     * repeatable.
     */
    public Uni<Void> handleRequests(
            ConsumerRecords<String, byte[]> records, BiConsumer<Tx, List<StreamRequest>> work) {
        return handleEntries("requests", records, json(StreamRequest.class), work);
    }

    /**
     * Handles events as they are, whatever streams they are of, in the order in which they came and
     * one transaction per batch; {@code work} must be repeatable. For those who keep everything and
     * understand nothing.
     */
    public Uni<Void> handlePublished(
            String handler,
            ConsumerRecords<String, byte[]> records,
            BiConsumer<Tx, List<PublishedEvent>> work) {
        return handleEntries(handler, records, PublishedEvent::of, work);
    }

    private static <T> Function<Arrived, T> json(Class<T> type) {
        return arrived -> StagecoachJson.read(arrived.data(), type);
    }

    private Uni<Void> onVirtualThread(Runnable work) {
        return Uni.createFrom()
                .completionStage(() -> CompletableFuture.runAsync(work, threads))
                .replaceWithVoid()
                // A service that stops neither acknowledges nor refuses: it comes again.
                .onFailure(Inbox::isStopping)
                .recoverWithUni(() -> Uni.createFrom().nothing());
    }

    private static boolean isStopping(Throwable failure) {
        return failure instanceof Patience.Stopping
                || (failure instanceof CompletionException
                        && failure.getCause() instanceof Patience.Stopping);
    }

    private static Map<StreamId, List<Arrived>> arrivals(ConsumerRecords<String, byte[]> records) {
        var streams = new LinkedHashMap<StreamId, List<Arrived>>();
        for (ConsumerRecord<String, byte[]> record : records) {
            var arrived = Arrived.of(record);
            streams.computeIfAbsent(arrived.stream(), s -> new ArrayList<>()).add(arrived);
        }
        return streams;
    }

    /**
     * Streams of one deployment stand together and deployments in one order everywhere: pods that
     * react on the same aggregates, each to a part of a topic, do not meet crosswise.
     */
    private <E> void handleStreams(
            String handler, Subscriber<E> subscriber, Map<StreamId, List<Arrived>> streams) {
        var byDeployment = new TreeMap<String, List<Map.Entry<StreamId, List<Arrived>>>>();
        for (var stream : streams.entrySet()) {
            var deployment = stream.getValue().getFirst().deployment().orElse("");
            byDeployment.computeIfAbsent(deployment, d -> new ArrayList<>()).add(stream);
        }
        var ordered = byDeployment.values().stream().flatMap(List::stream).toList();
        for (int from = 0; from < ordered.size(); from += STREAMS_TOGETHER_MAX) {
            int to = Math.min(from + STREAMS_TOGETHER_MAX, ordered.size());
            handleSome(handler, subscriber, ordered.subList(from, to));
        }
    }

    private <E> void handleSome(
            String handler,
            Subscriber<E> subscriber,
            List<Map.Entry<StreamId, List<Arrived>>> streams) {
        if (streams.size() == 1) {
            var only = streams.getFirst();
            handleStream(handler, subscriber, only.getKey(), only.getValue());
            return;
        }
        var fit = new ConcurrentHashMap<StreamId, List<Arrived>>();
        sideBySide(
                streams,
                stream -> {
                    if (isPrepared(subscriber, stream.getValue())) {
                        fit.put(stream.getKey(), stream.getValue());
                    }
                });
        var together = new LinkedHashMap<StreamId, List<Arrived>>();
        for (var stream : streams) {
            if (fit.containsKey(stream.getKey())) {
                together.put(stream.getKey(), stream.getValue());
            }
        }
        boolean done = together.size() > 1 && handledTogether(subscriber, together);
        sideBySide(
                streams.stream().filter(s -> !done || !together.containsKey(s.getKey())).toList(),
                stream -> handleStream(handler, subscriber, stream.getKey(), stream.getValue()));
    }

    private <T> void sideBySide(List<T> all, Consumer<T> work) {
        var free = new Semaphore(STREAMS_AT_ONCE);
        var done = new ArrayList<CompletableFuture<Void>>();
        for (T each : all) {
            free.acquireUninterruptibly();
            done.add(
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    work.accept(each);
                                } finally {
                                    free.release();
                                }
                            },
                            threads));
        }
        CompletableFuture.allOf(done.toArray(CompletableFuture<?>[]::new)).join();
    }

    /** What is not is seen to when the stream is handled for itself. */
    private static <E> boolean isPrepared(Subscriber<E> subscriber, List<Arrived> arrived) {
        if (!arrived.getFirst().placed()) {
            return false;
        }
        try {
            subscriber.prepare(arrived);
            return true;
        } catch (RuntimeException | StackOverflowError | AssertionError | OutOfMemoryError e) {
            Log.debugf("a stream is handled for itself cause=%s", e);
            return false;
        }
    }

    /**
     * One transaction for all costs a fraction of one for each, and most batches are without fault.
     *
     * @return false if it cannot be, whatever stands against it: then nothing has happened, and
     *     each stream for itself finds out what that is
     */
    private <E> boolean handledTogether(
            Subscriber<E> subscriber, Map<StreamId, List<Arrived>> streams) {
        try {
            unitOfWork.executeOnce(tx -> subscriber.handle(tx, streams));
            return true;
        } catch (RuntimeException | StackOverflowError | AssertionError | OutOfMemoryError e) {
            Log.debugf("streams are handled one by one number=%d cause=%s", streams.size(), e);
            return false;
        }
    }

    private <E> void handleStream(
            String handler, Subscriber<E> subscriber, StreamId stream, List<Arrived> arrived) {
        if (!arrived.getFirst().placed()) {
            inTransaction(
                    handler,
                    tx ->
                            arrived.forEach(
                                    a ->
                                            subscriber.park(
                                                    tx,
                                                    a,
                                                    "the headers name no event of a stream")));
            return;
        }
        try {
            prepared(
                    handler,
                    subscriber,
                    arrived,
                    (tx, atHand) -> subscriber.handle(tx, Map.of(stream, atHand)));
        } catch (Patience.Stopping e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            handleOneByOne(handler, subscriber, stream, arrived);
        }
    }

    /** Something in the batch is at fault: what comes before it is handled, it is parked. */
    private <E> void handleOneByOne(
            String handler, Subscriber<E> subscriber, StreamId stream, List<Arrived> arrived) {
        try {
            for (Arrived one : Subscriber.inOrder(arrived)) {
                boolean more = true;
                while (more) {
                    var handled = new boolean[1];
                    prepared(
                            handler,
                            subscriber,
                            List.of(one),
                            (tx, atHand) -> handled[0] = subscriber.handleOne(tx, stream, atHand));
                    more = handled[0];
                }
            }
        } catch (Patience.Stopping e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            alarm.fault(handler, stream, e);
            inTransaction(handler, tx -> subscriber.park(tx, stream, arrived, e.toString()));
        }
    }

    private <E> void prepared(
            String handler,
            Subscriber<E> subscriber,
            List<Arrived> arrived,
            BiConsumer<Tx, List<Arrived>> work) {
        patience.untilDone(handler, () -> once(subscriber, arrived, work));
    }

    private <E> void once(
            Subscriber<E> subscriber, List<Arrived> atHand, BiConsumer<Tx, List<Arrived>> work) {
        subscriber.prepare(atHand);
        try {
            unitOfWork.execute(tx -> work.accept(tx, atHand));
        } catch (Subscriber.KeptBefore e) {
            once(subscriber, e.with(atHand), work);
        }
    }

    private void inTransaction(String handler, Consumer<Tx> work) {
        patience.untilDone(handler, () -> unitOfWork.execute(work));
    }

    private <T> Uni<Void> handleEntries(
            String handler,
            ConsumerRecords<String, byte[]> records,
            Function<Arrived, T> read,
            BiConsumer<Tx, List<T>> work) {
        var subscriber =
                new Subscriber<Object>(
                        handler, Object.class, (tx, events) -> {}, codecs, alarm, clock);
        return onVirtualThread(
                () -> {
                    parking.meet(
                            handler,
                            new Parking.Met(
                                    subscriber,
                                    (tx, parked) -> work.accept(tx, List.of(read.apply(parked))),
                                    false));
                    var arrived = new ArrayList<Arrived>();
                    records.forEach(r -> arrived.add(Arrived.byOffset(r)));
                    handleEntries(handler, subscriber, arrived, read, work);
                });
    }

    private <T> void handleEntries(
            String handler,
            Subscriber<?> subscriber,
            List<Arrived> arrived,
            Function<Arrived, T> read,
            BiConsumer<Tx, List<T>> work) {
        try {
            inTransaction(handler, tx -> work.accept(tx, arrived.stream().map(read).toList()));
        } catch (Patience.Stopping e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            if (arrived.size() > 1) {
                arrived.forEach(a -> handleEntries(handler, subscriber, List.of(a), read, work));
                return;
            }
            var culprit = arrived.getFirst();
            alarm.fault(handler, culprit.stream(), e);
            inTransaction(handler, tx -> subscriber.park(tx, culprit, e.toString()));
        }
    }
}
