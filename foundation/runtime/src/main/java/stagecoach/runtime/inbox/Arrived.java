package stagecoach.runtime.inbox;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.codec.Undecodable;
import stagecoach.wire.StagecoachJson;

/**
 * A record on its way through the inbox, its headers and data as they came. What was read from them
 * once is remembered: a batch is looked at several times before it is committed.
 */
final class Arrived {
    private static final String RECORD = "record";

    private final StreamId stream;
    private final long version;
    private final Map<String, String> headers;
    private final byte[] data;
    private final boolean placed;

    /** What the headers say, where they have been read. */
    private volatile @Nullable Envelope envelope;

    /** The event as its one handler understands it. */
    private volatile @Nullable InboxEvent<?> decoded;

    private Arrived(
            StreamId stream,
            long version,
            Map<String, String> headers,
            byte[] data,
            boolean placed,
            @Nullable Envelope envelope) {
        this.stream = stream;
        this.version = version;
        this.headers = headers;
        this.data = data;
        this.placed = placed;
        this.envelope = envelope;
    }

    StreamId stream() {
        return stream;
    }

    long version() {
        return version;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] data() {
        return data;
    }

    /**
     * Whether the headers say which event of which stream it is; if not, the stream and the version
     * are its topic, partition and offset.
     */
    boolean placed() {
        return placed;
    }

    /**
     * What the headers say.
     *
     * @throws Undecodable if they name no event
     */
    Envelope envelope() {
        Envelope known = envelope;
        if (known == null) {
            known = Envelope.of(headers);
            envelope = known;
        }
        return known;
    }

    /** The event, read by {@code reading} unless that was done before. */
    InboxEvent<?> decoded(Function<Arrived, InboxEvent<?>> reading) {
        InboxEvent<?> known = decoded;
        if (known == null) {
            known = reading.apply(this);
            decoded = known;
        }
        return known;
    }

    static Arrived of(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = Envelope.textOf(record.headers());
        byte[] data = record.value() == null ? new byte[0] : record.value();
        try {
            var envelope = Envelope.of(headers);
            return new Arrived(
                    envelope.stream(), envelope.version(), headers, data, true, envelope);
        } catch (Undecodable e) {
            return byOffset(record, headers, data);
        }
    }

    /** For topics that are no streams. */
    static Arrived byOffset(ConsumerRecord<String, byte[]> record) {
        byte[] data = record.value() == null ? new byte[0] : record.value();
        return byOffset(record, Envelope.textOf(record.headers()), data);
    }

    private static Arrived byOffset(
            ConsumerRecord<String, byte[]> record, Map<String, String> headers, byte[] data) {
        var place = StreamId.of(RECORD, record.topic() + "." + record.partition());
        return new Arrived(place, record.offset() + 1, headers, data, false, null);
    }

    /** Whether this is the place of records and not a stream: they do not depend on each other. */
    static boolean isPlaceOfRecords(StreamId stream) {
        return stream.kind().equals(RECORD);
    }

    /**
     * The same as the event that its headers name.
     *
     * @throws Undecodable if they name none
     */
    Arrived atItsPlace() {
        var envelope = envelope();
        return new Arrived(envelope.stream(), envelope.version(), headers, data, true, envelope);
    }

    static Arrived of(StreamId stream, long version, String headers, byte[] data) {
        @SuppressWarnings("unchecked") // written by headersJson
        Map<String, String> map = StagecoachJson.read(headers, Map.class);
        return new Arrived(stream, version, map, data, true, null);
    }

    /** The deployment that it belongs to. */
    Optional<String> deployment() {
        return placed ? envelope().deployment() : Optional.empty();
    }

    String headersJson() {
        return StagecoachJson.text(headers);
    }
}
