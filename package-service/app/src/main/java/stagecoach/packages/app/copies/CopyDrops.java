package stagecoach.packages.app.copies;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.util.Optional;
import stagecoach.contracts.packages.PackageEvent.PackageDropped;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.copies.CopyTable.Dropped;
import stagecoach.packages.app.keeping.Removals;
import stagecoach.packages.app.replication.CacheContents;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Has a cache drop one package. It is marked first, so that nobody is sent there for it; then the
 * cache drops it, unless it was ordered meanwhile; then it is forgotten here. Killed anywhere in
 * between it is done again by {@link CopySweep}, and any number of pods may do it at once.
 */
@Singleton
class CopyDrops {
    private final UnitOfWork unitOfWork;
    private final CacheContents contents;
    private final CopyTable copies;
    private final FolderDrops folders;
    private final Removals removals;

    CopyDrops(
            UnitOfWork unitOfWork,
            CacheContents contents,
            CopyTable copies,
            FolderDrops folders,
            Removals removals) {
        this.unitOfWork = unitOfWork;
        this.contents = contents;
        this.copies = copies;
        this.folders = folders;
        this.removals = removals;
    }

    /** Removes it where it lies; whether it is not there any more. */
    @FunctionalInterface
    private interface Removal {
        boolean done() throws CacheAway, InterruptedException;
    }

    /** Whether it is gone now; if not, somebody needs it. */
    boolean drop(CacheRow cache, PackagePin pin, Dropped why)
            throws CacheAway, InterruptedException {
        return switch (cache.kind()) {
            case STAGECOACH -> {
                // Asked before it is marked: whoever leases it behind the mark orders it later
                // than this.
                Optional<String> lastOrder = contents.lastOrder(cache, pin.sha512());
                yield lastOrder.isPresent()
                        && drop(
                                cache,
                                pin,
                                why,
                                () -> contents.drop(cache, pin.sha512(), lastOrder.get()));
            }
            case FOLDER -> drop(cache, pin, why, () -> folders.drop(cache, pin.sha512()));
            // What others serve is theirs to keep or to remove.
            case NUGET -> false;
        };
    }

    private boolean drop(CacheRow cache, PackagePin pin, Dropped why, Removal removal)
            throws CacheAway, InterruptedException {
        var id = new CacheId(cache.id);
        if (!unitOfWork.run(tx -> copies.mark(tx, id, pin.sha512(), why)) || !removal.done()) {
            unitOfWork.execute(tx -> copies.unmark(tx, id, pin.sha512()));
            return false;
        }
        unitOfWork.execute(
                tx -> {
                    if (copies.dropped(tx, id, pin.sha512())) {
                        removals.tell(tx, new PackageDropped(pin, id, why.why(), why.reason()));
                    }
                });
        Log.infof(
                "A cache dropped a package: %s. cache=%s id=%s version=%s sha512=%s",
                why.reason(), cache.id, pin.id(), pin.version(), pin.sha512());
        return true;
    }
}
