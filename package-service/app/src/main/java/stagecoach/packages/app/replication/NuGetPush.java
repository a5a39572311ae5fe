package stagecoach.packages.app.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.blob.FolderBlobStore;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.wire.StagecoachJson;

/**
 * Pushes packages to NuGet servers of others, by the third protocol: single tries. What such a
 * server holds is never read back; its length is enough here, and tentacles near to it tell when
 * the bytes are others.
 */
@Singleton
class NuGetPush {
    /** What a server answers is small; one that sends on and on is not listened to. */
    private static final BodyHandler<byte[]> BODY =
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), 4L << 20);

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final FolderBlobStore blobs;
    private final Paces paces;
    private final ReplicationConfig config;
    private final HttpClient client;

    NuGetPush(FolderBlobStore blobs, Paces paces, ReplicationConfig config, WayOut way) {
        this.blobs = blobs;
        this.paces = paces;
        this.config = config;
        this.client =
                way.applied(
                                HttpClient.newBuilder()
                                        .version(HttpClient.Version.HTTP_1_1)
                                        .followRedirects(HttpClient.Redirect.NEVER)
                                        .connectTimeout(config.connectMax()))
                        .build();
    }

    @PreDestroy
    void stop() {
        client.shutdownNow();
    }

    /** What a service index names. */
    private record Service(URI flat, URI publish) {}

    /** What lies under a package's name; the length is not always told. */
    private record Present(OptionalLong length) {
        boolean mayBe(PackagePin pin) {
            return length.isEmpty() || length.getAsLong() == pin.size();
        }
    }

    private record Talk(CacheRow row, CacheCredentials credentials, PackagePin pin) {
        URI index() {
            return URI.create(row.pushUrl);
        }

        String name() {
            return pin.id() + " " + pin.version();
        }
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
        var talk = new Talk(row, credentials, pin);
        Service service = service(talk);
        Optional<Present> present = present(talk, service);
        if (present.isPresent()) {
            if (!suspect && present.get().mayBe(pin)) {
                return 0;
            }
            delete(talk, service);
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

    private long sent(Talk talk, Service service, boolean suspect, FillWatch watch)
            throws CacheFailure, InterruptedException {
        int status = send(talk, service, watch);
        if (status == 409) {
            return onConflict(talk, service, suspect);
        }
        awaitVisible(talk, service, watch);
        return talk.pin().size();
    }

    /** Something is there under that name, whoever brought it, and shows itself soon. */
    private long onConflict(Talk talk, Service service, boolean suspect)
            throws CacheFailure, InterruptedException {
        if (suspect) {
            throw notReplaced(talk);
        }
        Optional<Present> present = present(talk, service);
        if (present.isEmpty()) {
            throw new CacheFailure(
                    true, "says that it has %s, and does not show it".formatted(talk.name()), null);
        }
        if (!present.get().mayBe(talk.pin())) {
            throw notReplaced(talk);
        }
        return 0;
    }

    private static CacheFailure notReplaced(Talk talk) {
        return new CacheFailure(
                false,
                "holds another package under the name of %s and does not let it be replaced; remove it there"
                        .formatted(talk.name()),
                null);
    }

    private void awaitVisible(Talk talk, Service service, FillWatch watch)
            throws CacheFailure, InterruptedException {
        long begunAt = System.nanoTime();
        while (true) {
            Optional<Present> present = present(talk, service);
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

    private Service service(Talk talk) throws CacheFailure, InterruptedException {
        HttpResponse<byte[]> answer = ask(talk, request(talk, talk.index()).GET());
        if (answer.statusCode() != 200) {
            throw refused(talk, answer.statusCode(), "its service index");
        }
        try {
            JsonNode resources = StagecoachJson.mapper().readTree(answer.body()).path("resources");
            return new Service(
                    resource(talk, resources, "PackageBaseAddress/3.0.0"),
                    resource(talk, resources, "PackagePublish/2.0.0"));
        } catch (JsonProcessingException e) {
            throw new CacheFailure(false, "has a service index that is no JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException("a document in memory cannot be read", e);
        }
    }

    private static URI resource(Talk talk, JsonNode resources, String type) throws CacheFailure {
        for (JsonNode resource : resources) {
            if (resource.path("@type").asText().equals(type)) {
                try {
                    URI found = talk.index().resolve(resource.path("@id").asText());
                    boolean secure = "https".equals(found.getScheme());
                    if (secure || talk.index().getScheme().equals(found.getScheme())) {
                        return found;
                    }
                } catch (IllegalArgumentException e) {
                    throw new CacheFailure(
                            false, "names no URL for %s in its service index".formatted(type), e);
                }
            }
        }
        throw new CacheFailure(
                false, "is no server to push to: its service index names no " + type, null);
    }

    private Optional<Present> present(Talk talk, Service service)
            throws CacheFailure, InterruptedException {
        String id = talk.pin().id().lower();
        String version = talk.pin().version().lower();
        URI at = within(service.flat(), "%s/%s/%s.%s.nupkg".formatted(id, version, id, version));
        HttpResponse<byte[]> head =
                ask(talk, request(talk, at).method("HEAD", BodyPublishers.noBody()));
        int status = head.statusCode();
        if (status == 200) {
            return Optional.of(new Present(head.headers().firstValueAsLong("Content-Length")));
        }
        if (REDIRECTS.contains(status)) {
            // It leads to where the bytes lie: they are there.
            return Optional.of(new Present(OptionalLong.empty()));
        }
        if (status == 404 || status == 410) {
            return Optional.empty();
        }
        throw refused(talk, status, "to a question for " + talk.name());
    }

    /** Makes room for the right bytes. Servers that only hide what is deleted tell at the push. */
    private void delete(Talk talk, Service service) throws CacheFailure, InterruptedException {
        URI at =
                within(service.publish(), "%s/%s".formatted(talk.pin().id(), talk.pin().version()));
        int status = ask(talk, withKey(talk, at, request(talk, at)).DELETE()).statusCode();
        if (TEMPORARY.contains(status)) {
            throw refused(talk, status, "to the removal of a wrong " + talk.name());
        }
        if (status / 100 != 2 && status != 404) {
            throw notReplaced(talk);
        }
    }

    /** What a server only hid when it was to delete it belongs to somebody: it is shown again. */
    private void listAgain(Talk talk, Service service) throws InterruptedException {
        URI at =
                within(service.publish(), "%s/%s".formatted(talk.pin().id(), talk.pin().version()));
        try {
            var _ = ask(talk, withKey(talk, at, request(talk, at)).POST(BodyPublishers.noBody()));
        } catch (CacheFailure e) {
            Log.warnf(
                    "A package of others may be hidden there now. cache=%s package=%s cause=%s",
                    talk.row().id, talk.name(), e.getMessage());
        }
    }

    private int send(Talk talk, Service service, FillWatch watch)
            throws CacheFailure, InterruptedException {
        var sent = new AtomicLong();
        String boundary = "stagecoach-" + UUID.randomUUID();
        HttpRequest.Builder request =
                withKey(talk, service.publish(), request(talk, service.publish()))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .timeout(config.longest(talk.pin().size()))
                        .PUT(body(talk, boundary, watch, sent));
        try {
            HttpResponse<byte[]> answer =
                    Transfers.await(
                            client.sendAsync(request.build(), BODY),
                            sent,
                            watch,
                            config.stallMax(),
                            config.longest(talk.pin().size()),
                            "does not take bytes");
            int status = answer.statusCode();
            if (status / 100 == 2 || status == 409) {
                return status;
            }
            throw refused(talk, status, "to a push of " + talk.name());
        } catch (ExecutionException e) {
            throw unreached(talk, Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private BodyPublisher body(Talk talk, String boundary, FillWatch watch, AtomicLong sent) {
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

    private HttpRequest.Builder request(Talk talk, URI at) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at).timeout(config.silenceMax());
        if (isOwn(talk, at)) {
            talk.credentials()
                    .authorization()
                    .ifPresent(own -> request.header("Authorization", own));
        }
        return request;
    }

    /** Servers may take pushes at another host; the key goes there as it does for any client. */
    private static HttpRequest.Builder withKey(Talk talk, URI at, HttpRequest.Builder request) {
        if (isOwn(talk, at) || "https".equals(at.getScheme())) {
            talk.credentials().apiKey().ifPresent(key -> request.header("X-NuGet-ApiKey", key));
        }
        return request;
    }

    private static boolean isOwn(Talk talk, URI at) {
        URI own = talk.index();
        return own.getScheme().equals(at.getScheme())
                && own.getHost().equalsIgnoreCase(at.getHost())
                && port(own) == port(at);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
    }

    private HttpResponse<byte[]> ask(Talk talk, HttpRequest.Builder request)
            throws CacheFailure, InterruptedException {
        // The client's own time limit ends with the headers, and a body may stall as well.
        var answer = client.sendAsync(request.build(), BODY);
        try {
            return answer.get(config.silenceMax().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CacheFailure(
                    true,
                    "did not finish an answer within %d s"
                            .formatted(config.silenceMax().toSeconds()),
                    e);
        } catch (ExecutionException e) {
            throw unreached(talk, Objects.requireNonNullElse(e.getCause(), e));
        } finally {
            answer.cancel(true);
        }
    }

    private static CacheFailure unreached(Talk talk, Throwable cause) {
        @Nullable String own = cause.getMessage();
        return new CacheFailure(
                true,
                "cannot be reached at %s: %s"
                        .formatted(
                                talk.index().getAuthority(),
                                own == null ? cause.getClass().getSimpleName() : own),
                cause);
    }

    private static CacheFailure refused(Talk talk, int status, String to) {
        String why =
                switch (status) {
                    case 401, 403 ->
                            "; put the cache again with credentials (apiKey, and username and password where it wants them) that may read and push";
                    case 413 -> "; it takes no package of so many bytes";
                    default -> "";
                };
        return new CacheFailure(
                TEMPORARY.contains(status),
                "%s answered %d %s%s".formatted(talk.index().getHost(), status, to, why),
                null);
    }

    private static URI within(URI folder, String path) {
        String base = folder.toString();
        return URI.create(base.endsWith("/") ? base + path : base + "/" + path);
    }
}
