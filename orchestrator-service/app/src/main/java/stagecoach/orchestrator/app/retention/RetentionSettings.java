package stagecoach.orchestrator.app.retention;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.ReleasesKept;
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
    private static final PackagesKept FOR_GOOD =
            new PackagesKept(Optional.empty(), Optional.empty(), Optional.empty());

    private static final ReleasesKept EVERY_RELEASE =
            new ReleasesKept(Optional.empty(), Optional.empty());

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
                        EVENT_DAYS,
                        Optional.of(FOR_GOOD),
                        Optional.of(CachesKept.ALL),
                        Optional.of(EVERY_RELEASE));
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
                .select(
                        "SELECT log_days, deployment_days, deployments_per_environment, event_days, package_versions, package_days, package_free_disk_percent, cache_days, cache_free_disk_percent, releases_per_phase, release_days, cache_versions, cache_keep_released FROM retention_setting")
                .stream()
                .findFirst()
                .map(
                        row ->
                                new ConfigurationDocument.Retention(
                                        row.whole(0),
                                        row.whole(1),
                                        row.whole(2),
                                        row.whole(3),
                                        Optional.of(
                                                new PackagesKept(
                                                        row.optionalWhole(4),
                                                        row.optionalWhole(5),
                                                        row.optionalWhole(6))),
                                        Optional.of(
                                                new CachesKept(
                                                        row.optionalWhole(7),
                                                        row.optionalWhole(8),
                                                        row.optionalWhole(11),
                                                        Optional.of(row.flag(12)))),
                                        Optional.of(
                                                new ReleasesKept(
                                                        row.optionalWhole(9),
                                                        row.optionalWhole(10)))));
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
        PackagesKept packages = wanted.packages().orElse(FOR_GOOD);
        CachesKept caches = wanted.caches().orElse(CachesKept.ALL);
        ReleasesKept releases = wanted.releases().orElse(EVERY_RELEASE);
        tx.execute("DELETE FROM retention_setting");
        tx.execute(
                """
                INSERT INTO retention_setting (log_days, deployment_days, deployments_per_environment, event_days,
                    package_versions, package_days, package_free_disk_percent, cache_days, cache_free_disk_percent,
                    releases_per_phase, release_days, cache_versions, cache_keep_released)
                VALUES (?1, ?2, ?3, ?4, CAST(?5 AS integer), CAST(?6 AS integer), CAST(?7 AS integer),
                    CAST(?8 AS integer), CAST(?9 AS integer), CAST(?10 AS integer), CAST(?11 AS integer),
                    CAST(?12 AS integer), CAST(?13 AS boolean))""",
                wanted.logDays(),
                wanted.deploymentDays(),
                wanted.deploymentsPerEnvironment(),
                wanted.eventDays(),
                packages.versions().orElse(null),
                packages.days().orElse(null),
                packages.freeDiskPercent().orElse(null),
                caches.days().orElse(null),
                caches.freeDiskPercent().orElse(null),
                releases.perPhase().orElse(null),
                releases.days().orElse(null),
                caches.versions().orElse(null),
                caches.keepsReleased());
    }
}
