package stagecoach.runtime.channel;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Connections that ask Kafka about itself, and give up soon. */
public final class Admins {
    private Admins() {}

    /**
     * Opens one.
     *
     * @param clientId how it is called in the broker's logs
     * @param answerMax how long an answer may take
     * @throws org.apache.kafka.common.KafkaException if no broker's name is known
     */
    public static Admin open(KafkaConnection kafka, String clientId, Duration answerMax) {
        int millis = Math.toIntExact(answerMax.toMillis());
        Map<String, Object> config = new HashMap<>(kafka.settings());
        config.put(AdminClientConfig.CLIENT_ID_CONFIG, clientId);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
        config.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        return Admin.create(config);
    }
}
