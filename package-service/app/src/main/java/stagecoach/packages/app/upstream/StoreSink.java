package stagecoach.packages.app.upstream;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.vocabulary.packages.Sha512;

/** A download on its way into the store; nothing of it stays unless it is kept. */
final class StoreSink implements PackageSink, Closeable {
    private final BlobStore store;
    private BlobDraft draft;
    private @Nullable Sha512 digest;
    private boolean kept;

    StoreSink(BlobStore store) throws IOException {
        this.store = store;
        this.draft = store.draft();
    }

    @Override
    public long size() throws IOException {
        return draft.size();
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        draft.write(bytes, from, length);
    }

    @Override
    public void restart() throws IOException {
        if (draft.size() > 0 || digest != null) {
            draft.close();
            draft = store.draft();
            digest = null;
        }
    }

    @Override
    public Sha512 digest() throws IOException {
        Sha512 known = digest;
        if (known == null) {
            known = draft.seal();
            digest = known;
        }
        return known;
    }

    /** What came. */
    BlobDraft draft() {
        return draft;
    }

    /**
     * Puts it into the store; once more it is only looked at, for a transaction that runs again.
     */
    void keep() throws IOException {
        if (!kept) {
            draft.keep();
            kept = true;
        } else if (!store.has(digest())) {
            throw new IOException("The bytes went while the package was being named.");
        }
    }

    @Override
    public void close() throws IOException {
        draft.close();
    }
}
