package stagecoach.packages.app.upstream;

import java.time.Instant;
import java.util.Optional;
import stagecoach.packages.app.index.PushedIds;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/** What the built-in feed has given away for feeds outside: a version is that for ever. */
final class ReadThroughPins {
    private ReadThroughPins() {}

    /**
     * What a version is from now on, or has been: {@code pin}, or what was given away earlier.
     * Empty if the id was pushed here meanwhile, and is not read through any more.
     */
    static Optional<PackagePin> keep(Tx tx, FeedId feed, PackagePin pin, Instant at) {
        Optional<PackagePin> known = find(tx, pin.id(), pin.version());
        if (known.isEmpty()) {
            // A push of this id and we wait for each other: one of us is the first.
            PushedIds.lock(tx, pin.id());
        }
        if (PushedIds.everPushed(tx, pin.id())) {
            return Optional.empty();
        }
        if (known.isPresent()) {
            return known;
        }
        tx.execute(
                "INSERT INTO read_through (id_key, version_key, feed, id, version, sha512, size, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
                pin.id().lower(),
                pin.version().lower(),
                feed.value(),
                pin.id().value(),
                pin.version().value(),
                pin.sha512().value(),
                pin.size(),
                at);
        return find(tx, pin.id(), pin.version());
    }

    /** What a version was when it was given away first. */
    static Optional<PackagePin> find(Tx tx, PackageId id, PackageVersion version) {
        return tx
                .rows(
                        "SELECT id, version, sha512, size FROM read_through WHERE id_key = ?1 AND version_key = ?2",
                        id.lower(),
                        version.lower())
                .stream()
                .map(FirstSeen::pin)
                .findFirst();
    }
}
