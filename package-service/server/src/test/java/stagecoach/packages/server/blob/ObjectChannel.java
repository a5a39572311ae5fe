package stagecoach.packages.server.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** Reads one object, a range for each look; for one thread at a time. */
final class ObjectChannel implements SeekableByteChannel {
    private final ObjectsInMemory objects;
    private final String key;
    private final ObjectsInMemory.Head head;
    private long position;
    private boolean closed;

    ObjectChannel(ObjectsInMemory objects, String key, ObjectsInMemory.Head head) {
        this.objects = objects;
        this.key = key;
        this.head = head;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        requireOpen();
        if (position >= head.size()) {
            return -1;
        }
        byte[] range = objects.get(key, head.tag(), position, into.remaining());
        into.put(range);
        position += range.length;
        return range.length;
    }

    @Override
    public long position() throws IOException {
        requireOpen();
        return position;
    }

    @Override
    public SeekableByteChannel position(long next) throws IOException {
        requireOpen();
        position = next;
        return this;
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return head.size();
    }

    @Override
    public int write(ByteBuffer from) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }
}
