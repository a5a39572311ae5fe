package stagecoach.packages.app.nuget;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a push; remembers when it was the sender that failed and not our disk. */
final class Upload extends FilterInputStream {
    /** More than this is not waited for: the sender then finds its connection closed. */
    static final long DRAINED_MAX = 64L << 20;

    private boolean failed;

    Upload(InputStream body) {
        super(body);
    }

    boolean failed() {
        return failed;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        try {
            return super.read(into, from, length);
        } catch (IOException e) {
            failed = true;
            throw e;
        }
    }

    /**
     * Reads on to the end, within reason.
     *
     * @return whether it came to the end
     */
    boolean drain() throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = DRAINED_MAX;
        int count = read(buffer, 0, buffer.length);
        while (count >= 0 && left > 0) {
            left -= count;
            count = read(buffer, 0, buffer.length);
        }
        return count < 0;
    }
}
