package stagecoach.packages.app.copies;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.CacheContents;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.app.transfer.Rescuer;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.trust.NativeCrypto;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/** Gets back from caches what the central store has lost. */
@Singleton
class Rescue implements Rescuer {
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final int WAITS_MAX = 7200;

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final CacheContents contents;
    private final CopyTable copies;
    private final PackageStore blobs;

    Rescue(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            CacheContents contents,
            CopyTable copies,
            PackageStore blobs) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.contents = contents;
        this.copies = copies;
        this.blobs = blobs;
    }

    @Override
    public Rescued rescue(PackagePin pin) throws IOException, InterruptedException {
        List<String> reasons = new ArrayList<>();
        for (CacheId cache : unitOfWork.run(tx -> copies.holders(tx, pin.sha512()))) {
            Optional<CacheRow> row = unitOfWork.run(tx -> caches.find(tx, cache));
            if (row.isPresent()) {
                Optional<String> problem = from(row.get(), pin);
                if (problem.isEmpty()) {
                    Log.warnf(
                            "A package was got back from a cache. cache=%s id=%s version=%s sha512=%s",
                            cache, pin.id(), pin.version(), pin.sha512());
                    return new Rescued.From(cache);
                }
                reasons.add("cache %s %s".formatted(cache, problem.get()));
            }
        }
        return new Rescued.ByNobody(
                reasons.isEmpty() ? "no cache holds it" : String.join("; ", reasons));
    }

    private Optional<String> from(CacheRow cache, PackagePin pin)
            throws IOException, InterruptedException {
        boolean _ = NativeCrypto.installFor(pin.size());
        Optional<PartialBlob> taken = blobs.partial(pin.sha512());
        for (int waited = 0; taken.isEmpty(); waited++) {
            if (waited == WAITS_MAX) {
                return Optional.of("is being read by another process of this server");
            }
            // Whoever reads it finishes it, or leaves it.
            Thread.sleep(WAIT);
            if (blobs.has(pin.sha512())) {
                return Optional.empty();
            }
            taken = blobs.partial(pin.sha512());
        }
        try (PartialBlob partial = taken.get()) {
            return into(partial, cache, pin);
        } catch (CacheAway e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Goes on behind what came before it was cut off, from whomever; its digest will tell. */
    private Optional<String> into(PartialBlob partial, CacheRow cache, PackagePin pin)
            throws CacheAway, IOException, InterruptedException {
        if (partial.size() > pin.size()) {
            partial.discard();
        }
        // No cache waits while gigabytes of earlier tries are read.
        partial.prepare();
        boolean resumed = partial.size() > 0;
        if (!read(cache, pin, partial)) {
            return Optional.of("does not hold it");
        }
        PutOutcome outcome = partial.complete();
        if (resumed && outcome instanceof PutOutcome.Mismatch) {
            // From the beginning: for what others left here this cache must not be blamed.
            if (!read(cache, pin, partial)) {
                return Optional.of("does not hold it");
            }
            outcome = partial.complete();
        }
        return switch (outcome) {
            case PutOutcome.Stored _ -> Optional.empty();
            case PutOutcome.Mismatch _ -> {
                unitOfWork.execute(tx -> copies.suspect(tx, new CacheId(cache.id), pin.sha512()));
                yield Optional.of("has other bytes, too");
            }
        };
    }

    private boolean read(CacheRow cache, PackagePin pin, PartialBlob partial)
            throws CacheAway, IOException, InterruptedException {
        if (partial.size() == pin.size()) {
            return true;
        }
        try {
            return contents.read(cache, pin, partial);
        } catch (DiskFullException e) {
            // What came would keep the disk full.
            partial.discard();
            throw e;
        }
    }
}
