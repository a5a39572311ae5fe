package stagecoach.packages.cache.port;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.feed.Admission;
import stagecoach.packages.cache.feed.CachedFeed;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.index.QueryParameters;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.nuget.FeedUrls;
import stagecoach.packages.server.nuget.FlatContainer;
import stagecoach.packages.server.nuget.FlatPath;
import stagecoach.packages.server.nuget.Hive;
import stagecoach.packages.server.nuget.RegistrationPath;
import stagecoach.packages.server.nuget.Registrations;
import stagecoach.packages.server.nuget.Searches;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.packages.server.odata.ODataFeed;
import stagecoach.packages.server.odata.ODataPath;
import stagecoach.packages.server.odata.ODataQuery;
import stagecoach.packages.server.odata.ODataUrls;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/** Gives packages to NuGet clients nearby, in both protocols; it takes none from them. */
final class NuGetReads {
    private static final String V3 = "/nuget/v3/";
    private static final String V2 = "/nuget/v2";
    private static final String JSON = "application/json";
    private static final String XML = "application/xml";

    private final DiskWork disk;
    private final BlobStore blobs;
    private final Pulls pulls;
    private final CachedFeed feed;
    private final FlatContainer packages;
    private final Registrations registrations;
    private final Searches searches;
    private final ODataFeed odata;

    NuGetReads(DiskWork disk, BlobStore blobs, Pulls pulls, CachedFeed feed) {
        this.disk = disk;
        this.blobs = blobs;
        this.pulls = pulls;
        this.feed = feed;
        this.packages = new FlatContainer(blobs, feed.index(), ArchiveLimits.defaults());
        this.registrations = new Registrations(feed.index());
        this.searches = new Searches(feed.index());
        this.odata = new ODataFeed(feed.index());
    }

    /** What a request is answered with. */
    private interface Answer {
        void send(HttpServerRequest request);
    }

    /** Answers on the request's event loop. */
    void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            response.putHeader("Allow", "GET, HEAD");
            PortAnswers.problem(
                    response,
                    405,
                    "Method not allowed",
                    "A cache only gives packages. Push, delete and list at the central server.");
            return;
        }
        switch (feed.admission(key(request))) {
            case Admission.Admitted() -> admitted(request);
            case Admission.Unknown(var sentence) -> {
                response.putHeader("WWW-Authenticate", "Basic realm=\"stagecoach\"");
                PortAnswers.problem(response, 401, "API key needed", sentence);
            }
            case Admission.NotNow(var sentence) -> {
                response.putHeader("Retry-After", "30");
                PortAnswers.problem(response, 503, "Not now", sentence);
            }
        }
    }

    private void admitted(HttpServerRequest request) {
        Optional<URI> base = Arrival.base(request);
        if (base.isEmpty()) {
            PortAnswers.problem(
                    request.response(),
                    400,
                    "Invalid input",
                    "The request and its X-Forwarded-Host and X-Forwarded-Prefix make no address by which others could be told.");
            return;
        }
        disk.elsewhere(
                request,
                () -> {
                    Optional<Answer> found = found(request, base.get());
                    return () ->
                            found.ifPresentOrElse(a -> a.send(request), () -> nothing(request));
                });
    }

    private static void nothing(HttpServerRequest request) {
        PortAnswers.problem(
                request.response(),
                404,
                "Not found",
                "This cache has nothing at %s. It has the packages of the built-in feed that deployments have brought here."
                        .formatted(request.path()));
    }

    private Optional<Answer> found(HttpServerRequest request, URI base) throws IOException {
        String path = path(request);
        if (path.startsWith(V3)) {
            return newer(request, path.substring(V3.length()), below(base, V3));
        }
        return path.startsWith(V2)
                ? older(request, path.substring(V2.length()), base)
                : Optional.empty();
    }

    /** As it was meant: old clients write quotes as {@code %27}. */
    private static String path(HttpServerRequest request) {
        try {
            return new QueryStringDecoder(request.uri()).path();
        } catch (IllegalArgumentException malformed) {
            return "";
        }
    }

    private Optional<Answer> newer(HttpServerRequest request, String path, URI folder)
            throws IOException {
        if (path.equals(ServiceIndex.PATH)) {
            return Optional.of(document(ServiceIndex.ofReads(folder), JSON));
        }
        if (path.equals(ServiceIndex.SEARCH_PATH) || path.equals(ServiceIndex.AUTOCOMPLETE_PATH)) {
            return Optional.of(searched(request, path, FeedUrls.below(folder)));
        }
        if (path.startsWith(ServiceIndex.FLAT_CONTAINER_PATH)) {
            return flat(path.substring(ServiceIndex.FLAT_CONTAINER_PATH.length()));
        }
        return path.startsWith(Hive.FOLDER)
                ? registration(path.substring(Hive.FOLDER.length()), FeedUrls.below(folder))
                : Optional.empty();
    }

    /** Among what is here; whatever else there is, the central server knows. */
    private Answer searched(HttpServerRequest request, String path, FeedUrls urls) {
        var parameters = new QueryParameters(name -> Optional.ofNullable(request.getParam(name)));
        if (!parameters.malformed().isEmpty()) {
            return invalid(
                    "Write whole numbers that are not negative: "
                            + String.join(", ", parameters.malformed()));
        }
        @Nullable String id = request.getParam("id");
        byte[] found =
                path.equals(ServiceIndex.SEARCH_PATH)
                        ? searches.search(parameters.query(false), urls)
                        : id == null
                                ? searches.ids(parameters.query(true))
                                : searches.versions(parsed(id), parameters.filter());
        return document(found, JSON);
    }

    private static Optional<PackageId> parsed(String id) {
        try {
            return Optional.of(PackageId.parse(id));
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }

    private static Answer invalid(String sentence) {
        return request -> PortAnswers.problem(request.response(), 400, "Invalid input", sentence);
    }

    private Optional<Answer> flat(String path) throws IOException {
        Optional<FlatPath> asked = FlatPath.parse(path);
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        return switch (asked.get()) {
            case FlatPath.Versions(var id) ->
                    packages.versions(id).map(versions -> document(versions, JSON));
            case FlatPath.Nuspec(var id, var version) ->
                    packages.nuspec(id, version).map(nuspec -> document(nuspec, XML));
            case FlatPath.Nupkg(var id, var version) -> {
                Optional<PackagePin> pin = packages.nupkg(id, version).map(entry -> entry.pin());
                yield pin.isEmpty() ? Optional.empty() : nupkg(pin.get().sha512());
            }
        };
    }

    /** These clients compare no hash, so that what is sent must be right. */
    private Optional<Answer> nupkg(Sha512 sha512) throws IOException {
        if (!pulls.isSound(sha512)) {
            return Optional.empty();
        }
        OptionalLong size = blobs.size(sha512);
        return size.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        request ->
                                PortAnswers.blob(
                                        request,
                                        Delivery.of(
                                                PortAnswers.asked(request),
                                                sha512,
                                                size.getAsLong()),
                                        blobs,
                                        sha512));
    }

    private Optional<Answer> registration(String path, FeedUrls urls) {
        int slash = path.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        return Hive.parse(path.substring(0, slash))
                .flatMap(
                        hive ->
                                RegistrationPath.parse(path.substring(slash + 1))
                                        .flatMap(asked -> registrations.document(asked, hive, urls))
                                        .map(
                                                json ->
                                                        request ->
                                                                PortAnswers.document(
                                                                        request,
                                                                        json,
                                                                        JSON,
                                                                        hive.compressed())));
    }

    private Optional<Answer> older(HttpServerRequest request, String path, URI base) {
        ODataQuery query;
        try {
            query = ODataQuery.parse(name -> Optional.ofNullable(request.getParam(name)));
        } catch (IllegalArgumentException wrong) {
            return Optional.of(invalid(String.valueOf(wrong.getMessage())));
        }
        var urls = new ODataUrls(below(base, V2 + "/").toString(), FeedUrls.below(below(base, V3)));
        String type =
                path.length() <= 1 || path.equals("/$metadata") ? XML : "application/atom+xml";
        return ODataPath.parse(path)
                .flatMap(asked -> odata.document(asked, query, urls))
                .map(xml -> document(xml, type));
    }

    private static URI below(URI base, String path) {
        return base.resolve(path.substring(1));
    }

    private static Answer document(byte[] content, String type) {
        return request -> PortAnswers.document(request, content, type, false);
    }

    /** The key that a request carries: as the password of any user, as NuGet clients send it. */
    private static Optional<String> key(HttpServerRequest request) {
        @Nullable String plain = request.getHeader("X-NuGet-ApiKey");
        @Nullable String header = request.getHeader("Authorization");
        if (plain != null && !plain.isBlank()) {
            return Optional.of(plain.strip());
        }
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith("basic ")) {
            return Optional.empty();
        }
        try {
            String pair =
                    new String(
                            Base64.getDecoder().decode(header.substring("basic ".length()).strip()),
                            StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
        } catch (IllegalArgumentException noBase64) {
            return Optional.empty();
        }
    }
}
