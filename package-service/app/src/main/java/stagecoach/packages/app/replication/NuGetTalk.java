package stagecoach.packages.app.replication;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.NuGetRefusals.Question;
import stagecoach.packages.feeds.protocol.ResourceTypes;
import stagecoach.packages.feeds.transport.NamedServers;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.ServerUrl;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.wire.StagecoachJson;

/** Single requests to a NuGet server of others about one package, by the third protocol. */
final class NuGetTalk {
    private static final int REDIRECTS_MAX = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /** What a server answers is small; one that sends on and on is not listened to. */
    private static final BodyHandler<byte[]> BODY =
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), 4L << 20);

    private final CacheRow row;
    private final CacheCredentials credentials;
    private final PackagePin pin;
    private final NamedServers servers;
    private final ReplicationConfig config;

    NuGetTalk(
            CacheRow row,
            CacheCredentials credentials,
            PackagePin pin,
            NamedServers servers,
            ReplicationConfig config) {
        this.row = row;
        this.credentials = credentials;
        this.pin = pin;
        this.servers = servers;
        this.config = config;
    }

    /**
     * What a service index names.
     *
     * @param own whether the index was found at the server itself; what another names for its place
     *     is not shown the key
     */
    record Service(URI flat, URI publish, boolean own) {}

    /** What lies under a package's name; the length is not always told. */
    record Present(OptionalLong length) {
        boolean mayBe(PackagePin pin) {
            return length.isEmpty() || length.getAsLong() == pin.size();
        }
    }

    CacheRow row() {
        return row;
    }

    PackagePin pin() {
        return pin;
    }

    private URI index() {
        return URI.create(row.pushUrl);
    }

    /** The package, for people. */
    String name() {
        return pin.id() + " " + pin.version();
    }

    /** Where things are at this server, or where that leads to. */
    Service service() throws CacheFailure, InterruptedException {
        URI at = index();
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            URI asked = at;
            HttpResponse<byte[]> answer = ask(asked, request -> shown(asked, request).GET());
            if (!REDIRECTS.contains(answer.statusCode())) {
                return service(asked, answer);
            }
            at = led(asked, answer);
        }
        throw new CacheFailure(
                false,
                "redirects its service index more than %d times; correct the url"
                        .formatted(REDIRECTS_MAX),
                null);
    }

    private URI led(URI from, HttpResponse<?> redirect) throws CacheFailure {
        try {
            URI next =
                    redirect.headers()
                            .firstValue("Location")
                            .map(from::resolve)
                            .filter(ServerUrl::isWeb)
                            .orElseThrow(() -> new IllegalArgumentException("no URL of a server"));
            if (leavesTls(from, next)) {
                throw new CacheFailure(
                        false, "redirects from https to http, which is not followed", null);
            }
            refuseFurtherIn(next);
            return next;
        } catch (IllegalArgumentException e) {
            throw new CacheFailure(false, "redirects its service index to what is no URL", e);
        }
    }

    /** Who goes on from its own URL, by one that led there. */
    private boolean leavesTls(URI from, URI to) {
        return ServerUrl.leavesTls(index(), to) || ServerUrl.leavesTls(from, to);
    }

    private void refuseFurtherIn(URI led) throws CacheFailure {
        try {
            Optional<String> there = servers.furtherIn(index(), led);
            if (there.isPresent()) {
                throw new CacheFailure(
                        false,
                        "leads to %s, where it is not itself; that is not followed. If it may lead there, name the host in STAGECOACH_FEED_INNER_HOSTS"
                                .formatted(there.get()),
                        null);
            }
        } catch (UnknownHostException e) {
            throw unreached(led, e);
        }
    }

    /**
     * What an index names.
     *
     * @param found where it was found, from where its relative addresses lead on
     */
    private Service service(URI found, HttpResponse<byte[]> answer) throws CacheFailure {
        if (answer.statusCode() != 200) {
            throw refused(found, answer, Question.INDEX);
        }
        try {
            JsonNode resources = StagecoachJson.mapper().readTree(answer.body()).path("resources");
            return new Service(
                    resource(found, resources, "PackageBaseAddress/3.0.0"),
                    resource(found, resources, "PackagePublish/2.0.0"),
                    isOwn(found));
        } catch (JsonProcessingException e) {
            throw new CacheFailure(
                    false,
                    "answers with no JSON where its service index is to be; put the cache again with the url of its NuGet v3 service index. A server that speaks only NuGet v2 has none and cannot be a cache",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("a document in memory cannot be read", e);
        }
    }

    private URI resource(URI from, JsonNode resources, String type) throws CacheFailure {
        for (JsonNode resource : resources) {
            if (ResourceTypes.hold(resource.path("@type"), type)) {
                try {
                    URI found = from.resolve(resource.path("@id").asText());
                    if (ServerUrl.isWeb(found) && !leavesTls(from, found)) {
                        refuseFurtherIn(found);
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

    /** What lies there under the package's name, if anything does. */
    Optional<Present> present(Service service) throws CacheFailure, InterruptedException {
        String id = pin.id().lower();
        String version = pin.version().lower();
        URI at = within(service.flat(), "%s/%s/%s.%s.nupkg".formatted(id, version, id, version));
        HttpResponse<byte[]> head =
                ask(at, request -> shown(at, request).method("HEAD", BodyPublishers.noBody()));
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
        throw refused(at, head, Question.LOOK);
    }

    /**
     * Asks it to delete the package.
     *
     * @return whether it is not there any more, or is only hidden; otherwise it must stay
     */
    boolean delete(Service service) throws CacheFailure, InterruptedException {
        URI at = entry(service);
        HttpResponse<?> answer =
                ask(at, request -> withKey(service, at, shown(at, request)).DELETE());
        int status = answer.statusCode();
        if (NuGetRefusals.isTemporary(status)) {
            throw refused(at, answer, Question.REMOVAL);
        }
        return status / 100 == 2 || status == 404;
    }

    /** Asks it to show again what it has only hidden. */
    void listAgain(Service service) throws CacheFailure, InterruptedException {
        URI at = entry(service);
        var _ =
                ask(
                        at,
                        request ->
                                withKey(service, at, shown(at, request))
                                        .POST(BodyPublishers.noBody()));
    }

    private URI entry(Service service) {
        return within(service.publish(), "%s/%s".formatted(pin.id(), pin.version()));
    }

    /** Waits for the end of a request that is under way. */
    @FunctionalInterface
    interface Awaited {
        HttpResponse<byte[]> end(Future<HttpResponse<byte[]>> request)
                throws CacheFailure, InterruptedException, ExecutionException;
    }

    /**
     * Pushes.
     *
     * @param first whether it is to say before any byte of the body that it wants it: what it says
     *     instead then reaches us, also if it hangs up
     * @param push adds the body; it may be asked for once per address
     * @return 409 if something is there already
     * @throws CacheFailure.Declined if it took nothing: it is asked too much, or does not know how
     *     to be asked first
     * @throws CacheFailure.Erred if it failed at it; behind any other failure that is temporary it
     *     may be at work on the package still
     */
    int push(
            Service service,
            boolean first,
            UnaryOperator<HttpRequest.Builder> push,
            Awaited awaited)
            throws CacheFailure, InterruptedException {
        URI at = service.publish();
        HttpResponse<?> answer =
                asked(
                        at,
                        request ->
                                push.apply(
                                        withKey(service, at, shown(at, request))
                                                .expectContinue(first)
                                                .timeout(config.longest(pin.size()))),
                        awaited);
        int status = answer.statusCode();
        if (status / 100 == 2 || status == 409) {
            return status;
        }
        CacheFailure refused = refused(at, answer, Question.PUSH);
        throw switch (status) {
            case 417, 429 -> new CacheFailure.Declined(refused.reason(), refused.after());
            case 500 -> new CacheFailure.Erred(refused.reason(), refused.after());
            default -> refused;
        };
    }

    private HttpResponse<byte[]> ask(URI at, UnaryOperator<HttpRequest.Builder> question)
            throws CacheFailure, InterruptedException {
        return asked(
                at,
                request -> question.apply(request.timeout(config.silenceMax())),
                // The client's own time limit ends with the headers, and a body may stall as well.
                answer -> {
                    try {
                        return answer.get(config.silenceMax().toMillis(), TimeUnit.MILLISECONDS);
                    } catch (TimeoutException e) {
                        throw new CacheFailure(
                                true,
                                "did not finish an answer within %d s"
                                        .formatted(config.silenceMax().toSeconds()),
                                e);
                    }
                });
    }

    private HttpResponse<byte[]> asked(
            URI at, UnaryOperator<HttpRequest.Builder> question, Awaited awaited)
            throws CacheFailure, InterruptedException {
        try {
            return servers.ask(
                    at, (client, request) -> end(client, question.apply(request), awaited));
        } catch (IOException e) {
            throw unreached(at, e);
        }
    }

    private static HttpResponse<byte[]> end(
            HttpClient client, HttpRequest.Builder request, Awaited awaited)
            throws CacheFailure, IOException, InterruptedException {
        var answer = client.sendAsync(request.build(), BODY);
        try {
            return awaited.end(answer);
        } catch (ExecutionException e) {
            Throwable cause = ServerAddresses.blamed(Objects.requireNonNullElse(e.getCause(), e));
            throw cause instanceof IOException failed
                    ? failed
                    : new IOException(String.valueOf(cause), e);
        } finally {
            answer.cancel(true);
        }
    }

    private HttpRequest.Builder shown(URI at, HttpRequest.Builder request) {
        if (isOwn(at)) {
            credentials.authorization().ifPresent(own -> request.header("Authorization", own));
        }
        return request;
    }

    /** Servers may take pushes at another host; the key goes there as it does for any client. */
    private HttpRequest.Builder withKey(Service service, URI at, HttpRequest.Builder request) {
        if (isOwn(at) || (service.own() && ServerUrl.isSecure(at))) {
            credentials.apiKey().ifPresent(key -> request.header("X-NuGet-ApiKey", key));
        }
        return request;
    }

    private boolean isOwn(URI at) {
        return ServerUrl.isSameServer(index(), at);
    }

    private CacheFailure unreached(URI at, Throwable cause) {
        @Nullable String own = cause.getMessage();
        return new CacheFailure(
                true,
                "cannot be reached at %s: %s"
                        .formatted(
                                at.getAuthority(),
                                servers.onTheWay(
                                        at, own == null ? cause.getClass().getSimpleName() : own)),
                cause);
    }

    private CacheFailure refused(URI at, HttpResponse<?> answer, Question question) {
        return new NuGetRefusals(index(), name(), servers, config.askedMax())
                .of(at, answer, question);
    }

    private static URI within(URI folder, String path) {
        String base = folder.toString();
        return URI.create(base.endsWith("/") ? base + path : base + "/" + path);
    }
}
