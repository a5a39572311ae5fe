package stagecoach.packages.app.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.BlobWriter;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A download on its way into the store. What came stays until the next try, also over a restart,
 * unless the disk is full or nobody could say which bytes these are: neither their digest is known
 * nor a strong ETag. Of all processes of one store one brings it; the others wait for it.
 */
final class StoreSink implements PackageSink, Closeable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final PackageStore store;
    private final String name;
    private final BooleanSupplier arrived;
    private BlobWriter bytes;
    private boolean ended;
    private boolean kept;

    /**
     * Nothing came yet.
     *
     * @param name of the package among all of all feeds
     * @param arrived whether another process has brought it meanwhile
     */
    StoreSink(PackageStore store, String name, BooleanSupplier arrived) throws IOException {
        this.store = store;
        this.name = name;
        this.arrived = arrived;
        this.bytes = store.draft();
    }

    /** Another process has brought it. */
    static final class ArrivedException extends IOException {
        private static final long serialVersionUID = 1L;

        ArrivedException() {
            super("another process has brought the package");
        }
    }

    @Override
    public void expect(Sha512 expected) throws IOException, InterruptedException {
        takeUp(() -> store.partial(expected));
    }

    @Override
    public void from(URI source) throws IOException, InterruptedException {
        takeUp(() -> store.partial(name + "\n" + source));
    }

    private interface Opening {
        Optional<PartialBlob> open() throws IOException;
    }

    /** Who has it open brings it, or leaves it to us as far as it came. */
    private void takeUp(Opening opening) throws IOException, InterruptedException {
        Optional<PartialBlob> ours = opening.open();
        while (ours.isEmpty()) {
            if (arrived.getAsBoolean()) {
                throw new ArrivedException();
            }
            Thread.sleep(LOOK_EVERY);
            ours = opening.open();
        }
        bytes.close();
        bytes = ours.get();
        if (arrived.getAsBoolean()) {
            ours.get().discard();
            throw new ArrivedException();
        }
        ours.get().prepare();
    }

    @Override
    public Optional<String> tag() {
        return switch (bytes) {
            case BlobDraft _ -> Optional.empty();
            case PartialBlob partial -> partial.tag();
        };
    }

    @Override
    public void tag(Optional<String> etag) throws IOException {
        switch (bytes) {
            case BlobDraft _ -> {} // Nobody goes on with it.
            case PartialBlob partial -> partial.tag(etag);
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
