package stagecoach.tentacle.packages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import stagecoach.tentacle.packages.PackageEndpoint.Header;
import stagecoach.trust.Identity;
import stagecoach.trust.InnerAddresses;
import stagecoach.trust.NamedTrust;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.ServerUrl;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.wire.StagecoachJson;

/**
 * Reads a package at a NuGet server: its service index says where, and the server may lead on to
 * another for the bytes, which is then not shown the credentials.
 */
final class NuGetRead implements PackageReader {
    private static final String FLAT = "PackageBaseAddress/3.0.0";
    private static final int INDEX_BYTES_MAX = 1 << 20;
    private static final int REDIRECTS_MAX = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> TEMPORARY = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final PackageEndpoint.NuGet endpoint;
    private final PackagePin pin;
    private final FetchRules rules;
    private final Supplier<Identity> identity;
    private final DownSources downs;
    private final Map<String, HttpClient> clients = new HashMap<>();

    private Duration connectMax;

    /** Whether somebody was at the address that came to no connection. */
    private boolean busy;

    /** Reads at the place that was found. */
    private @Nullable PackageDownload download;

    /**
     * @param connectMax how long the first connection may take to stand; one that is busy is given
     *     longer
     * @param downs knows the addresses of names
     */
    NuGetRead(
            PackageEndpoint.NuGet endpoint,
            PackagePin pin,
            FetchRules rules,
            Duration connectMax,
            Supplier<Identity> identity,
            DownSources downs) {
        this.endpoint = endpoint;
        this.pin = pin;
        this.rules = rules;
        this.connectMax = connectMax;
        this.identity = identity;
        this.downs = downs;
    }

    /** One for each server: TLS asks for it by its name, and so is its way found. */
    private HttpClient client(URI server) {
        return clients.computeIfAbsent(
                DownSources.server(server),
                _ -> {
                    var parameters = new SSLParameters();
                    ServerAddresses.name(parameters, server);
                    HttpClient.Builder builder =
                            downs.routes()
                                    .through(HttpClient.newBuilder(), server)
                                    .version(HttpClient.Version.HTTP_1_1)
                                    .followRedirects(HttpClient.Redirect.NEVER)
                                    .connectTimeout(connectMax)
                                    .sslParameters(parameters)
                                    .executor(Executors.newVirtualThreadPerTaskExecutor());
                    endpoint.trusted()
                            .map(pinned -> identity.get().tls(PinnedTrust.exactly(pinned)))
                            .or(() -> NamedTrust.contextFor(server))
                            .ifPresent(builder::sslContext);
                    return builder.build();
                });
    }

    /** It is not there, or not to be had, and what that means for the walk. */
    private static final class NotFound extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Try what;

        NotFound(Try what) {
            super(what.toString());
            this.what = what;
        }
    }

    @Override
    public Try go(FileChannel file, RunningDigest along, LongPredicate came)
            throws IOException, InterruptedException {
        if (download == null) {
            try {
                download = at(place());
            } catch (NotFound e) {
                return e.what;
            }
        }
        Try tried = download.go(file, along, came);
        if (tried instanceof Try.Interrupted) {
            // Where it led to may be good for a short while only.
            download.close();
            download = null;
        }
        return tried;
    }

    private PackageDownload at(URI place) {
        return new PackageDownload(
                new PackageEndpoint.Web(
                        endpoint.label(),
                        endpoint.servedBy(),
                        place,
                        ServerUrl.isSecure(place)
                                ? endpoint.trusted().map(Set::of)
                                : Optional.empty(),
                        shownTo(place)),
                pin,
                rules,
                connectMax,
                identity,
                downs);
    }

    private URI place() throws NotFound, InterruptedException {
        URI at = file(flat());
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            HttpResponse<?> head = ask("HEAD", at);
            if (!REDIRECTS.contains(head.statusCode())) {
                return at;
            }
            at = led(at, head);
            if (!isOwn(at)) {
                // What others sign is often good for reading only.
                return at;
            }
        }
        throw new NotFound(new Try.Refused("redirects too often"));
    }

    private URI led(URI from, HttpResponse<?> response) throws NotFound {
        try {
            URI next =
                    response.headers()
                            .firstValue("Location")
                            .map(from::resolve)
                            .orElseThrow(
                                    () -> new IllegalArgumentException("a redirect to nowhere"));
            return allowed(from, next);
        } catch (IllegalArgumentException e) {
            throw new NotFound(new Try.Refused("redirects to what is no URL"));
        }
    }

    /** A feed leads no further in than it is itself: nobody here answers for it. */
    private URI allowed(URI from, URI next) throws NotFound {
        if (!ServerUrl.isWeb(next)
                || ServerUrl.leavesTls(from, next)
                || ServerUrl.leavesTls(endpoint.index(), next)) {
            throw new NotFound(
                    new Try.Refused(
                            "leads to %s, which is not followed".formatted(next.getScheme())));
        }
        if (endpoint.isFeed()) {
            refuseFurtherIn(next);
        }
        return next;
    }

    private void refuseFurtherIn(URI led) throws NotFound {
        try {
            Optional<InnerAddresses> there = downs.furtherIn(endpoint.index(), led);
            if (there.isPresent()) {
                throw new NotFound(
                        new Try.Refused(
                                "leads to %s, an address %s, which is not followed"
                                        .formatted(led.getHost(), there.get().words())));
            }
        } catch (UnknownHostException e) {
            throw new NotFound(new Try.Interrupted(downs.routes().words(led, e)));
        }
    }

    private URI flat() throws NotFound, InterruptedException {
        URI at = endpoint.index();
        for (int redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
            HttpResponse<InputStream> answer = ask("GET", at);
            if (!REDIRECTS.contains(answer.statusCode())) {
                return flat(at, answer);
            }
            try (InputStream _ = answer.body()) {
                at = led(at, answer);
            } catch (IOException e) {
                throw new NotFound(new Try.Interrupted("was cut off: " + e.getMessage()));
            }
        }
        throw new NotFound(new Try.Refused("redirects too often"));
    }

    /**
     * Where packages lie by the service index.
     *
     * @param found where the index was found in the end, from where what it names leads on
     */
    private URI flat(URI found, HttpResponse<InputStream> answer) throws NotFound {
        if (answer.statusCode() != 200) {
            throw new NotFound(refused(found, answer.statusCode()));
        }
        try (InputStream body = answer.body();
                StallWatch _ = new StallWatch(body, rules.stallMax())) {
            JsonNode resources =
                    StagecoachJson.mapper()
                            .readTree(body.readNBytes(INDEX_BYTES_MAX))
                            .path("resources");
            String address =
                    StreamSupport.stream(resources.spliterator(), false)
                            .filter(NuGetRead::isFlat)
                            .map(each -> each.path("@id").asText())
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new NotFound(
                                                    new Try.Refused(
                                                            "is no NuGet v3 server: its index names no "
                                                                    + FLAT)));
            return allowed(found, found.resolve(address.endsWith("/") ? address : address + "/"));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new NotFound(new Try.Refused("is no NuGet v3 server: its index is no JSON"));
        } catch (IOException e) {
            throw new NotFound(new Try.Interrupted("was cut off: " + e.getMessage()));
        }
    }

    /** Its type may be told as one of several. */
    private static boolean isFlat(JsonNode resource) {
        JsonNode types = resource.path("@type");
        return types.asText().equals(FLAT)
                || StreamSupport.stream(types.spliterator(), false)
                        .anyMatch(type -> type.asText().equals(FLAT));
    }

    private URI file(URI flat) {
        String id = pin.id().lower();
        String version = pin.version().lower();
        return flat.resolve("%s/%s/%s.%s.nupkg".formatted(id, version, id, version));
    }

    private HttpResponse<InputStream> ask(String method, URI uri)
            throws NotFound, InterruptedException {
        try {
            HttpResponse<InputStream> response =
                    ServerAddresses.first(
                            downs.addressesOf(uri), address -> ask(method, uri, address));
            if (response.statusCode() == HttpURLConnection.HTTP_PROXY_AUTH) {
                throw new NotFound(new Try.Refused(downs.routes().unpaid(uri)));
            }
            return response;
        } catch (HttpConnectTimeoutException e) {
            throw new NotFound(
                    busy
                            ? patiently()
                            : new Try.Silent(
                                    "no connection within %d ms".formatted(connectMax.toMillis())));
        } catch (HttpTimeoutException e) {
            throw new NotFound(
                    new Try.Silent(
                            "no answer within %d s"
                                    .formatted(connectMax.plus(rules.stallMax()).toSeconds())));
        } catch (SSLException e) {
            throw new NotFound(new Try.Refused("no trust: " + downs.routes().words(uri, e)));
        } catch (IOException e) {
            throw new NotFound(new Try.Interrupted(downs.routes().words(uri, e)));
        }
    }

    private Try patiently() {
        Try.Busy busyThen = Try.Busy.within(connectMax);
        connectMax = rules.connectMax();
        clients.values().forEach(HttpClient::shutdownNow);
        clients.clear();
        return busyThen;
    }

    /** An address that is silent is tried last for a while, also for the next package. */
    private HttpResponse<InputStream> ask(String method, URI uri, URI address)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                downs.routes()
                        .showing(ServerAddresses.request(uri, address), uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(connectMax.plus(rules.stallMax()));
        shownTo(uri).ifPresent(shown -> request.header(shown.name(), shown.value()));
        busy = false;
        try {
            HttpResponse<InputStream> response =
                    ServerAddresses.answer(client(uri), request.build());
            downs.answered(DownSources.server(address));
            return response;
        } catch (HttpConnectTimeoutException e) {
            busy = downs.isThereAfterAll(uri, address);
            throw e;
        }
    }

    private Try refused(URI found, int status) {
        if (TEMPORARY.contains(status)) {
            return new Try.Interrupted("answered " + status);
        }
        if (!isOwn(found) && !endpoint.isFeed()) {
            return new Try.Refused(
                    "led for its service index to %s, which answered %d and is not shown the cache's credentials"
                            .formatted(found.getHost(), status));
        }
        return new Try.Refused(
                status == 401 || status == 403
                        ? "answered %d: %s"
                                .formatted(
                                        status,
                                        endpoint.isFeed()
                                                ? PackageEndpoint.NOT_FOR_MACHINES
                                                : "it does not take the cache's credentials. Put the cache again with such that may read")
                        : "answered %d at its service index".formatted(status));
    }

    private Optional<Header> shownTo(URI uri) {
        return endpoint.shown().filter(_ -> isOwn(uri));
    }

    private boolean isOwn(URI uri) {
        return ServerUrl.isSameServer(endpoint.index(), uri);
    }

    @Override
    public boolean becomesAnother() {
        return false;
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
        if (download != null) {
            download.close();
        }
    }
}
