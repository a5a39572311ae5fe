package stagecoach.runtime.outbox;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ForwardingAdmin;

/** One connection to a broker for many relays that come and go. */
final class SharedAdmin extends ForwardingAdmin {
    private static final Map<String, Admin> OPEN = new ConcurrentHashMap<>();

    private SharedAdmin(String bootstrap) {
        super(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    }

    static Admin of(String bootstrap) {
        return OPEN.computeIfAbsent(bootstrap, SharedAdmin::new);
    }

    @Override
    public void close(Duration timeout) {
        // It stays for the next one and ends with the tests.
    }
}
