package stagecoach.runtime.test;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.local.engines.Engines;
import stagecoach.migration.Migration;
import stagecoach.migration.Schema;
import stagecoach.migration.ServiceSchema;

/**
 * Everything that a service needs to run in a test: a real broker with all topics, a real database
 * with the service's schema, keys that are thrown away.
 *
 * <p>Arguments: {@code schema} (must be given); {@code sql}, a folder with further SQL files, from
 * the module; {@code topics}, further ones with three partitions, separated by commas.
 */
public final class StagecoachResource implements QuarkusTestResourceLifecycleManager {
    private String schema = "";
    private String sql = "";
    private String topics = "";

    @Override
    public void init(Map<String, String> args) {
        schema = args.getOrDefault("schema", "");
        sql = args.getOrDefault("sql", "");
        topics = args.getOrDefault("topics", "");
        if (schema.isEmpty()) {
            throw new IllegalArgumentException(
                    "name the schema: @ResourceArg(name = \"schema\", value = \"orchestrator\")");
        }
    }

    @Override
    public Map<String, String> start() {
        var engines = Engines.shared();
        createTopics(engines);
        Migration.run(
                engines.jdbcUrl(),
                engines.postgresUser(),
                engines.postgresPassword(),
                List.of(migrations()));
        putKeys(engines);
        var config = new HashMap<String, String>();
        config.put("STAGECOACH_KAFKA", engines.kafkaBootstrap());
        config.put("STAGECOACH_POSTGRES", engines.postgresAddress());
        config.put("STAGECOACH_POSTGRES_USER", engines.postgresUser());
        config.put("STAGECOACH_POSTGRES_PASSWORD", engines.postgresPassword());
        config.put("STAGECOACH_SERVICE_KEY", key(1));
        config.put(KeyFile.PROPERTY, KeyFile.make(key(2)).toString());
        config.put("quarkus.http.test-port", "0");
        return config;
    }

    @Override
    public void stop() {
        // The engines serve all tests of this process and end with it.
    }

    private Schema migrations() {
        Path checkout = ServiceSchema.checkout();
        for (ServiceSchema service : ServiceSchema.values()) {
            if (service.schema().equals(schema)) {
                return service.in(checkout);
            }
        }
        var folders = new ArrayList<Path>();
        folders.add(ServiceSchema.ORCHESTRATOR.in(checkout).folders().getFirst());
        if (!sql.isEmpty()) {
            folders.add(Path.of(sql).toAbsolutePath());
        }
        return new Schema(schema, folders);
    }

    private void createTopics(Engines engines) {
        var wanted = new ArrayList<NewTopic>();
        for (Topic topic : Channels.all()) {
            wanted.add(new NewTopic(topic.name(), topic.partitions(), (short) 1));
        }
        if (!topics.isEmpty()) {
            for (String topic : topics.split(",", -1)) {
                wanted.add(new NewTopic(topic, 3, (short) 1));
            }
        }
        try (var admin =
                Admin.create(
                        Map.of(
                                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                                engines.kafkaBootstrap()))) {
            for (var creation : admin.createTopics(wanted).values().values()) {
                try {
                    creation.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw new IllegalStateException("a topic cannot be created", e);
                    }
                }
            }
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("topics cannot be created", e);
        }
    }

    private void putKeys(Engines engines) {
        try (var connection =
                        DriverManager.getConnection(
                                engines.jdbcUrl(),
                                engines.postgresUser(),
                                engines.postgresPassword());
                var statement =
                        connection.prepareStatement(
                                "INSERT INTO %s.api_key (id, name, sha256, roles) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
                                        .formatted(schema))) {
            for (TestKeys key : TestKeys.values()) {
                statement.setString(
                        1, "test-" + key.role().name().toLowerCase(java.util.Locale.ROOT));
                statement.setString(2, key.actor());
                statement.setString(3, key.sha256());
                statement.setArray(
                        4, connection.createArrayOf("text", new String[] {key.role().name()}));
                statement.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the keys for tests cannot be written", e);
        }
    }

    private static String key(int seed) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) seed);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** How long tests wait for what must come, on a busy machine. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);
}
