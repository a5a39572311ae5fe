package stagecoach.runtime.inbox;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import stagecoach.decider.StreamId;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.codec.Undecodable;
import stagecoach.wire.StagecoachJson;

/**
 * A record on its way through the inbox, its headers and data as they came.
 *
 * @param placed whether the headers say which event of which stream it is; if not, {@code stream}
 *     and {@code version} are its topic, partition and offset
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Arrived(
        StreamId stream, long version, Map<String, String> headers, byte[] data, boolean placed) {
    private static final String RECORD = "record";

    static Arrived of(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = Envelope.textOf(record.headers());
        byte[] data = record.value() == null ? new byte[0] : record.value();
        try {
            var envelope = Envelope.of(headers);
            return new Arrived(envelope.stream(), envelope.version(), headers, data, true);
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
        return new Arrived(place, record.offset() + 1, headers, data, false);
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
        var envelope = Envelope.of(headers);
        return new Arrived(envelope.stream(), envelope.version(), headers, data, true);
    }

    static Arrived of(StreamId stream, long version, String headers, byte[] data) {
        @SuppressWarnings("unchecked") // written by headersJson
        Map<String, String> map = StagecoachJson.read(headers, Map.class);
        return new Arrived(stream, version, map, data, true);
    }

    /** The deployment that it belongs to. */
    Optional<String> deployment() {
        return placed ? Envelope.of(headers).deployment() : Optional.empty();
    }

    String headersJson() {
        return StagecoachJson.text(headers);
    }
}
