package stagecoach.local.launcher.bench;

import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import stagecoach.local.engines.EngineCommand;
import stagecoach.local.launcher.installation.LocalMachines;

/**
 * The database of a local default, looked into from outside.
 *
 * @param rows in all tables of all services
 */
public record Tables(String jdbcUrl, String password, long rows) {
    private static final List<String> SCHEMAS =
            List.of("orchestrator", "steprunner", "packages", "gateway");

    /** As it is now. */
    public static Tables of(LocalMachines stack)
            throws IOException, InterruptedException, SQLException {
        Tables empty =
                new Tables("jdbc:postgresql://" + stack.postgres(), stack.postgresPassword(), 0);
        long rows = 0;
        for (String table :
                empty.texts(
                        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('"
                                + String.join("','", SCHEMAS)
                                + "')")) {
            rows += empty.number("SELECT count(*) FROM " + table);
        }
        return new Tables(empty.jdbcUrl, empty.password, rows);
    }

    /** All events that name a deployment. */
    public long eventsOf(String deployment) throws SQLException {
        long events = 0;
        for (String schema : SCHEMAS) {
            events +=
                    number(
                            "SELECT count(*) FROM %s.event WHERE deployment = '%s'"
                                    .formatted(schema, deployment.replace("'", "''")));
        }
        return events;
    }

    /**
     * How long it took, in milliseconds, from the decision for an event to the decision that
     * another service made about it, for every such pair of the deployments of {@code project}.
     */
    public List<Double> hops(String project) throws SQLException {
        List<Double> hops = new ArrayList<>();
        for (String from : SCHEMAS) {
            for (String to : SCHEMAS) {
                if (!from.equals(to)) {
                    for (String millis :
                            texts(
                                    "SELECT min(extract(epoch FROM e.at - c.at) * 1000) FROM %1$s.event c JOIN %2$s.event e ON e.causation = c.stream || '/' || c.version WHERE c.project = '%3$s' AND c.topic IN ('stagecoach.deployments', 'stagecoach.steps', 'stagecoach.acquisitions') GROUP BY c.stream, c.version"
                                            .formatted(from, to, project.replace("'", "''")))) {
                        hops.add(Double.valueOf(millis));
                    }
                }
            }
        }
        return hops;
    }

    private long number(String sql) throws SQLException {
        return Long.parseLong(texts(sql).getFirst());
    }

    private List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (var connection =
                        DriverManager.getConnection(
                                jdbcUrl, EngineCommand.POSTGRES_USER, password);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
