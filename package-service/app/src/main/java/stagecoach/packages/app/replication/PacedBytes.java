package stagecoach.packages.app.replication;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.packages.app.budget.Paces;

/**
 * A file for an HTTP client to send, as fast as the budgets allow. It waits on a thread of its own,
 * since the client's are few.
 */
final class PacedBytes implements Publisher<ByteBuffer> {
    private static final int PIECE_BYTES = 1 << 16;

    private final Path file;
    private final Paces.Leave leave;
    private final AtomicLong sent;

    /**
     * Sends {@code file}.
     *
     * @param sent counts what went
     */
    PacedBytes(Path file, Paces.Leave leave, AtomicLong sent) {
        this.file = file;
        this.leave = leave;
        this.sent = sent;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> client) {
        var wanted = new Semaphore(0);
        Thread sender =
                Thread.ofVirtual().name("paced-bytes").unstarted(() -> send(client, wanted));
        client.onSubscribe(
                new Subscription() {
                    @Override
                    public void request(long pieces) {
                        wanted.release((int) Math.min(pieces, 1024));
                    }

                    @Override
                    public void cancel() {
                        sender.interrupt();
                    }
                });
        sender.start();
    }

    private void send(Subscriber<? super ByteBuffer> client, Semaphore wanted) {
        try (InputStream body = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                send(client, wanted, ByteBuffer.wrap(piece, 0, count));
            }
            client.onComplete();
        } catch (IOException | RuntimeException e) {
            client.onError(e);
        } catch (InterruptedException e) {
            // The client wants no more.
            Thread.currentThread().interrupt();
        }
    }

    private void send(Subscriber<? super ByteBuffer> client, Semaphore wanted, ByteBuffer bytes)
            throws InterruptedException {
        while (bytes.hasRemaining()) {
            wanted.acquire();
            int count = (int) leave.of(bytes.remaining());
            byte[] now = new byte[count];
            bytes.get(now);
            sent.addAndGet(count);
            client.onNext(ByteBuffer.wrap(now));
        }
    }
}
