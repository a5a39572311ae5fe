package stagecoach.packages.cache;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.packages.cache.feed.CachedFeed;
import stagecoach.packages.cache.port.CachePort;
import stagecoach.packages.cache.port.NuGetPort;
import stagecoach.packages.cache.pull.PullRules;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.Pace;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.grant.GrantKeys;
import stagecoach.packages.server.grant.GrantSigner;
import stagecoach.packages.server.grant.GrantVerifier;
import stagecoach.packages.server.grant.ReadGrant;
import stagecoach.packages.server.grant.Reader;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.FeedExcerpt;
import stagecoach.packages.server.pull.LongestTransfer;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.vocabulary.packages.Sha512;

/** A cache on a port of its own, and those who talk to it. */
final class RunningCache implements AutoCloseable {
    static final String TRUST = "c2hhcmVk";
    private static final KeyPair KEYS = GrantKeys.generate();

    /** A server may be silent for so long that no busy machine is. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static final String TWO_ADDRESSES = "two.example";

    // One for all tests: what they are is not what is tested.
    private static final Vertx VERTX = Vertx.vertx();
    private static final Identity IDENTITY = identity("cache eu-1");
    private static final Identity TENTACLE = identity("tentacle");
    private static final Identity CENTRAL = identity("central");

    private final Path folder;
    private final PullRules rules;
    private final FolderBlobStore blobs;
    private final Pulls pulls;
    private final CachedFeed feed;
    private final CachePort port;
    private final NuGetPort nuget;
    private final HttpClient central;
    private final HttpClient reader;

    RunningCache(Path folder) throws IOException {
        this(folder, rules(PATIENCE, PullRules.USUAL.longest()));
    }

    private RunningCache(Path folder, PullRules rules) throws IOException {
        this.folder = folder;
        this.rules = rules;
        blobs = FolderBlobStore.open(folder.resolve("packages"));
        feed = CachedFeed.open(folder.resolve("feed"), blobs, Clock.systemUTC());
        pulls =
                new Pulls(
                        blobs, Files.getFileStore(folder), rules, feed, RunningCache::addressesOf);
        port =
                CachePort.open(
                        VERTX,
                        IDENTITY,
                        blobs,
                        new GrantVerifier(List.of(KEYS.getPublic()), "eu-1"),
                        pulls,
                        Optional.of(feed),
                        TRUST,
                        "127.0.0.1",
                        0);
        nuget =
                NuGetPort.open(
                        VERTX,
                        new NuGetPort.Address("127.0.0.1", 0, Optional.empty()),
                        blobs,
                        pulls,
                        feed);
        central = client(CENTRAL);
        reader = client(TENTACLE);
    }

    /** At the first address of {@link #TWO_ADDRESSES} there is nobody. */
    private static InetAddress[] addressesOf(String host) throws UnknownHostException {
        return host.equals(TWO_ADDRESSES)
                ? new InetAddress[] {
                    InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")
                }
                : InetAddress.getAllByName(host);
    }

    private static PullRules rules(Duration silenceMax, LongestTransfer longest) {
        return new PullRules(
                3, 20, Duration.ofMillis(5), Duration.ofMillis(20), silenceMax, PATIENCE, longest);
    }

    private static Identity identity(String name) {
        try {
            return Identity.loadOrCreate(Files.createTempDirectory("stagecoach-cache-"), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpClient client(Identity shown) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(shown.tls(PinnedTrust.exactly(IDENTITY.thumbprint())))
                .build();
    }

    /** Orders as the central server does, and waits for the end. */
    PullStatus pulled(PullOrder order) throws Exception {
        PullStatus status = order(order, 5000);
        while (!status.ended()) {
            status = order(order, 5000);
        }
        return status;
    }

    PullStatus order(PullOrder order, int waitMillis) throws Exception {
        var response =
                central.send(
                        control(order.pin().sha512(), waitMillis)
                                .PUT(HttpRequest.BodyPublishers.ofByteArray(order.json()))
                                .build(),
                        BodyHandlers.ofByteArray());
        return PullStatus.parse(response.body());
    }

    int stop(Sha512 sha512) throws Exception {
        return central.send(control(sha512, 0).DELETE().build(), BodyHandlers.discarding())
                .statusCode();
    }

    HttpResponse<String> control(String trust, String method, Sha512 sha512, String body)
            throws Exception {
        return central.send(
                HttpRequest.newBuilder(url(CacheProtocol.pullPath(sha512)))
                        .header(CacheProtocol.TRUST_HEADER, trust)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpRequest.Builder control(Sha512 sha512, int waitMillis) {
        return HttpRequest.newBuilder(url(CacheProtocol.pullPath(sha512) + "?wait=" + waitMillis))
                .header(CacheProtocol.TRUST_HEADER, TRUST);
    }

    URI url(String path) {
        return URI.create("https://127.0.0.1:%d%s".formatted(port.port(), path));
    }

    /** Where NuGet clients find something. */
    URI nuget(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(nuget.port(), path));
    }

    /** Tells as the central server does what NuGet clients may be shown. */
    int tell(FeedExcerpt excerpt) throws Exception {
        return central.send(
                        HttpRequest.newBuilder(url(CacheProtocol.FEED))
                                .header(CacheProtocol.TRUST_HEADER, TRUST)
                                .PUT(HttpRequest.BodyPublishers.ofByteArray(excerpt.json()))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    /** A grant for this cache and its tentacle. */
    String grant(Sha512 sha512) {
        return grant(sha512, TENTACLE.thumbprint().value(), "eu-1", Duration.ofMinutes(5));
    }

    String grant(Sha512 sha512, String thumbprint, String audience, Duration valid) {
        return new GrantSigner(KEYS.getPrivate())
                .sign(
                        new ReadGrant(
                                sha512,
                                new Reader.Tentacle(thumbprint),
                                audience,
                                Instant.now().plus(valid)));
    }

    String tentacleThumbprint() {
        return TENTACLE.thumbprint().value();
    }

    HttpResponse<byte[]> read(Sha512 sha512, String grant, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(url(CacheProtocol.BLOBS + sha512.hex()))
                        .header(CacheProtocol.GRANT_HEADER, grant);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return reader.send(request.build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return reader.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Asks as the central server does. */
    HttpResponse<byte[]> central(String method, String path, String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(url(path))
                        .header(CacheProtocol.TRUST_HEADER, TRUST)
                        .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return central.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Reads again what it holds, as often as that. */
    Scrub scrub(Duration every, Clock clock) {
        return new Scrub(blobs, pulls, new Pace(0), every, folder.resolve("scrub"), clock);
    }

    /** What it pulls, and has pulled. */
    Pulls pulls() {
        return pulls;
    }

    /** Where a blob lies. */
    Path file(Sha512 sha512) {
        return blobs.file(sha512);
    }

    /** The same folder, by another process. */
    RunningCache restarted() throws IOException {
        return restarted(rules);
    }

    /** One that leaves a server that is silent for longer. */
    RunningCache withSilenceMax(Duration silenceMax) throws IOException {
        return restarted(rules(silenceMax, rules.longest()));
    }

    /** One that leaves a server that takes longer for a package. */
    RunningCache withLongest(LongestTransfer longest) throws IOException {
        return restarted(rules(rules.stallMax(), longest));
    }

    private RunningCache restarted(PullRules others) throws IOException {
        close();
        return new RunningCache(folder, others);
    }

    @Override
    public void close() {
        central.shutdownNow();
        reader.shutdownNow();
        port.close();
        nuget.close();
        pulls.close();
        try {
            feed.close();
            blobs.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
