package stagecoach.runtime.outbox;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.store.NewEvent;

/** Kafka producers that lose and reorder nothing by themselves. */
public final class Producers {
    /** The largest event, with its key and headers. */
    private static final int RECORD_BYTES_MAX = NewEvent.BYTES_MAX + (256 << 10);

    private Producers() {}

    /**
     * Opens one.
     *
     * @param clientId how it is called in the broker's logs
     * @param compression {@code none} or {@code lz4}
     */
    public static Producer<String, byte[]> open(
            KafkaConnection kafka, String clientId, String compression) {
        Map<String, Object> config = new HashMap<>(kafka.settings());
        config.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES_MAX);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // Together below the 30 s after which the database ends an idle transaction.
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }
}
