package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.io.InputStream;

/** Reads no more of a body than has leave to come; what has, and did not come, may come later. */
public final class PacedReads {
    private final InputStream body;
    private final Passage passage;
    private long granted;

    /** Reads {@code body}. */
    public PacedReads(InputStream body, Passage passage) {
        this.body = body;
        this.passage = passage;
    }

    /** Returns when some bytes may come; for how long that took, in nanoseconds. */
    public long await(int most) throws InterruptedException {
        if (granted > 0) {
            return 0;
        }
        long since = System.nanoTime();
        granted = passage.leave(most);
        return System.nanoTime() - since;
    }

    /** Reads some of those that may come; -1 at the end. */
    public int read(byte[] buffer) throws IOException {
        int count = body.read(buffer, 0, (int) Math.min(granted, buffer.length));
        granted -= Math.max(0, count);
        return count;
    }
}
