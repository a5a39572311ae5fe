package stagecoach.runtime.inbox;

import java.util.Map;
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
        var place = StreamId.of("record", record.topic() + "." + record.partition());
        return new Arrived(place, record.offset() + 1, headers, data, false);
    }

    static Arrived of(StreamId stream, long version, String headers, byte[] data) {
        @SuppressWarnings("unchecked") // written by headersJson
        Map<String, String> map = StagecoachJson.read(headers, Map.class);
        return new Arrived(stream, version, map, data, true);
    }

    String headersJson() {
        return StagecoachJson.text(headers);
    }
}
