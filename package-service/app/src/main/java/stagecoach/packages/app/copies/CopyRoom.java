package stagecoach.packages.app.copies;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.copies.CopyTable.Dropped;
import stagecoach.packages.app.copies.CopyTable.Row;
import stagecoach.packages.app.replication.CacheContents;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.app.replication.Replicator;
import stagecoach.packages.keeping.Copy;
import stagecoach.packages.keeping.CopyKeeping;
import stagecoach.packages.keeping.CopyKeeping.Dropping;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/** Has a cache with a full disk drop what nobody needs, what was not used for longest first. */
@Singleton
class CopyRoom implements Replicator.Room {
    private final UnitOfWork unitOfWork;
    private final CacheContents contents;
    private final CopyTable copies;
    private final CopyDrops drops;
    private final Clock clock;

    /** Two that want room in one cache choose one after the other, else both choose the same. */
    private final Map<String, ReentrantLock> choosing = new ConcurrentHashMap<>();

    CopyRoom(
            UnitOfWork unitOfWork,
            CacheContents contents,
            CopyTable copies,
            CopyDrops drops,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.contents = contents;
        this.copies = copies;
        this.drops = drops;
        this.clock = clock;
    }

    @Override
    public Optional<String> make(CacheRow cache, long bytes) throws InterruptedException {
        ReentrantLock lock = choosing.computeIfAbsent(cache.id, _ -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            return made(cache, bytes);
        } catch (CacheAway e) {
            return Optional.of("it could not be asked to drop others: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private Optional<String> made(CacheRow cache, long bytes)
            throws CacheAway, InterruptedException {
        List<Row> rows = unitOfWork.run(tx -> copies.of(tx, new CacheId(cache.id)));
        if (rows.isEmpty()) {
            return Optional.of("nothing of ours is known to lie there, so that nothing can go");
        }
        Set<Sha512> held = new HashSet<>(contents.of(cache).held());
        List<Copy> present =
                rows.stream()
                        .map(Row::copy)
                        .filter(copy -> held.contains(copy.pin().sha512()))
                        .toList();
        long free = 0;
        for (Dropping going : CopyKeeping.forRoom(present, bytes, clock.instant())) {
            if (drops.drop(cache, going.copy().pin(), Dropped.of(going))) {
                free += going.copy().pin().size();
            }
        }
        return free >= bytes
                ? Optional.empty()
                : Optional.of(
                        "too little of what it holds can go: deployments that have not ended need it, or it was used within the last hour");
    }
}
