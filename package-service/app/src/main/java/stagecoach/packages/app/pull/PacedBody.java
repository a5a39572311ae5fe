package stagecoach.packages.app.pull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import stagecoach.packages.app.budget.Paces;

/**
 * Sends a part of a file piece by piece, as the budgets allow. A budget that is set or lifted in
 * the middle counts at once, which it could not if the system sent the file.
 */
final class PacedBody {
    private static final int PIECE_BYTES = 1 << 18;

    private final Paces.Leave leave;

    PacedBody(Paces.Leave leave) {
        this.leave = leave;
    }

    /** Where it goes. */
    @FunctionalInterface
    interface Sink {
        /** Takes the first so many bytes of {@code piece} before it returns. */
        void take(byte[] piece, int count) throws IOException, InterruptedException;
    }

    /** Sends it on the calling thread. */
    void send(Path file, long from, long length, Sink sink)
            throws IOException, InterruptedException {
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, length)];
        try (FileChannel channel = FileChannel.open(file)) {
            long position = from;
            long left = length;
            while (left > 0) {
                long may = leave.of(Math.min(piece.length, left));
                int count = channel.read(ByteBuffer.wrap(piece, 0, (int) may), position);
                if (count < 0) {
                    throw new IOException("a stored package ends at " + position);
                }
                sink.take(piece, count);
                position += count;
                left -= count;
            }
        }
    }
}
