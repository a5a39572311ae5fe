package stagecoach.packages.app.pull;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.packages.app.budget.Paces;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;

/**
 * Sends a part of a file piece by piece, as the budgets allow. A budget that is set or lifted in
 * the middle counts at once, which it could not if the system sent the file.
 */
final class PacedBody {
    private static final int PIECE_BYTES = 1 << 18;

    /** A cache that takes nothing for so long is gone; it comes back and goes on. */
    private static final Duration TAKEN_WITHIN = Duration.ofMinutes(1);

    private final Paces paces;
    private final CacheId cache;
    private final Optional<DeploymentId> deployment;

    PacedBody(Paces paces, CacheId cache, Optional<DeploymentId> deployment) {
        this.paces = paces;
        this.cache = cache;
        this.deployment = deployment;
    }

    /** Sends it and ends the response, on the calling thread. */
    void send(HttpServerResponse response, Path file, long from, long length)
            throws IOException, InterruptedException {
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, length)];
        try (FileChannel channel = FileChannel.open(file)) {
            long position = from;
            long left = length;
            while (left > 0) {
                long leave = paces.leave(cache, deployment, Math.min(piece.length, left));
                int count = channel.read(ByteBuffer.wrap(piece, 0, (int) leave), position);
                if (count < 0) {
                    throw new IOException("a stored package ends at " + position);
                }
                sent(response, Buffer.buffer(count).appendBytes(piece, 0, count));
                position += count;
                left -= count;
            }
        }
        response.end();
    }

    private static void sent(HttpServerResponse response, Buffer bytes)
            throws IOException, InterruptedException {
        try {
            response.write(bytes)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(TAKEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the cache takes nothing any more", e);
        }
    }
}
