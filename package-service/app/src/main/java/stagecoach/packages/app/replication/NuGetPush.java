package stagecoach.packages.app.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.NuGetTalk.Present;
import stagecoach.packages.app.replication.NuGetTalk.Service;
import stagecoach.packages.feeds.transport.NamedServers;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.blob.FolderBlobStore;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Pushes packages to NuGet servers of others, by the third protocol: single tries. What such a
 * server holds is never read back; its length is enough here, and tentacles near to it tell when
 * the bytes are others.
 */
@Singleton
class NuGetPush {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final FolderBlobStore blobs;
    private final Paces paces;
    private final ReplicationConfig config;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final NamedServers servers;

    NuGetPush(FolderBlobStore blobs, Paces paces, ReplicationConfig config, WayOut way) {
        this.blobs = blobs;
        this.paces = paces;
        this.config = config;
        this.servers = new NamedServers(way, config.connectMax(), threads);
    }

    @PreDestroy
    void stop() {
        servers.close();
        threads.shutdownNow();
    }

    /**
     * Sees to it that a server holds a package, as far as its length tells.
     *
     * @param suspect whether a tentacle got other bytes there, so that they are to be replaced
     * @return how many bytes were sent; 0 if it was there
     */
    long push(
            CacheRow row,
            CacheCredentials credentials,
            PackagePin pin,
            boolean suspect,
            FillWatch watch)
            throws CacheFailure, InterruptedException {
        var talk = new NuGetTalk(row, credentials, pin, servers, config);
        Service service = talk.service();
        Optional<Present> present = talk.present(service);
        if (present.isPresent()) {
            if (!suspect && present.get().mayBe(pin)) {
                return 0;
            }
            // Servers that only hide what is deleted tell at the push.
            if (!talk.delete(service)) {
                throw notReplaced(talk);
            }
        }
        try {
            return sent(talk, service, suspect, watch);
        } catch (CacheFailure e) {
            if (present.isPresent()) {
                listAgain(talk, service);
            }
            throw e.whereItIsAbsent();
        }
    }

    private long sent(NuGetTalk talk, Service service, boolean suspect, FillWatch watch)
            throws CacheFailure, InterruptedException {
        int status = send(talk, service, watch);
        if (status == 409) {
            return onConflict(talk, service, suspect);
        }
        awaitVisible(talk, service, watch);
        return talk.pin().size();
    }

    /** Something is there under that name, whoever brought it, and shows itself soon. */
    private static long onConflict(NuGetTalk talk, Service service, boolean suspect)
            throws CacheFailure, InterruptedException {
        if (suspect) {
            throw notReplaced(talk);
        }
        Optional<Present> present = talk.present(service);
        if (present.isEmpty()) {
            throw new CacheFailure(
                    true, "says that it has %s, and does not show it".formatted(talk.name()), null);
        }
        if (!present.get().mayBe(talk.pin())) {
            throw notReplaced(talk);
        }
        return 0;
    }

    private static CacheFailure notReplaced(NuGetTalk talk) {
        return new CacheFailure(
                false,
                "holds another package under the name of %s and does not let it be replaced; remove it there"
                        .formatted(talk.name()),
                null);
    }

    private void awaitVisible(NuGetTalk talk, Service service, FillWatch watch)
            throws CacheFailure, InterruptedException {
        long begunAt = System.nanoTime();
        while (true) {
            Optional<Present> present = talk.present(service);
            if (present.isPresent()) {
                if (present.get().mayBe(talk.pin())) {
                    return;
                }
                throw new CacheFailure(
                        true,
                        "shows %d bytes of %s instead of %d"
                                .formatted(
                                        present.get().length().orElse(0),
                                        talk.name(),
                                        talk.pin().size()),
                        null);
            }
            if (watch.abandoned()) {
                throw new CacheFailure(true, "nobody waits for it any more", null);
            }
            if (System.nanoTime() - begunAt > config.visibleMax().toNanos()) {
                throw new CacheFailure(
                        true,
                        "took %s and does not show it after %d s"
                                .formatted(talk.name(), config.visibleMax().toSeconds()),
                        null);
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** What a server only hid when it was to delete it belongs to somebody: it is shown again. */
    private static void listAgain(NuGetTalk talk, Service service) throws InterruptedException {
        try {
            talk.listAgain(service);
        } catch (CacheFailure e) {
            Log.warnf(
                    "A package of others may be hidden there now. cache=%s package=%s cause=%s",
                    talk.row().id, talk.name(), e.getMessage());
        }
    }

    private int send(NuGetTalk talk, Service service, FillWatch watch)
            throws CacheFailure, InterruptedException {
        var sent = new AtomicLong();
        String boundary = "stagecoach-" + UUID.randomUUID();
        return talk.push(
                service,
                request ->
                        request.header("Content-Type", "multipart/form-data; boundary=" + boundary)
                                .PUT(body(talk, boundary, watch, sent)),
                transfer ->
                        Transfers.await(
                                transfer,
                                sent,
                                watch,
                                config.stallMax(),
                                config.longest(talk.pin().size()),
                                "does not take bytes"));
    }

    private BodyPublisher body(NuGetTalk talk, String boundary, FillWatch watch, AtomicLong sent) {
        Path file = blobs.file(talk.pin().sha512());
        var cache = new CacheId(talk.row().id);
        String head =
                "--%s\r\nContent-Disposition: form-data; name=package; filename=package.nupkg\r\nContent-Type: application/octet-stream\r\n\r\n"
                        .formatted(boundary);
        return BodyPublishers.concat(
                BodyPublishers.ofString(head, UTF_8),
                BodyPublishers.fromPublisher(
                        new PacedBytes(file, most -> paces.leave(cache, watch.alone(), most), sent),
                        talk.pin().size()),
                BodyPublishers.ofString("\r\n--%s--\r\n".formatted(boundary), UTF_8));
    }
}
