package stagecoach.packages.app.copies;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.packages.keeping.Copy;
import stagecoach.packages.keeping.CopyKeeping;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What caches hold, as far as is known here. */
@Singleton
class CopyTable {
    /** By a deployment that has not ended, or by the server, which has lost its own. */
    private static final String NEEDED =
            """
            (EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = %1$s AND l.holder LIKE 'deployment:%%')
            OR EXISTS (SELECT 1 FROM package p WHERE p.sha512 = %1$s AND p.lost_at IS NOT NULL))""";

    private static final String RELEASED =
            "EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = %1$s AND l.holder LIKE 'release:%%')";

    /** One folder may be the cache of several regions, each with a row of its own. */
    private static final String USED =
            """
            (SELECT max(o.used_at) FROM cache own JOIN cache c ON c.push_url = own.push_url
                JOIN replicated o ON o.cache = c.id WHERE own.id = ?1 AND o.sha512 = r.sha512)""";

    CopyTable() {}

    /**
     * A row.
     *
     * @param dropping if it is just being dropped
     */
    record Row(Copy copy, Optional<Dropped> dropping) {}

    /**
     * Why it is being dropped.
     *
     * @param evenReleased whether a release that pins it meanwhile changes nothing
     */
    record Dropped(Why why, boolean evenReleased, String reason) {
        static Dropped of(CopyKeeping.Dropping dropping) {
            return new Dropped(dropping.why(), dropping.evenReleased(), dropping.reason());
        }
    }

    /** All of a cache. */
    List<Row> of(Statements tx, CacheId cache) {
        nameThoseOfOlderPods(tx, cache);
        return tx
                .rows(
                        """
                        SELECT r.id, r.version, r.sha512, r.size, coalesce(%s, r.used_at),
                            EXISTS (SELECT 1 FROM package p WHERE p.sha512 = r.sha512)
                                OR EXISTS (SELECT 1 FROM first_seen f
                                    WHERE f.sha512 = r.sha512 AND f.bytes_gone_at IS NULL),
                            %s, %s, r.dropping, r.reason
                        FROM replicated r WHERE cache = ?1"""
                                .formatted(
                                        USED,
                                        NEEDED.formatted("r.sha512"),
                                        RELEASED.formatted("r.sha512")),
                        cache.value())
                .stream()
                .map(CopyTable::row)
                .toList();
    }

    /** They write digests alone. What nobody knows here is found again on the cache's own disk. */
    private static void nameThoseOfOlderPods(Statements tx, CacheId cache) {
        tx.execute(
                """
                UPDATE replicated r SET id = n.id, version = n.version, size = n.size
                FROM (SELECT sha512, id, version, size FROM package
                    UNION ALL SELECT sha512, id, version, size FROM first_seen) n
                WHERE r.cache = ?1 AND r.id = '' AND n.sha512 = r.sha512""",
                cache.value());
        tx.execute("DELETE FROM replicated WHERE cache = ?1 AND id = ''", cache.value());
    }

    private static Row row(@Nullable Object[] row) {
        return new Row(
                new Copy(
                        pin(row),
                        (Instant) Objects.requireNonNull(row[4]),
                        Boolean.TRUE.equals(row[5]),
                        Boolean.TRUE.equals(row[6]),
                        Boolean.TRUE.equals(row[7])),
                Optional.ofNullable((String) row[8])
                        .map(
                                why ->
                                        new Dropped(
                                                Why.valueOf(why),
                                                false,
                                                Optional.ofNullable((String) row[9]).orElse(""))));
    }

    private static PackagePin pin(@Nullable Object[] row) {
        return new PackagePin(
                new PackageId(text(row[0])),
                new PackageVersion(text(row[1])),
                new Sha512(text(row[2])),
                ((Number) Objects.requireNonNull(row[3])).longValue());
    }

    /**
     * Nobody is sent to a cache for a package any more, unless a deployment needs it by now, or a
     * release has pinned it: whoever leases it later orders it later, too, and the cache knows
     * that.
     *
     * @return whether it may be dropped there
     */
    boolean mark(Statements tx, CacheId cache, Sha512 sha512, Dropped dropped) {
        return tx.execute(
                        "UPDATE replicated SET dropping = ?3, reason = ?4 WHERE cache = ?1 AND sha512 = ?2 AND NOT "
                                + NEEDED.formatted("?2")
                                + (dropped.evenReleased()
                                        ? ""
                                        : " AND NOT " + RELEASED.formatted("?2")),
                        cache.value(),
                        sha512.value(),
                        dropped.why().name(),
                        dropped.reason())
                == 1;
    }

    /** It stays after all. */
    void unmark(Statements tx, CacheId cache, Sha512 sha512) {
        tx.execute(
                "UPDATE replicated SET dropping = NULL, reason = NULL WHERE cache = ?1 AND sha512 = ?2",
                cache.value(),
                sha512.value());
    }

    /**
     * It is not there any more; whoever has brought it again since counts more.
     *
     * @return whether it stood here until now
     */
    boolean dropped(Statements tx, CacheId cache, Sha512 sha512) {
        return tx.execute(
                        "DELETE FROM replicated WHERE cache = ?1 AND sha512 = ?2 AND dropping IS NOT NULL",
                        cache.value(),
                        sha512.value())
                == 1;
    }

    /**
     * It was not there when the cache was looked at; whoever has brought it since counts more.
     *
     * @return whether it stood here until now
     */
    boolean absent(Statements tx, CacheId cache, Sha512 sha512, Instant seen) {
        return tx.execute(
                        "DELETE FROM replicated WHERE cache = ?1 AND sha512 = ?2 AND used_at < ?3",
                        cache.value(),
                        sha512.value(),
                        seen)
                == 1;
    }

    /** Those of some digests that have a name here. */
    List<PackagePin> named(Statements tx, Collection<Sha512> digests) {
        return tx
                .rows(
                        """
                        SELECT DISTINCT ON (n.sha512) n.id, n.version, n.sha512, n.size
                        FROM (SELECT sha512, id, version, size FROM package
                            UNION ALL SELECT sha512, id, version, size FROM first_seen) n
                        WHERE n.sha512 = ANY(CAST(?1 AS text[]))""",
                        (Object) texts(digests))
                .stream()
                .map(CopyTable::pin)
                .toList();
    }

    private static String[] texts(Collection<Sha512> digests) {
        return digests.stream().map(Sha512::value).toArray(String[]::new);
    }

    /** What lies in a cache although nobody knows it there; which of it has no name here either. */
    List<Sha512> adopt(Statements tx, CacheId cache, Collection<Sha512> unknown) {
        String[] digests = texts(unknown);
        tx.execute(
                """
                INSERT INTO replicated (cache, sha512, id, version, size)
                SELECT DISTINCT ON (n.sha512) CAST(?1 AS text), n.sha512, n.id, n.version, n.size
                FROM (SELECT sha512, id, version, size FROM package
                    UNION ALL SELECT sha512, id, version, size FROM first_seen) n
                WHERE n.sha512 = ANY(CAST(?2 AS text[])) AND NOT EXISTS (
                    SELECT 1 FROM suspect s WHERE s.cache = ?1 AND s.sha512 = n.sha512)
                ON CONFLICT DO NOTHING""",
                cache.value(),
                digests);
        return tx
                .rows(
                        """
                        SELECT d, 0 FROM unnest(CAST(?2 AS text[])) AS t (d)
                        WHERE NOT EXISTS (SELECT 1 FROM replicated r WHERE r.cache = ?1 AND r.sha512 = d)
                            AND NOT %s"""
                                .formatted(NEEDED.formatted("d")),
                        cache.value(),
                        digests)
                .stream()
                .map(row -> new Sha512(text(row[0])))
                .toList();
    }

    /** Whether a deployment that has not ended needs it. */
    boolean needed(Statements tx, Sha512 sha512) {
        return !tx.rows("SELECT 1, 0 WHERE " + NEEDED.formatted("?1"), sha512.value()).isEmpty();
    }

    /** The caches that hold a package. */
    List<CacheId> holders(Statements tx, Sha512 sha512) {
        return tx
                .rows(
                        "SELECT cache, 0 FROM replicated WHERE sha512 = ?1 AND dropping IS NULL ORDER BY cache",
                        sha512.value())
                .stream()
                .map(row -> new CacheId(text(row[0])))
                .toList();
    }

    /** Somebody got other bytes from a cache: it is read again before it is believed. */
    void suspect(Statements tx, CacheId cache, Sha512 sha512) {
        tx.execute(
                "DELETE FROM replicated WHERE cache = ?1 AND sha512 = ?2",
                cache.value(),
                sha512.value());
        tx.execute(
                """
                INSERT INTO suspect (cache, sha512) VALUES (?1, ?2)
                ON CONFLICT (cache, sha512) DO UPDATE SET confirmed = true""",
                cache.value(),
                sha512.value());
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
