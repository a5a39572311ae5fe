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
import stagecoach.packages.server.blob.PackageStore;
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

    /** Longer than any upgrade during which pods of before throw notes away. */
    private static final Duration NOTED_AGAIN = Duration.ofDays(1);

    private static final int IDS_AT_ONCE = 100;
    private static final int OLDEST_AT_ONCE = 200;

    private static final String OUTSIDE =
            """
            SELECT id, version, sha512, size, used_at, false, feed FROM first_seen f
            WHERE bytes_gone_at IS NULL AND used_at <= ?1
                AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = f.sha512)
            ORDER BY used_at LIMIT ?2""";

    /**
     * Of both, what was not used for the longest time. Any number may have been used last at the
     * same moment, so that the moment alone does not say where the last look ended.
     */
    private static final String OLDEST =
            """
            SELECT id, version, sha512, size, used_at, false, feed, id_key, name FROM (
                (SELECT *, 'built-in' AS feed FROM (
                    SELECT id, version, sha512, size, used_at, id_key,
                        'built-in ' || id_key || ' ' || version_key AS name FROM package) AS p
                WHERE %1$s)
                UNION ALL
                (SELECT * FROM (
                    SELECT id, version, sha512, size, used_at, id_key,
                        feed || ' ' || id_key || ' ' || version_key AS name, feed
                    FROM first_seen WHERE bytes_gone_at IS NULL) AS p
                WHERE %1$s)) AS both_kinds
            ORDER BY used_at, sha512, name LIMIT ?4"""
                    .formatted(
                            """
                            used_at >= CAST(?1 AS timestamptz)
                                AND (used_at, sha512, name)
                                    > (CAST(?1 AS timestamptz), CAST(?2 AS text), CAST(?3 AS text))
                                AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = p.sha512)
                            ORDER BY used_at, sha512, name LIMIT ?4""");

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
    private final PackageStore blobs;
    private final Clock clock;
    private final Rounds rounds = new Rounds("package-sweep", EVERY, this::sweep);

    PackageSweep(
            UnitOfWork unitOfWork,
            RetentionSettings settings,
            Removals removals,
            PackageStore blobs,
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
        removals.noteLetGo(now.minus(NOTED_AGAIN));
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
            List<Going> old = unitOfWork.run(tx -> Keeping.oldOutside(outside(tx, now), kept, now));
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
        Optional<Place> after = Optional.of(Place.START);
        while (missing > 0 && after.isPresent()) {
            Freed freed = free(missing, after.get(), now);
            missing -= freed.bytes();
            after = freed.next();
        }
    }

    /** Where one package stands among all, what was not used for the longest time being first. */
    private record Place(Instant usedAt, String sha512, String name) {
        static final Place START = new Place(Instant.EPOCH, "", "");

        static Place of(@Nullable Object[] oldest) {
            return new Place(
                    (Instant) Objects.requireNonNull(oldest[4]), text(oldest[2]), text(oldest[8]));
        }
    }

    /**
     * What was done of making room.
     *
     * @param next from where to look on; empty at the end
     */
    private record Freed(long bytes, Optional<Place> next) {}

    private Freed free(long bytes, Place after, Instant now) {
        return unitOfWork.run(
                tx -> {
                    if (!Boolean.TRUE.equals(tx.rows(ALONE).getFirst()[0])) {
                        return new Freed(0, Optional.empty());
                    }
                    List<@Nullable Object[]> oldest =
                            tx.rows(
                                    OLDEST,
                                    after.usedAt(),
                                    after.sha512(),
                                    after.name(),
                                    OLDEST_AT_ONCE);
                    if (oldest.isEmpty()) {
                        return new Freed(0, Optional.empty());
                    }
                    Place last = Place.of(oldest.getLast());
                    long freed = 0;
                    for (Going going : Keeping.forRoom(candidates(tx, oldest), bytes, now)) {
                        // Those behind it come in their turn, after older ones of other packages.
                        if (!going.stored().usedAt().isAfter(last.usedAt())
                                && removals.remove(tx, going, removals.cause())) {
                            freed += going.stored().pin().size();
                        }
                    }
                    return new Freed(freed, Optional.of(last));
                });
    }

    /** Of the built-in feed all versions of each package, since its newest stays. */
    private static List<Stored> candidates(Statements tx, List<@Nullable Object[]> oldest) {
        String builtIn = FeedId.BUILT_IN.value();
        String[] ids =
                oldest.stream()
                        .filter(row -> text(row[6]).equals(builtIn))
                        .map(row -> text(row[7]))
                        .distinct()
                        .toArray(String[]::new);
        List<Stored> candidates = new ArrayList<>(stored(tx, ids));
        oldest.stream()
                .filter(row -> !text(row[6]).equals(builtIn))
                .map(PackageSweep::stored)
                .forEach(candidates::add);
        return candidates;
    }

    private static List<Stored> stored(Statements tx, String... ids) {
        return tx.rows(STORED, (Object) ids).stream().map(PackageSweep::stored).toList();
    }

    private static List<Stored> outside(Statements tx, Instant upTo) {
        return tx.rows(OUTSIDE, upTo, OLDEST_AT_ONCE).stream().map(PackageSweep::stored).toList();
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
