package stagecoach.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.engines.Engine;
import stagecoach.local.engines.Engines;

class MigrationTest {
    private static Engines engines;

    @TempDir Path runtime;
    @TempDir Path own;
    private Schema schema;

    @BeforeAll
    static void startDatabase() {
        engines = Engines.start(EnumSet.of(Engine.POSTGRES));
    }

    @AfterAll
    static void stopDatabase() {
        engines.close();
    }

    @BeforeEach
    void write(TestInfo test) throws Exception {
        String name = "s" + Integer.toHexString(test.getDisplayName().hashCode());
        schema = new Schema(name, List.of(runtime, own));
        Files.writeString(runtime.resolve("V0001__event.sql"), "CREATE TABLE event(id int);");
        Files.writeString(
                own.resolve("V0100__release.sql"),
                "CREATE TABLE release(id int); INSERT INTO event VALUES (1);");
    }

    @Test
    void a_schema_gets_the_runtimes_tables_first_and_then_its_own() throws Exception {
        assertThat(migrate(schema)).containsExactly(new Migration.Result(schema.name(), 2));
        assertThat(count("event")).isEqualTo(1);
        assertThat(count("release")).isZero();
    }

    @Test
    void a_second_run_applies_nothing() throws Exception {
        migrate(schema);
        assertThat(migrate(schema)).containsExactly(new Migration.Result(schema.name(), 0));
        assertThat(count("event")).isEqualTo(1);
    }

    @Test
    void a_later_version_of_the_runtime_is_applied_behind_a_services_own() throws Exception {
        migrate(schema);
        Files.writeString(runtime.resolve("V0002__timer.sql"), "CREATE TABLE timer(id int);");
        assertThat(migrate(schema)).containsExactly(new Migration.Result(schema.name(), 1));
        assertThat(count("timer")).isZero();
    }

    @Test
    void two_schemas_have_their_own_tables_and_history() throws Exception {
        Schema other = new Schema(schema.name() + "_b", List.of(runtime, own));
        assertThat(migrate(schema, other))
                .extracting(Migration.Result::applied)
                .containsExactly(2, 2);
    }

    @Test
    void a_file_that_was_changed_after_it_was_applied_is_refused() throws Exception {
        migrate(schema);
        Files.writeString(own.resolve("V0100__release.sql"), "CREATE TABLE release(id bigint);");
        assertThatThrownBy(() -> migrate(schema)).hasMessageContaining("0100");
    }

    @Test
    void a_file_that_fails_leaves_nothing_of_itself() throws Exception {
        Files.writeString(
                own.resolve("V0101__broken.sql"), "CREATE TABLE half(id int); SELECT nonsense;");
        assertThatThrownBy(() -> migrate(schema)).hasMessageContaining("nonsense");
        assertThatThrownBy(() -> count("half")).hasMessageContaining("does not exist");
        assertThat(count("release")).isZero();
    }

    @Test
    void a_missing_folder_is_named() {
        Path missing = own.resolve("missing");
        assertThatThrownBy(() -> migrate(new Schema("nowhere", List.of(missing))))
                .hasMessage("schema nowhere: there is no folder " + missing);
    }

    private static List<Migration.Result> migrate(Schema... schemas) {
        return Migration.run(
                engines.jdbcUrl(),
                engines.postgresUser(),
                engines.postgresPassword(),
                List.of(schemas));
    }

    private int count(String table) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                engines.jdbcUrl(),
                                engines.postgresUser(),
                                engines.postgresPassword());
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT count(*) FROM %s.%s".formatted(schema.name(), table))) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
