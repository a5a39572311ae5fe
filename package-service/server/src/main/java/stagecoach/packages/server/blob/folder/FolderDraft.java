package stagecoach.packages.server.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.vocabulary.packages.Sha512;

/** A draft as a file, in the file system of its final place. */
final class FolderDraft implements BlobDraft {

    private final FolderBlobStore store;
    private final Path file;
    private final FileChannel channel;
    private final MessageDigest hasher = Sha512.hasher();
    private @Nullable Sha512 sealed;
    private long size;

    private FolderDraft(FolderBlobStore store, Path file, FileChannel channel) {
        this.store = store;
        this.file = file;
        this.channel = channel;
    }

    static FolderDraft begin(FolderBlobStore store, Path file) throws IOException {
        return new FolderDraft(
                store,
                file,
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (sealed != null) {
            throw new IllegalStateException("The draft is sealed.");
        }
        var buffer = ByteBuffer.wrap(bytes, from, length);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer, size + buffer.position() - from);
            }
        } catch (IOException e) {
            throw DiskFullException.named(e);
        }
        hasher.update(bytes, from, length);
        size += length;
    }

    @Override
    public Sha512 seal() {
        if (sealed == null) {
            sealed = Sha512.finish(hasher);
        }
        return sealed;
    }

    @Override
    public SeekableByteChannel open() throws IOException {
        if (sealed == null) {
            throw new IllegalStateException("The draft is still being written.");
        }
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    @Override
    public void flush() throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw DiskFullException.named(e);
        }
    }

    @Override
    public void keep() throws IOException {
        var digest = seal();
        flush();
        store.commit(file, digest);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
