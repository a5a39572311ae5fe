package stagecoach.packages.app.replication;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.catalog.Doubt;
import stagecoach.packages.app.mount.CacheFolders;
import stagecoach.packages.app.mount.SharedFolder;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/** Writes packages into folders of distributed file systems: single tries. */
@Singleton
class FolderPush {
    private final BlobStore blobs;
    private final StoreCheck store;
    private final Paces paces;
    private final CacheFolders folders;
    private final Mounts mounts;
    private final ReplicationConfig config;

    FolderPush(
            BlobStore blobs,
            StoreCheck store,
            Paces paces,
            CacheFolders folders,
            Mounts mounts,
            ReplicationConfig config) {
        this.blobs = blobs;
        this.store = store;
        this.paces = paces;
        this.folders = folders;
        this.mounts = mounts;
        this.config = config;
    }

    /**
     * Sees to it that a package lies in a cache's folder.
     *
     * @param doubt whether it must be read before it is believed, or be written anew
     * @return what was written
     */
    SharedFolder.Put push(CacheRow row, PackagePin pin, Doubt doubt, FillWatch watch)
            throws CacheFailure, InterruptedException {
        Path root = CacheFolders.rootOf(row);
        var work = new Work(row, owned(row, pin, root), pin, doubt, watch);
        try (Mounts.Stay<SharedFolder.Put> stay = mounts.begin(root, work::done)) {
            if (!work.looked.await(config.connectMax().toMillis(), TimeUnit.MILLISECONDS)) {
                throw away(new Mounts.Silent(root, null));
            }
            return Transfers.await(
                    stay.result(),
                    work.moved,
                    watch,
                    _ ->
                            new Transfers.Stall(
                                    config.stallMax(),
                                    "does not take bytes at %s; is its file system there?"
                                            .formatted(root)),
                    config.longest(pin.size()));
        } catch (Mounts.Silent e) {
            throw away(e);
        } catch (ExecutionException e) {
            CacheFailure failure = failure(Objects.requireNonNull(e.getCause()), pin, root);
            throw work.absent.get() ? failure.whereItIsAbsent() : failure;
        }
    }

    private SharedFolder owned(CacheRow row, PackagePin pin, Path root)
            throws CacheFailure, InterruptedException {
        try {
            return folders.owned(row, config.connectMax());
        } catch (Mounts.Silent e) {
            throw away(e);
        } catch (IOException e) {
            // Not even a mark has room.
            boolean full = DiskFullException.named(e) instanceof DiskFullException;
            throw failure(full ? new NoRoom(pin.size()) : e, pin, root);
        }
    }

    /** There is too little room behind the mount. */
    private static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1L;
        private final long bytesMissing;

        NoRoom(long bytesMissing) {
            super("too little room");
            this.bytesMissing = bytesMissing;
        }
    }

    private static CacheFailure away(Mounts.Silent silent) {
        return CacheFailure.away(String.valueOf(silent.getMessage()), silent);
    }

    /** What is done on a thread that a mount may keep. */
    private final class Work {
        private final CacheRow row;
        private final SharedFolder folder;
        private final PackagePin pin;
        private final Doubt doubt;
        private final FillWatch watch;
        private final CountDownLatch looked = new CountDownLatch(1);
        private final AtomicBoolean absent = new AtomicBoolean();
        private final AtomicLong moved = new AtomicLong();

        Work(CacheRow row, SharedFolder folder, PackagePin pin, Doubt doubt, FillWatch watch) {
            this.row = row;
            this.folder = folder;
            this.pin = pin;
            this.doubt = doubt;
            this.watch = watch;
        }

        /** Of what one machine tells the server looks itself, where it sees the folder. */
        private boolean isRight() throws IOException {
            return switch (doubt) {
                case NONE -> true;
                case TOLD -> folder.isIntact(pin, moved::addAndGet);
                case SURE -> false;
            };
        }

        /** What had to be written. */
        SharedFolder.Put done() throws IOException, InterruptedException {
            boolean held;
            try {
                held = folder.holds(pin);
                absent.set(!held);
            } finally {
                looked.countDown();
            }
            if (held && isRight()) {
                return SharedFolder.Put.NOTHING;
            }
            long missing = folder.missing(pin);
            if (missing > 0) {
                throw new NoRoom(missing);
            }
            try {
                return folder.put(blobs, pin, bytes -> paced(row, watch, bytes, moved));
            } catch (IOException e) {
                if (DiskFullException.named(e) instanceof DiskFullException) {
                    // Others have filled it meanwhile.
                    throw new NoRoom(Math.max(1, folder.missing(pin)));
                }
                throw e;
            }
        }
    }

    /** Waits until the budgets have let through what was written. */
    private void paced(CacheRow row, FillWatch watch, long bytes, AtomicLong written)
            throws InterruptedException {
        var cache = new CacheId(row.id);
        long left = bytes;
        while (left > 0) {
            long leave = paces.leave(cache, watch.alone(), left);
            written.addAndGet(leave);
            left -= leave;
        }
    }

    private CacheFailure failure(Throwable cause, PackagePin pin, Path root) {
        return switch (cause) {
            case SharedFolder.NotMounted unmounted ->
                    CacheFailure.away(String.valueOf(unmounted.getMessage()), unmounted);
            case SharedFolder.NotUsable unusable ->
                    new CacheFailure(false, String.valueOf(unusable.getMessage()), unusable);
            case NoRoom noRoom ->
                    CacheFailure.noRoom(
                            "has too little room at %s: %d bytes are missing for %d"
                                    .formatted(root, noRoom.bytesMissing, pin.size()),
                            noRoom.bytesMissing,
                            noRoom);
            case SharedFolder.OtherBytes other -> {
                store.doubt(pin.sha512());
                yield new CacheFailure(
                        false, "was not given what the store has: it is damaged", other);
            }
            case AccessDeniedException denied ->
                    new CacheFailure(
                            false,
                            "may not be written by this server's user: " + denied.getFile(),
                            denied);
            case IOException failed ->
                    new CacheFailure(
                            true,
                            "cannot be written at %s: %s".formatted(root, failed.getMessage()),
                            failed);
            default -> throw new IllegalStateException("a folder cache could not be filled", cause);
        };
    }
}
