package stagecoach.packages.feeds.protocol;

import java.io.ByteArrayOutputStream;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.vocabulary.packages.Sha512;

final class MemorySink implements PackageSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int restarts;

    byte[] bytes() {
        return bytes.toByteArray();
    }

    int restarts() {
        return restarts;
    }

    @Override
    public long size() {
        return bytes.size();
    }

    @Override
    public void write(byte[] content, int from, int length) {
        bytes.write(content, from, length);
    }

    @Override
    public void restart() {
        if (bytes.size() > 0) {
            restarts++;
        }
        bytes.reset();
    }

    @Override
    public Sha512 digest() {
        return Sha512.hashOf(bytes());
    }
}
