package stagecoach.packages.server.ingest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Remembers when the storage itself failed: a zip library reports that and a damaged archive alike,
 * and only one of them is the sender's fault.
 */
final class WatchedChannel implements SeekableByteChannel {

    private final SeekableByteChannel channel;
    private @Nullable IOException failure;

    WatchedChannel(SeekableByteChannel channel) {
        this.channel = channel;
    }

    /** Throws what the storage threw, if it did. */
    void rethrowFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            return channel.read(into);
        } catch (IOException failed) {
            failure = failed;
            throw failed;
        }
    }

    /** Fills the buffer from that position on, as far as there are bytes, and flips it. */
    ByteBuffer readAt(long position, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        position(position);
        while (buffer.hasRemaining() && read(buffer) >= 0) {}
        return buffer.flip();
    }

    @Override
    public long position() throws IOException {
        return channel.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        channel.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new UnsupportedOperationException("A package is only read here.");
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new UnsupportedOperationException("A package is only read here.");
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
