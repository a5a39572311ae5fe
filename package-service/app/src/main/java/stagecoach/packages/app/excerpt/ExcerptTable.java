package stagecoach.packages.app.excerpt;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.pull.FeedExcerpt;
import stagecoach.packages.server.pull.FeedExcerpt.Offer;
import stagecoach.packages.server.pull.FeedExcerpt.ReaderKey;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What stands in the tables of that which caches are told. */
@Singleton
class ExcerptTable {
    ExcerptTable() {}

    private static final String HELD =
            """
            (SELECT p.id, p.version, p.sha512, p.size, p.published, p.listed
             FROM package p JOIN replicated r ON r.sha512 = p.sha512
             WHERE r.cache = ?1 AND r.dropping IS NULL
             ORDER BY r.used_at DESC, p.sha512 LIMIT ?2) held
            """;

    /** The packages of the built-in feed that a cache holds; of too many, those used last. */
    List<Offer> offers(Statements tx, CacheId cache) {
        return tx
                .rows(
                        "SELECT id, version, sha512, size, published, listed FROM "
                                + HELD
                                + "ORDER BY id, version",
                        cache.value(),
                        FeedExcerpt.PACKAGES_MAX)
                .stream()
                .map(ExcerptTable::offer)
                .toList();
    }

    /** A text that is another one as soon as the packages are others, and much shorter. */
    String fingerprint(Statements tx, CacheId cache) {
        return text(
                tx.rows(
                                """
                                SELECT count(*) || '-' || md5(coalesce(string_agg(
                                    concat_ws(' ', id, version, sha512, size, published, listed), ',' ORDER BY id, version), ''))
                                FROM %s"""
                                        .formatted(HELD),
                                cache.value(),
                                FeedExcerpt.PACKAGES_MAX)
                        .getFirst()[0]);
    }

    private static Offer offer(@Nullable Object[] row) {
        return new Offer(
                new PackagePin(
                        new PackageId(text(row[0])),
                        new PackageVersion(text(row[1])),
                        new Sha512(text(row[2])),
                        ((Number) Objects.requireNonNull(row[3])).longValue()),
                (Instant) Objects.requireNonNull(row[4]),
                Boolean.TRUE.equals(row[5]));
    }

    /** The keys that can read and nothing else: a cache that was taken over learns no others. */
    List<ReaderKey> readers(Statements tx) {
        return tx
                .rows(
                        "SELECT sha256, expires_at FROM api_key WHERE roles = ARRAY['READ'] ORDER BY sha256")
                .stream()
                .map(row -> new ReaderKey(text(row[0]), Optional.ofNullable((Instant) row[1])))
                .toList();
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
