package stagecoach.packages.app.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * What versions of feeds outside were when they were first seen, for ever, and whether their bytes
 * are kept here.
 */
final class FirstSeen {
    /** Less than what was used stays in any case, so that not every reader writes. */
    private static final Duration USED_LATELY = Duration.ofMinutes(5);

    private FirstSeen() {}

    /**
     * What a version was.
     *
     * @param inUse whether it was used lately, so that nobody need say so again, and its bytes are
     *     kept
     */
    record Seen(PackagePin pin, boolean inUse) {}

    static Optional<Seen> find(
            Tx tx, FeedId feed, PackageId id, PackageVersion version, Instant now) {
        return tx
                .rows(
                        """
                        SELECT id, version, sha512, size, bytes_gone_at IS NULL AND used_at > ?4
                        FROM first_seen WHERE feed = ?1 AND id_key = ?2 AND version_key = ?3""",
                        feed.value(),
                        id.lower(),
                        version.lower(),
                        now.minus(USED_LATELY))
                .stream()
                .map(row -> new Seen(pin(row), Boolean.TRUE.equals(row[4])))
                .findFirst();
    }

    /** All versions of a package that a feed was seen to have. */
    static List<PackagePin> all(Tx tx, FeedId feed, PackageId id) {
        return tx
                .rows(
                        "SELECT id, version, sha512, size FROM first_seen WHERE feed = ?1 AND id_key = ?2",
                        feed.value(),
                        id.lower())
                .stream()
                .map(FirstSeen::pin)
                .toList();
    }

    /** The pin of a row of id, version, digest and size. */
    static PackagePin pin(@Nullable Object[] row) {
        return new PackagePin(
                PackageId.parse(text(row[0])),
                PackageVersion.parse(text(row[1])),
                new Sha512(text(row[2])),
                ((Number) Objects.requireNonNull(row[3])).longValue());
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }

    /**
     * Says that somebody uses it and that its bytes are kept from now on; for whoever holds the
     * lock of its digest and sees that they are here.
     */
    static void use(Tx tx, FeedId feed, PackagePin pin, Instant at) {
        tx.execute(
                """
                UPDATE first_seen SET used_at = CAST(?5 AS timestamptz), bytes_gone_at = NULL
                WHERE feed = ?1 AND id_key = ?2 AND version_key = ?3 AND sha512 = ?4""",
                feed.value(),
                pin.id().lower(),
                pin.version().lower(),
                pin.sha512().value(),
                at);
    }

    /** Its bytes are here again, whoever had them. */
    static void kept(Tx tx, Sha512 sha512) {
        tx.execute(
                "UPDATE first_seen SET bytes_gone_at = NULL WHERE sha512 = ?1 AND bytes_gone_at IS NOT NULL",
                sha512.value());
    }

    /** Keeps it, unless another one saw the version first; what was seen first. */
    static PackagePin keep(Tx tx, FeedId feed, PackagePin pin, Instant at) {
        tx.execute(
                """
                INSERT INTO first_seen (feed, id_key, version_key, id, version, sha512, size, at, used_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
                ON CONFLICT (feed, id_key, version_key) DO UPDATE
                SET used_at = EXCLUDED.used_at, bytes_gone_at = NULL
                WHERE first_seen.sha512 = EXCLUDED.sha512""",
                feed.value(),
                pin.id().lower(),
                pin.version().lower(),
                pin.id().value(),
                pin.version().value(),
                pin.sha512().value(),
                pin.size(),
                at);
        return find(tx, feed, pin.id(), pin.version(), at).map(Seen::pin).orElse(pin);
    }
}
