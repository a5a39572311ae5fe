package stagecoach.packages.app.pull;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.packages.app.budget.Paces;

/**
 * Sends a part of a package piece by piece, as the budgets allow. A budget that is set or lifted in
 * the middle counts at once, which it could not if the system sent a file.
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

    /** Sends so many bytes of it on the calling thread. */
    void send(InputStream content, long length, Sink sink)
            throws IOException, InterruptedException {
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, length)];
        long left = length;
        while (left > 0) {
            long may = leave.of(Math.min(piece.length, left));
            int count = content.read(piece, 0, (int) may);
            if (count < 0) {
                throw new IOException("a stored package ends %d bytes too early".formatted(left));
            }
            sink.take(piece, count);
            left -= count;
        }
    }

    /**
     * Waits until what was written has gone to the system. An event loop that has much to do sees
     * later than a thread that writes how much is on its way: whoever does not wait for each piece
     * fills the memory of this process with what others take slowly.
     *
     * @param within what has not gone by then is not wanted any more
     */
    static void awaitTaken(Future<Void> written, Duration within)
            throws IOException, InterruptedException {
        try {
            written.toCompletionStage()
                    .toCompletableFuture()
                    .get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the reader takes nothing any more", e);
        }
    }
}
