package stagecoach.packages.app.replication;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.pull.StallWatch;
import stagecoach.vocabulary.packages.PackagePin;

/** Reads back over the line what a cache of our own kind holds; the caller verifies it. */
@Singleton
class CacheReads {
    private static final int BUFFER_BYTES = 1 << 18;

    private final CacheClients clients;
    private final ReplicationConfig config;
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("cache-reads").daemon().factory());

    CacheReads(CacheClients clients, ReplicationConfig config) {
        this.clients = clients;
        this.config = config;
    }

    @PreDestroy
    void stop() {
        clock.shutdownNow();
    }

    /**
     * Goes on behind what is there.
     *
     * @return whether all bytes are there; if not, the cache does not hold it
     * @throws IOException if our own disk fails
     */
    boolean read(CacheRow cache, PackagePin pin, PartialBlob into)
            throws CacheAway, IOException, InterruptedException {
        Optional<HttpResponse<InputStream>> opened;
        try {
            opened = clients.of(cache).read(pin.sha512(), into.size());
        } catch (CacheFailure e) {
            throw new CacheAway(e);
        }
        if (opened.isEmpty()) {
            return false;
        }
        try (InputStream body = opened.get().body();
                StallWatch watch = new StallWatch(body, config.silenceMax(), clock)) {
            begin(opened.get(), into);
            copy(
                    buffer -> {
                        int count = next(body, buffer, watch);
                        watch.heard();
                        return count;
                    },
                    pin,
                    into,
                    config.longest(pin.size()));
        }
        return true;
    }

    /** What is there stays only if the answer goes on behind it. */
    private static void begin(HttpResponse<InputStream> answer, PartialBlob into)
            throws CacheAway, IOException {
        if (answer.statusCode() == 200) {
            if (into.size() > 0) {
                into.discard();
            }
            return;
        }
        String goesOn = "bytes %d-".formatted(into.size());
        if (answer.headers()
                .firstValue("Content-Range")
                .filter(r -> r.startsWith(goesOn))
                .isEmpty()) {
            into.discard();
            throw new CacheAway("answered with another range than was asked for", null);
        }
    }

    /** The next bytes of a package; -1 behind its end. */
    @FunctionalInterface
    interface Bytes {
        int into(byte[] buffer) throws CacheAway, InterruptedException;
    }

    /**
     * Appends them up to their end, which must be that of the package.
     *
     * @param longest after so long it is left, however steadily they come: what came is kept
     */
    static void copy(Bytes body, PackagePin pin, PartialBlob into, Duration longest)
            throws CacheAway, IOException, InterruptedException {
        long begunAt = System.nanoTime();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = body.into(buffer); count >= 0; count = body.into(buffer)) {
            if (into.size() + count > pin.size()) {
                into.discard();
                throw new CacheAway("has more than %d bytes".formatted(pin.size()), null);
            }
            into.write(buffer, 0, count);
            if (into.size() < pin.size() && System.nanoTime() - begunAt > longest.toNanos()) {
                throw new CacheAway(
                        "was too slow: %d of %d bytes were here after %d s"
                                .formatted(into.size(), pin.size(), longest.toSeconds()),
                        null);
            }
        }
        if (into.size() < pin.size()) {
            throw new CacheAway(
                    "ended after %d of %d bytes".formatted(into.size(), pin.size()), null);
        }
    }

    private int next(InputStream body, byte[] buffer, StallWatch watch) throws CacheAway {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new CacheAway(
                    watch.stalled()
                            ? "was silent for %d s".formatted(config.silenceMax().toSeconds())
                            : "was cut off",
                    e);
        }
    }
}
