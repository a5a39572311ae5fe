package stagecoach.packages.app.keeping;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.Retention;
import stagecoach.runtime.sql.Statements;

/** How long packages are kept, as the orchestrator told it last. */
@Singleton
public class RetentionSettings {
    /** For good. */
    private static final PackagesKept PACKAGES =
            new PackagesKept(Optional.empty(), Optional.empty(), Optional.empty());

    RetentionSettings() {}

    /** Takes in what was set; empty for the defaults. */
    public void learn(Statements tx, Optional<Retention> told) {
        PackagesKept packages = told.flatMap(Retention::packages).orElse(PACKAGES);
        tx.execute("DELETE FROM retention_setting");
        CachesKept caches = told.flatMap(Retention::caches).orElse(CachesKept.ALL);
        tx.execute(
                """
                INSERT INTO retention_setting (versions, days, free_disk_percent, cache_days, cache_free_disk_percent,
                    cache_versions, cache_keep_released)
                VALUES (CAST(?1 AS integer), CAST(?2 AS integer), CAST(?3 AS integer),
                    CAST(?4 AS integer), CAST(?5 AS integer), CAST(?6 AS integer), CAST(?7 AS boolean))""",
                packages.versions().orElse(null),
                packages.days().orElse(null),
                packages.freeDiskPercent().orElse(null),
                caches.days().orElse(null),
                caches.freeDiskPercent().orElse(null),
                caches.versions().orElse(null),
                caches.keepsReleased());
    }

    /** What counts for the central store. */
    PackagesKept packages(Statements tx) {
        return row(tx, "versions, days, free_disk_percent")
                .map(row -> new PackagesKept(number(row[0]), number(row[1]), number(row[2])))
                .orElse(PACKAGES);
    }

    /** What counts for caches. */
    public CachesKept caches(Statements tx) {
        return row(tx, "cache_days, cache_free_disk_percent, cache_versions, cache_keep_released")
                .map(
                        row ->
                                new CachesKept(
                                        number(row[0]),
                                        number(row[1]),
                                        number(row[2]),
                                        Optional.ofNullable((Boolean) row[3])))
                .orElse(CachesKept.ALL);
    }

    private static Optional<@Nullable Object[]> row(Statements tx, String columns) {
        List<@Nullable Object[]> rows =
                tx.rows("SELECT %s FROM retention_setting".formatted(columns));
        return rows.stream().findFirst();
    }

    private static Optional<Integer> number(@Nullable Object value) {
        return Optional.ofNullable((Integer) value);
    }
}
