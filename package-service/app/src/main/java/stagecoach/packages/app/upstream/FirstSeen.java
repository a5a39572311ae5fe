package stagecoach.packages.app.upstream;

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

/** What versions of feeds outside were when they were first seen. */
final class FirstSeen {
    private FirstSeen() {}

    static Optional<PackagePin> find(Tx tx, FeedId feed, PackageId id, PackageVersion version) {
        return tx
                .rows(
                        "SELECT id, version, sha512, size FROM first_seen WHERE feed = ?1 AND id_key = ?2 AND version_key = ?3",
                        feed.value(),
                        id.lower(),
                        version.lower())
                .stream()
                .map(FirstSeen::pin)
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

    /** Keeps it, unless another one saw the version first; what was seen first. */
    static PackagePin keep(Tx tx, FeedId feed, PackagePin pin, Instant at) {
        tx.execute(
                "INSERT INTO first_seen (feed, id_key, version_key, id, version, sha512, size, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                feed.value(),
                pin.id().lower(),
                pin.version().lower(),
                pin.id().value(),
                pin.version().value(),
                pin.sha512().value(),
                pin.size(),
                at);
        return find(tx, feed, pin.id(), pin.version()).orElse(pin);
    }
}
