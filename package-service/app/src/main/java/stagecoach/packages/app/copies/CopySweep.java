package stagecoach.packages.app.copies;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent.PackageDamaged;
import stagecoach.contracts.packages.PackageEvent.PackageDropped;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheKind;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.copies.CopyTable.Dropped;
import stagecoach.packages.app.copies.CopyTable.Row;
import stagecoach.packages.app.keeping.Removals;
import stagecoach.packages.app.keeping.RetentionSettings;
import stagecoach.packages.app.replication.CacheContents;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.app.replication.CacheContents.Holdings;
import stagecoach.packages.app.replication.ReplicationConfig;
import stagecoach.packages.keeping.Copy;
import stagecoach.packages.keeping.CopyKeeping;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Looks after what caches hold, every few minutes: has them drop what need not be there, and takes
 * note of what is not there any more. Any number of pods may do it at once.
 */
@Singleton
public class CopySweep {
    /** What was brought so recently may have come behind the look: the database's clock counts. */
    private static final Duration CLOCKS_APART_MAX = Duration.ofMinutes(1);

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final CacheContents contents;
    private final CopyTable copies;
    private final CopyDrops drops;
    private final FolderDrops folders;
    private final RetentionSettings settings;
    private final Removals removals;
    private final Clock clock;
    private final Rounds rounds;

    CopySweep(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            CacheContents contents,
            CopyTable copies,
            CopyDrops drops,
            FolderDrops folders,
            RetentionSettings settings,
            Removals removals,
            ReplicationConfig config,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.contents = contents;
        this.copies = copies;
        this.drops = drops;
        this.folders = folders;
        this.settings = settings;
        this.removals = removals;
        this.clock = clock;
        this.rounds = new Rounds("copy-sweep", config.lookAgain(), this::sweep);
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void sweep() {
        CachesKept kept = unitOfWork.run(settings::caches);
        for (CacheRow cache : unitOfWork.run(caches::all)) {
            if (rounds.isStopping()) {
                return;
            }
            switch (cache.kind()) {
                case STAGECOACH, FOLDER -> sweep(cache, kept, clock.instant());
                // What others serve is theirs to keep or to remove.
                case NUGET -> {}
            }
        }
    }

    /** Looks after a cache by these settings, as of {@code now}. */
    public void sweep(CacheRow cache, CachesKept kept, Instant now) {
        try {
            Instant seen = clock.instant().minus(CLOCKS_APART_MAX);
            if (cache.kind() == CacheKind.FOLDER) {
                folders.decide(cache);
            }
            Holdings holdings = contents.of(cache);
            sweep(cache, kept, now, seen, holdings);
        } catch (CacheAway e) {
            Log.debugf(e, "A cache cannot be looked at. cache=%s", cache.id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep(
            CacheRow cache, CachesKept kept, Instant now, Instant seen, Holdings holdings)
            throws CacheAway, InterruptedException {
        var id = new CacheId(cache.id);
        List<Row> rows = unitOfWork.run(tx -> copies.of(tx, id));
        Set<Sha512> held = new HashSet<>(holdings.held());
        Set<Sha512> damaged = new HashSet<>(holdings.damaged());
        Set<Sha512> unknown = new HashSet<>(held);
        for (Row row : rows) {
            Sha512 sha512 = row.copy().pin().sha512();
            unknown.remove(sha512);
            if (!held.contains(sha512)) {
                forget(id, row, seen, damaged.contains(sha512));
            } else if (row.dropping().isPresent()) {
                drops.drop(cache, row.copy().pin(), row.dropping().get());
            }
        }
        List<Copy> present =
                rows.stream()
                        .filter(row -> row.dropping().isEmpty())
                        .map(Row::copy)
                        .filter(copy -> held.contains(copy.pin().sha512()))
                        .toList();
        long missing = missing(holdings.room(), kept);
        for (CopyKeeping.Dropping going : CopyKeeping.going(present, kept, missing, now)) {
            if (drops.drop(cache, going.copy().pin(), Dropped.of(going))) {
                missing -= going.copy().pin().size();
            }
        }
        if (missing > 0) {
            Log.warnf(
                    "A cache has too little free disk, and nothing more may go: deployments that have not ended need it%s, or it was used within the last hour. cache=%s missing=%d",
                    kept.keepsReleased() ? ", kept releases have pinned it" : "",
                    cache.id,
                    missing);
        }
        // What nobody knows in a folder may be somebody else's, and what is cut off no package.
        Set<Sha512> believed =
                cache.kind() == CacheKind.FOLDER ? folders.whole(cache, unknown) : unknown;
        List<Sha512> nameless = unitOfWork.run(tx -> copies.adopt(tx, id, believed));
        if (cache.kind() == CacheKind.STAGECOACH) {
            for (Sha512 sha512 : nameless) {
                dropNameless(cache, sha512);
            }
        }
    }

    private static long missing(DiskRoom room, CachesKept kept) {
        return kept.freeDiskPercent().map(room::missing).orElse(0L);
    }

    /** It is not there any more. */
    private void forget(CacheId cache, Row row, Instant seen, boolean damaged) {
        PackagePin pin = row.copy().pin();
        unitOfWork.execute(
                tx -> {
                    if (!copies.absent(tx, cache, pin.sha512(), seen)) {
                        return;
                    }
                    if (damaged) {
                        removals.tell(tx, new PackageDamaged(pin, "cache " + cache));
                    } else {
                        Dropped why =
                                row.dropping()
                                        .orElse(
                                                new Dropped(
                                                        Why.GONE,
                                                        true,
                                                        "the cache does not hold it any more"));
                        removals.tell(tx, new PackageDropped(pin, cache, why.why(), why.reason()));
                    }
                });
    }

    /** Nobody knows what it is any more, so nobody can ask for it. */
    private void dropNameless(CacheRow cache, Sha512 sha512)
            throws CacheAway, InterruptedException {
        Optional<String> lastOrder = contents.lastOrder(cache, sha512);
        if (lastOrder.isPresent()
                && !unitOfWork.run(tx -> copies.needed(tx, sha512))
                && contents.drop(cache, sha512, lastOrder.get())) {
            Log.infof("A cache dropped what nobody knows. cache=%s sha512=%s", cache.id, sha512);
        }
    }
}
