package stagecoach.local.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class EnginesTest {
    private final Engines engines = Engines.shared();

    @Test
    void the_broker_keeps_an_acknowledged_message_through_a_kill() throws Exception {
        createTopic("kept");
        try (var producer =
                new KafkaProducer<>(
                        client("acks", "all"), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("kept", "key", "value")).get();
        }

        engines.killKafka();
        engines.startKafka();

        try (var consumer =
                new KafkaConsumer<>(
                        client("auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition("kept", 0)));
            assertThat(consumer.poll(Duration.ofMinutes(2)))
                    .extracting(record -> record.value())
                    .containsExactly("value");
        }
    }

    @Test
    void a_topic_that_nobody_created_does_not_appear_by_itself() throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        client("max.block.ms", "1500"),
                        new StringSerializer(),
                        new StringSerializer())) {
            var sent = producer.send(new ProducerRecord<>("nobodys", "key", "value"));
            assertThatThrownBy(sent::get).hasMessageContaining("nobodys");
        }
        try (var admin = Admin.create(client("client.id", "look"))) {
            assertThat(admin.listTopics().names().get()).doesNotContain("nobodys");
        }
    }

    @Test
    void the_database_keeps_a_committed_row_through_a_kill() throws Exception {
        execute("CREATE TABLE kept(id int)");
        execute("INSERT INTO kept VALUES (7)");

        engines.killPostgres();
        engines.startPostgres();

        assertThat(number("SELECT id FROM kept")).isEqualTo(7);
    }

    @Test
    void a_commit_is_on_the_disk_when_it_is_acknowledged() throws Exception {
        assertThat(
                        number(
                                "SELECT count(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'on'"))
                .isEqualTo(1);
        assertThat(
                        number(
                                "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'on'"))
                .isEqualTo(1);
    }

    @Test
    void nobody_gets_into_the_database_without_its_password() {
        assertThatThrownBy(
                        () ->
                                DriverManager.getConnection(
                                        engines.jdbcUrl(), engines.postgresUser(), "wrong"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
    }

    private void createTopic(String name) throws Exception {
        try (var admin = Admin.create(client("client.id", "create"))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
        }
    }

    private Map<String, Object> client(String setting, String value) {
        return Map.of("bootstrap.servers", engines.kafkaBootstrap(), setting, value);
    }

    private void execute(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private int number(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                engines.jdbcUrl(), engines.postgresUser(), engines.postgresPassword());
    }
}
