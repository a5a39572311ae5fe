package stagecoach.packages.app.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.BlobWriter;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A download on its way into the store. Where its digest is known beforehand what came stays until
 * the next try, also over a restart, unless the disk is full; else nothing of it stays that is not
 * kept.
 */
final class StoreSink implements PackageSink, Closeable {
    private final BlobStore store;
    private BlobWriter bytes;
    private boolean ended;
    private boolean kept;

    StoreSink(BlobStore store) throws IOException {
        this.store = store;
        this.bytes = store.draft();
    }

    @Override
    public void expect(Sha512 expected) throws IOException {
        // Whoever else has a download of these bytes open goes on with it, and we begin our own.
        Optional<PartialBlob> begun = store.partial(expected);
        if (begun.isPresent()) {
            bytes.close();
            bytes = begun.get();
            begun.get().prepare();
        }
    }

    @Override
    public void announce(long size) throws IOException {
        try {
            DiskFullException.check(size - bytes.size(), store.room());
        } catch (DiskFullException full) {
            dropped();
            throw full;
        }
    }

    @Override
    public long size() throws IOException {
        return bytes.size();
    }

    @Override
    public void write(byte[] content, int from, int length) throws IOException {
        try {
            bytes.write(content, from, length);
        } catch (DiskFullException full) {
            dropped();
            throw full;
        }
    }

    /** Sees to it that {@link #keep} is quick, before a lock is held. */
    void flush() throws IOException {
        try {
            bytes.flush();
        } catch (DiskFullException full) {
            dropped();
            throw full;
        }
    }

    /** What came would keep the disk full, for this package and for all others. */
    private void dropped() throws IOException {
        switch (bytes) {
            case BlobDraft _ -> {} // It goes when it is closed.
            case PartialBlob partial -> partial.discard();
        }
    }

    @Override
    public void restart() throws IOException {
        if (bytes.size() > 0 || ended) {
            switch (bytes) {
                case BlobDraft draft -> {
                    draft.close();
                    bytes = store.draft();
                }
                case PartialBlob partial -> partial.discard();
            }
            ended = false;
        }
    }

    @Override
    public Sha512 digest() throws IOException {
        ended = true;
        return bytes.seal();
    }

    /** What came. */
    BlobWriter bytes() {
        return bytes;
    }

    /**
     * Puts it into the store; once more it is only looked at, for a transaction that runs again.
     */
    void keep() throws IOException {
        if (!kept) {
            switch (bytes) {
                case BlobDraft draft -> draft.keep();
                case PartialBlob partial -> completed(partial);
            }
            kept = true;
        } else if (!store.has(digest())) {
            throw new IOException("The bytes went while the package was being named.");
        }
    }

    private static void completed(PartialBlob partial) throws IOException {
        switch (partial.complete()) {
            case PutOutcome.Stored _ -> {}
            case PutOutcome.Mismatch(Sha512 actual, long size) ->
                    throw new IOException(
                            "The disk has changed a download of %d bytes: it is %s now."
                                    .formatted(size, actual));
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
