package stagecoach.migration;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flywaydb.core.Flyway;

/**
 * Brings schemas to their newest version. May run again at any time and by several at once; what is
 * applied already stays as it is.
 */
public final class Migration {
    private static final int CONNECT_RETRIES_MAX = 5;

    private Migration() {}

    /**
     * Creates and updates the schemas, one after the other.
     *
     * @param jdbcUrl for example {@code jdbc:postgresql://127.0.0.1:5432/stagecoach}
     * @return one result per schema, in the order given
     * @throws IllegalArgumentException when a folder is missing
     * @throws org.flywaydb.core.api.FlywayException when the database refuses, or a file that was
     *     applied has been changed
     */
    public static List<Result> run(
            String jdbcUrl, String user, String password, List<Schema> schemas) {
        return schemas.stream().map(schema -> run(jdbcUrl, user, password, schema)).toList();
    }

    private static Result run(String jdbcUrl, String user, String password, Schema schema) {
        for (Path folder : schema.folders()) {
            if (!Files.isDirectory(folder)) {
                throw new IllegalArgumentException(
                        "schema %s: there is no folder %s".formatted(schema.name(), folder));
            }
        }
        var migrated =
                Flyway.configure(Migration.class.getClassLoader())
                        .dataSource(jdbcUrl, user, password)
                        .connectRetries(CONNECT_RETRIES_MAX)
                        .schemas(schema.name())
                        .defaultSchema(schema.name())
                        .table("schema_history")
                        // The runtime's versions are lower than the service's that ran before.
                        .outOfOrder(true)
                        .locations(
                                schema.folders().stream()
                                        .map(folder -> "filesystem:" + folder.toAbsolutePath())
                                        .toArray(String[]::new))
                        .load()
                        .migrate();
        return new Result(schema.name(), migrated.migrationsExecuted);
    }

    /**
     * What was done to a schema.
     *
     * @param schema its name
     * @param applied how many files were applied now
     */
    public record Result(String schema, int applied) {}
}
