package stagecoach.packages.app.replication;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Writes packages into folders of distributed file systems: single tries. A mount that hangs takes
 * a thread of its own with it, and no other.
 */
@Singleton
class FolderPush {
    private final BlobStore blobs;
    private final StoreCheck store;
    private final Paces paces;
    private final ReplicationConfig config;
    private final ExecutorService writing =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().name("folder-push-", 0).daemon().factory());

    FolderPush(BlobStore blobs, StoreCheck store, Paces paces, ReplicationConfig config) {
        this.blobs = blobs;
        this.store = store;
        this.paces = paces;
        this.config = config;
    }

    @PreDestroy
    void stop() {
        writing.shutdownNow();
    }

    /**
     * Sees to it that a package lies in a cache's folder.
     *
     * @param afresh whether to write it even if it seems to be there
     * @return how many bytes were written; 0 if it was there
     */
    long push(CacheRow row, PackagePin pin, boolean afresh, FillWatch watch)
            throws CacheFailure, InterruptedException {
        Path root = Path.of(FolderAddress.path(row.pushUrl));
        var written = new AtomicLong();
        Future<Boolean> work =
                writing.submit(
                        () ->
                                new SharedFolder(root)
                                        .put(
                                                blobs,
                                                pin,
                                                afresh,
                                                bytes -> paced(row, watch, bytes, written)));
        try {
            return Transfers.await(
                            work,
                            written,
                            watch,
                            config.stallMax(),
                            "does not take bytes at %s; is its file system there?".formatted(root))
                    ? pin.size()
                    : 0;
        } catch (ExecutionException e) {
            throw failure(Objects.requireNonNull(e.getCause()), pin, root);
        } finally {
            work.cancel(true);
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
            case SharedFolder.NotUsable unusable ->
                    new CacheFailure(true, String.valueOf(unusable.getMessage()), unusable);
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
