package stagecoach.packages.app.replication;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A package for an HTTP client to send, as fast as the budgets allow. It waits on a thread of its
 * own, since the client's are few.
 */
final class PacedBytes implements Publisher<ByteBuffer> {
    private static final int PIECE_BYTES = 1 << 16;

    private final BlobStore blobs;
    private final Sha512 sha512;
    private final Paces.Leave leave;
    private final AtomicLong sent;

    /**
     * Sends what {@code blobs} holds of that digest.
     *
     * @param sent counts what went
     */
    PacedBytes(BlobStore blobs, Sha512 sha512, Paces.Leave leave, AtomicLong sent) {
        this.blobs = blobs;
        this.sha512 = sha512;
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
        try (InputStream body =
                blobs.read(sha512, 0, Long.MAX_VALUE)
                        .orElseThrow(() -> new IOException("the store has lost " + sha512))) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                send(client, wanted, ByteBuffer.wrap(piece, 0, count));
            }
            client.onComplete();
        } catch (InterruptedException | ClosedByInterruptException e) {
            // The client wants no more, be it while this waits or while it reads.
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            client.onError(e);
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
