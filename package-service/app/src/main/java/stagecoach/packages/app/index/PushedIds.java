package stagecoach.packages.app.index;

import java.util.Objects;
import java.util.Optional;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/** Which ids are ours: no feed outside answers for those. */
public final class PushedIds {
    private PushedIds() {}

    /**
     * Makes the id of a package that is being added ours; or tells what was given away from outside
     * under its name with other bytes, which stay what it is.
     */
    static Optional<PackageEntry> claim(Tx tx, PackageEntry entry) {
        PackagePin pin = entry.pin();
        if (everPushed(tx, pin.id())) {
            return givenAway(tx, entry);
        }
        lock(tx, pin.id());
        Optional<PackageEntry> givenAway = givenAway(tx, entry);
        if (givenAway.isEmpty()) {
            tx.execute(
                    "INSERT INTO pushed_id (id_key) VALUES (?1) ON CONFLICT DO NOTHING",
                    pin.id().lower());
        }
        return givenAway;
    }

    private static Optional<PackageEntry> givenAway(Tx tx, PackageEntry entry) {
        PackagePin pin = entry.pin();
        return tx
                .rows(
                        "SELECT sha512, size FROM read_through WHERE id_key = ?1 AND version_key = ?2 AND sha512 <> ?3",
                        pin.id().lower(),
                        pin.version().lower(),
                        pin.sha512().value())
                .stream()
                .map(
                        row ->
                                entry.withPin(
                                        new PackagePin(
                                                pin.id(),
                                                pin.version(),
                                                new Sha512((String) Objects.requireNonNull(row[0])),
                                                ((Number) Objects.requireNonNull(row[1]))
                                                        .longValue())))
                .findFirst();
    }

    /** Whether any version of an id was ever pushed here, also one that was removed since. */
    public static boolean everPushed(Tx tx, PackageId id) {
        // Pods of before V0220 push without a word in pushed_id while newer ones are started.
        return !tx.rows(
                        "SELECT 1 WHERE EXISTS (SELECT 1 FROM pushed_id WHERE id_key = ?1) OR EXISTS (SELECT 1 FROM package WHERE id_key = ?1)",
                        id.lower())
                .isEmpty();
    }

    /** Until the end of the transaction nobody else makes an id ours, or gives it away. */
    public static void lock(Tx tx, PackageId id) {
        tx.rows(
                "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('stagecoach id ' || ?1, 0))) AS l",
                id.lower());
    }
}
