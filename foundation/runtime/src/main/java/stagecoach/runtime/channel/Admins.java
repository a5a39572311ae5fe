package stagecoach.runtime.channel;

import java.time.Duration;
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
    public static Admin open(String bootstrap, String clientId, Duration answerMax) {
        int millis = Math.toIntExact(answerMax.toMillis());
        return Admin.create(
                Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        AdminClientConfig.CLIENT_ID_CONFIG,
                        clientId,
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        millis,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        millis,
                        AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        500));
    }
}
