package stagecoach.local.launcher.bench.played;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Reads through the gateway what played machines are told to acquire, each with its own certificate
 * over a connection of its own, and keeps nothing of it.
 */
final class Pulls {
    private static final int BUFFER_BYTES = 1 << 16;

    private final URI bytes;
    private final double bytesASecondEach;
    private final AtomicLong read = new AtomicLong();

    /**
     * From the gateway's port for bytes.
     *
     * @param bytesASecondEach what the line of each machine lets through; 0 for all that comes
     */
    Pulls(URI bytes, double bytesASecondEach) {
        this.bytes = bytes;
        this.bytesASecondEach = bytesASecondEach;
    }

    /** Of all machines so far. */
    long bytesRead() {
        return read.get();
    }

    /** Reads a package to its end; for a virtual thread. */
    void read(Identity identity, Thumbprint pinned, Sha512 sha512)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(bytes.resolve("/packages/" + sha512.value())).GET().build();
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(identity.tls(PinnedTrust.exactly(pinned)))
                        .build()) {
            HttpResponse<InputStream> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
                    throw new IOException(
                            "the gateway answered %d to a read of a package"
                                    .formatted(answer.statusCode()));
                }
                drain(body);
            }
        }
    }

    private void drain(InputStream body) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long mine = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            read.addAndGet(count);
            mine += count;
            if (bytesASecondEach > 0) {
                long due = began + (long) (mine * 1e9 / bytesASecondEach);
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            }
        }
    }
}
