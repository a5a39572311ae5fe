package stagecoach.orchestrator.app.progress.acquisition;

import stagecoach.orchestrator.app.progress.acquisition.AcquisitionRows.HolderKind;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/** The bytes that a deployment moved over each link, and between which regions the links are. */
final class LinkRows {
    /** Where the packages come from in the end. */
    static final String SERVER = "server";

    private final Tx tx;
    private final String deployment;

    LinkRows(Tx tx, String deployment) {
        this.tx = tx;
        this.deployment = deployment;
    }

    /** Adds what has crossed a link now. */
    void add(String from, String to, long bytes) {
        if (bytes > 0) {
            tx.execute(
                    """
                    INSERT INTO acquisition_link AS link (deployment, from_place, to_place, bytes)
                    VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (deployment, from_place, to_place)
                        DO UPDATE SET bytes = link.bytes + excluded.bytes""",
                    deployment,
                    from,
                    to,
                    bytes);
        }
    }

    /** The region of a cache, as this deployment began with it; empty if it is not known. */
    String regionOf(CacheId cache) {
        return tx
                .select(
                        """
                        SELECT region FROM (
                            SELECT 1 AS place, region FROM acquisition_row
                            WHERE deployment = ?2 AND holder_kind = 'CACHE' AND holder = ?1
                            UNION ALL
                            SELECT 2, used_id FROM catalog_use
                            WHERE user_kind = 'CACHE' AND user_id = ?1 AND used_kind = 'REGION') known
                        ORDER BY place LIMIT 1""",
                        cache.value(),
                        deployment)
                .stream()
                .map(row -> row.text(0))
                .findFirst()
                .orElse("");
    }

    /** The region of a machine that needs a package; empty if it has none. */
    String regionOf(PackagePin pin, HolderKind kind, String holder) {
        return tx
                .select(
                        """
                        SELECT region FROM acquisition_row
                        WHERE deployment = ?1 AND package = ?2 AND version = ?3
                            AND holder_kind = ?5 AND holder = ?4""",
                        deployment,
                        pin.id().lower(),
                        pin.version().toString(),
                        holder,
                        kind)
                .stream()
                .map(row -> row.text(0))
                .findFirst()
                .orElse("");
    }
}
