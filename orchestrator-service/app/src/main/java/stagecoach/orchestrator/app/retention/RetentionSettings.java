package stagecoach.orchestrator.app.retention;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.ConfigurationKind;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.Statements;

/** How long what has ended is kept, as somebody has set it. */
@Singleton
public class RetentionSettings {
    private static final String ID = "retention";
    private static final int DEPLOYMENT_DAYS = 365;
    private static final int DEPLOYMENTS_PER_ENVIRONMENT = 20;
    private static final int EVENT_DAYS = 400;

    private final CommandHandler commands;
    private final ConfigurationDocument.Retention defaults;

    RetentionSettings(
            CommandHandler commands,
            @ConfigProperty(name = "stagecoach.retention.logs", defaultValue = "P90D")
                    Duration logs) {
        this.commands = commands;
        this.defaults =
                new ConfigurationDocument.Retention(
                        (int) logs.toDays(),
                        DEPLOYMENT_DAYS,
                        DEPLOYMENTS_PER_ENVIRONMENT,
                        EVENT_DAYS);
    }

    /** What counts if nobody has set anything. */
    ConfigurationDocument.Retention defaults() {
        return defaults;
    }

    /** What counts now. */
    public ConfigurationDocument.Retention present(Statements tx) {
        return set(tx).orElse(defaults);
    }

    private static Optional<ConfigurationDocument.Retention> set(Statements tx) {
        return tx
                .rows(
                        "SELECT log_days, deployment_days, deployments_per_environment, event_days FROM retention_setting")
                .stream()
                .findFirst()
                .map(
                        row ->
                                new ConfigurationDocument.Retention(
                                        number(row[0]),
                                        number(row[1]),
                                        number(row[2]),
                                        number(row[3])));
    }

    private static int number(@Nullable Object value) {
        return (Integer) Objects.requireNonNull(value);
    }

    /** Sets it, and tells everybody; what is set already changes nothing. */
    void set(Tx tx, ConfigurationDocument.Retention wanted, Cause cause) {
        if (set(tx).filter(wanted::equals).isPresent()) {
            return;
        }
        commands.handle(
                tx,
                ConfigurationKind.CONFIGURATION,
                ConfigurationKind.streamOf(Kind.RETENTION, ID),
                List.of(new ConfigurationKind.Command.Write(Kind.RETENTION, ID, wanted)),
                cause);
        tx.execute(
                """
                INSERT INTO retention_setting (log_days, deployment_days, deployments_per_environment, event_days)
                VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (only_one) DO UPDATE SET log_days = excluded.log_days,
                    deployment_days = excluded.deployment_days,
                    deployments_per_environment = excluded.deployments_per_environment,
                    event_days = excluded.event_days""",
                wanted.logDays(),
                wanted.deploymentDays(),
                wanted.deploymentsPerEnvironment(),
                wanted.eventDays());
    }
}
