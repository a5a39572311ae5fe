package stagecoach.runtime.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountEvent.Deposited;
import stagecoach.runtime.toy.Heard;

/** An inbox, a stream and a handler of their own for each test. */
abstract class InboxScene {
    private static final TopicPartition PARTITION = new TopicPartition("toy.accounts", 0);

    @Inject Inbox inbox;
    @Inject Parking parking;
    @Inject Heard heard;
    @Inject UnitOfWork unitOfWork;
    @Inject CommandHandler commands;
    @Inject MeterRegistry meters;

    final StreamId stream = StreamId.of("account", UUID.randomUUID());
    final String handler = "handler-" + UUID.randomUUID();
    private final AtomicInteger offset = new AtomicInteger();

    ConsumerRecord<String, byte[]> event(StreamId of, long version, AccountEvent event) {
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

    ConsumerRecord<String, byte[]> record(RecordHeaders headers, byte[] data) {
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

    ConsumerRecord<String, byte[]> deposit(long version) {
        return event(stream, version, new Deposited(version, "r" + version));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    static ConsumerRecords<String, byte[]> batch(ConsumerRecord<String, byte[]>... records) {
        return batch(Arrays.asList(records));
    }

    static ConsumerRecords<String, byte[]> batch(List<ConsumerRecord<String, byte[]>> records) {
        var map = new HashMap<TopicPartition, List<ConsumerRecord<String, byte[]>>>();
        map.put(PARTITION, records);
        return new ConsumerRecords<>(map, Map.of());
    }

    void handle(ConsumerRecords<String, byte[]> records) {
        handle(records, InboxScene::hear);
    }

    void handle(ConsumerRecords<String, byte[]> records, InboxHandler<AccountEvent> work) {
        inbox.handle(handler, records, AccountEvent.class, work)
                .await()
                .atMost(StagecoachResource.PATIENCE);
    }

    static void hear(Tx tx, List<InboxEvent<AccountEvent>> events) {
        for (InboxEvent<AccountEvent> event : events) {
            tx.execute(
                    "INSERT INTO heard (handler, stream, version, what) VALUES (?1, ?2, ?3, ?4)",
                    event.handler(),
                    event.stream().value(),
                    event.version(),
                    event.event().toString());
        }
    }

    List<Long> versions() {
        return heard.versions(handler, stream);
    }

    double early() {
        return meters.counter("stagecoach.inbox.early.events", "handler", handler).count();
    }

    double gauge(String name) {
        return meters.get(name).tag("handler", handler).gauge().value();
    }

    long rows(String table) {
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
