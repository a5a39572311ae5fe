package stagecoach.packages.app.keeping;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.packages.keeping.Going;
import stagecoach.packages.keeping.Keeping;
import stagecoach.packages.keeping.Stored;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.FolderBlobStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Removes, every few minutes, the packages that need not be kept: of the built-in feed, and the
 * bytes of those that came from feeds outside.
 */
@Singleton
public class PackageSweep {
    private static final Duration EVERY = Duration.ofMinutes(5);
    private static final Duration PARTIALS_KEPT = Duration.ofDays(7);
    private static final int IDS_AT_ONCE = 100;
    private static final int OLDEST_AT_ONCE = 200;

    private static final String OUTSIDE =
            """
            SELECT id, version, sha512, size, used_at, false, feed FROM first_seen f
            WHERE bytes_gone_at IS NULL AND used_at > ?1 AND used_at <= ?2
                AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = f.sha512)
            ORDER BY used_at LIMIT ?3""";

    /** Of both, what was not used for the longest time. */
    private static final String OLDEST =
            """
            SELECT id_key, used_at, is_ours FROM (
                SELECT id_key, used_at, sha512, true AS is_ours FROM package
                UNION ALL
                SELECT id_key, used_at, sha512, false FROM first_seen WHERE bytes_gone_at IS NULL) AS p
            WHERE used_at > ?1 AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = p.sha512)
            ORDER BY used_at LIMIT ?2""";

    private static final String STORED =
            """
            SELECT id, version, sha512, size, used_at,
                EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = p.sha512), 'built-in'
            FROM package p WHERE id_key = ANY(?1)""";

    /** Of two pods one makes room: the other would make it a second time. */
    private static final String ALONE =
            "SELECT pg_try_advisory_xact_lock(hashtextextended('stagecoach room ' || current_schema(), 0))";

    private final UnitOfWork unitOfWork;
    private final RetentionSettings settings;
    private final Removals removals;
    private final FolderBlobStore blobs;
    private final Clock clock;
    private final Rounds rounds = new Rounds("package-sweep", EVERY, this::sweep);

    PackageSweep(
            UnitOfWork unitOfWork,
            RetentionSettings settings,
            Removals removals,
            FolderBlobStore blobs,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.settings = settings;
        this.removals = removals;
        this.blobs = blobs;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void sweep() {
        try {
            blobs.forgetPartials(clock.instant().minus(PARTIALS_KEPT));
            sweep(unitOfWork.run(settings::packages), blobs.room(), clock.instant());
        } catch (IOException e) {
            throw new UncheckedIOException("The disk of the packages cannot be looked at.", e);
        }
    }

    /** Removes what these settings let go at {@code now}. */
    public void sweep(PackagesKept kept, DiskRoom room, Instant now) throws IOException {
        if (kept.versions().isPresent() || kept.days().isPresent()) {
            removeOld(kept, now);
            removeOldOutside(kept, now);
        }
        removals.deleteUnused();
        if (kept.freeDiskPercent().isPresent()) {
            makeRoom(room.missing(kept.freeDiskPercent().get()), now);
            removals.deleteUnused();
        }
    }

    private void removeOld(PackagesKept kept, Instant now) {
        String after = "";
        for (List<String> ids = ids(after); !ids.isEmpty(); ids = ids(after)) {
            for (String id : ids) {
                for (Going going : unitOfWork.run(tx -> Keeping.old(stored(tx, id), kept, now))) {
                    unitOfWork.execute(tx -> removals.remove(tx, going, removals.cause()));
                }
            }
            after = ids.getLast();
        }
    }

    private void removeOldOutside(PackagesKept kept, Instant now) {
        boolean some = true;
        while (some) {
            some = false;
            List<Going> old =
                    unitOfWork.run(
                            tx -> Keeping.oldOutside(outside(tx, Instant.EPOCH, now), kept, now));
            for (Going going : old) {
                some |= unitOfWork.run(tx -> removals.remove(tx, going, removals.cause()));
            }
        }
    }

    private List<String> ids(String after) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        "SELECT DISTINCT id_key FROM package WHERE id_key > ?1 ORDER BY id_key LIMIT ?2",
                                        after,
                                        IDS_AT_ONCE)
                                .stream()
                                .map(row -> text(row[0]))
                                .toList());
    }

    private void makeRoom(long bytes, Instant now) {
        long missing = bytes;
        Optional<Instant> after = Optional.of(Instant.EPOCH);
        while (missing > 0 && after.isPresent()) {
            Freed freed = free(missing, after.get(), now);
            missing -= freed.bytes();
            after = freed.next();
        }
    }

    /**
     * What was done of making room.
     *
     * @param next from where to look on; empty at the end
     */
    private record Freed(long bytes, Optional<Instant> next) {}

    private Freed free(long bytes, Instant after, Instant now) {
        return unitOfWork.run(
                tx -> {
                    if (!Boolean.TRUE.equals(tx.rows(ALONE).getFirst()[0])) {
                        return new Freed(0, Optional.empty());
                    }
                    List<@Nullable Object[]> oldest = tx.rows(OLDEST, after, OLDEST_AT_ONCE);
                    if (oldest.isEmpty()) {
                        return new Freed(0, Optional.empty());
                    }
                    Instant upTo = (Instant) Objects.requireNonNull(oldest.getLast()[1]);
                    String[] ids =
                            oldest.stream()
                                    .filter(row -> Boolean.TRUE.equals(row[2]))
                                    .map(row -> text(row[0]))
                                    .distinct()
                                    .toArray(String[]::new);
                    List<Stored> candidates = new ArrayList<>(stored(tx, ids));
                    candidates.addAll(outside(tx, after, upTo));
                    long freed = 0;
                    for (Going going : Keeping.forRoom(candidates, bytes, now)) {
                        // Those behind it come in their turn, after older ones of other packages.
                        if (!going.stored().usedAt().isAfter(upTo)
                                && removals.remove(tx, going, removals.cause())) {
                            freed += going.stored().pin().size();
                        }
                    }
                    return new Freed(freed, Optional.of(upTo));
                });
    }

    private static List<Stored> stored(Statements tx, String... ids) {
        return tx.rows(STORED, (Object) ids).stream().map(PackageSweep::stored).toList();
    }

    private static List<Stored> outside(Statements tx, Instant after, Instant upTo) {
        return tx.rows(OUTSIDE, after, upTo, OLDEST_AT_ONCE).stream()
                .map(PackageSweep::stored)
                .toList();
    }

    private static Stored stored(@Nullable Object[] row) {
        return new Stored(
                new FeedId(text(row[6])),
                new PackagePin(
                        new PackageId(text(row[0])),
                        new PackageVersion(text(row[1])),
                        new Sha512(text(row[2])),
                        ((Number) Objects.requireNonNull(row[3])).longValue()),
                (Instant) Objects.requireNonNull(row[4]),
                Boolean.TRUE.equals(row[5]));
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
