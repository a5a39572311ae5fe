package stagecoach.packages.feeds.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.vocabulary.packages.Sha512;

class MemorySink implements PackageSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int restarts;
    private boolean ended;

    /** For so many bytes there is room. */
    long room = Long.MAX_VALUE;

    byte[] bytes() {
        return bytes.toByteArray();
    }

    int restarts() {
        return restarts;
    }

    @Override
    public void announce(long size) throws IOException {
        if (size > room) {
            throw new IOException("no room for " + size);
        }
    }

    @Override
    public long size() {
        return bytes.size();
    }

    @Override
    public void write(byte[] content, int from, int length) {
        if (ended) {
            throw new IllegalStateException("after its digest was asked for nothing is added");
        }
        bytes.write(content, from, length);
    }

    @Override
    public void restart() {
        if (bytes.size() > 0) {
            restarts++;
        }
        bytes.reset();
        ended = false;
    }

    @Override
    public Sha512 digest() {
        ended = true;
        return Sha512.hashOf(bytes());
    }
}
