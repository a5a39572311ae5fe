package stagecoach.tentacle.packages;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.trust.Identity;
import stagecoach.trust.NamedTrust;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.CacheId;

/**
 * Measures now and then how far the caches are that this machine was told to read from: some
 * connections and their first byte, or looks into a mounted folder, of which the quickest counts. A
 * machine that was told of none measures nothing.
 */
public final class SourceDistances {
    private static final Logger LOG = LoggerFactory.getLogger(SourceDistances.class);

    /** More than any machine has sources; the oldest are forgotten. */
    private static final int KNOWN_MAX = 50;

    private static final int TRIES = 3;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    private final Supplier<Identity> identity;
    private final DownSources downs;
    private final Rhythm rhythm;
    private final Map<CacheId, PackageEndpoint> known = new LinkedHashMap<>();
    private final Map<CacheId, Integer> millis = new ConcurrentHashMap<>();

    /** Looks into mounts that did not answer in time; of the measuring thread only. */
    private final Map<Path, Future<?>> hanging = new HashMap<>();

    private @Nullable Thread measuring;

    /**
     * How often it is measured; half of each pause is chance, so that machines that were told at
     * once do not ask at once.
     *
     * @param first the pause after the first cache is known
     * @param every the pause between two rounds
     */
    record Rhythm(Duration first, Duration every) {
        /** Seldom: what is measured hardly changes. */
        static final Rhythm USUAL = new Rhythm(Duration.ofSeconds(20), Duration.ofMinutes(10));
    }

    /**
     * @param downs knows the addresses of names, and the ways there
     */
    SourceDistances(Supplier<Identity> identity, DownSources downs, Rhythm rhythm) {
        this.identity = identity;
        this.downs = downs;
        this.rhythm = rhythm;
    }

    /** This machine reads from there. */
    synchronized void learn(PackageEndpoint endpoint) {
        endpoint.servedBy()
                .cache()
                .ifPresent(
                        cache -> {
                            known.remove(cache);
                            known.put(cache, endpoint);
                        });
        while (known.size() > KNOWN_MAX) {
            CacheId oldest = known.keySet().iterator().next();
            known.remove(oldest);
            millis.remove(oldest);
        }
        if (measuring == null && !known.isEmpty()) {
            measuring = Thread.ofVirtual().name("source-distances").start(this::measureOnAndOn);
        }
    }

    /** What was measured last, by cache. */
    public List<SourceLatency> measured() {
        return millis.entrySet().stream()
                .map(entry -> new SourceLatency(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(SourceLatency::cache))
                .toList();
    }

    private void measureOnAndOn() {
        Duration pause = rhythm.first();
        try {
            while (true) {
                long most = Math.max(2, pause.toMillis());
                Thread.sleep(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
                measureAll();
                pause = rhythm.every();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void measureAll() throws InterruptedException {
        for (PackageEndpoint endpoint : all()) {
            CacheId cache = endpoint.servedBy().cache().orElseThrow();
            OptionalInt quickest = OptionalInt.empty();
            for (int n = 0; n < TRIES; n++) {
                OptionalInt one = measure(endpoint);
                if (one.isEmpty()) {
                    break;
                }
                quickest =
                        OptionalInt.of(
                                Math.min(one.getAsInt(), quickest.orElse(Integer.MAX_VALUE)));
            }
            if (quickest.isPresent()) {
                millis.put(cache, quickest.getAsInt());
            } else {
                millis.remove(cache);
            }
        }
    }

    private synchronized List<PackageEndpoint> all() {
        return new ArrayList<>(known.values());
    }

    /** Empty if nobody answers. */
    private OptionalInt measure(PackageEndpoint endpoint) throws InterruptedException {
        return switch (endpoint) {
            case PackageEndpoint.Web web -> {
                URI at = health(web.uri());
                yield asked(web.label(), at, client(at, web.trusted(), "TLSv1.3"));
            }
            case PackageEndpoint.NuGet server ->
                    asked(
                            server.label(),
                            server.index(),
                            client(server.index(), server.trusted().map(Set::of)));
            case PackageEndpoint.Mounted mounted -> lookedInto(mounted);
        };
    }

    /** One connection to the first address that takes one, and the beginning of its answer. */
    private OptionalInt asked(String label, URI uri, HttpClient client)
            throws InterruptedException {
        try {
            return ServerAddresses.first(
                    downs.addressesOf(uri), address -> asked(uri, address, client));
        } catch (IOException e) {
            LOG.debug("{} could not be measured", label, e);
            return OptionalInt.empty();
        } finally {
            client.shutdownNow();
        }
    }

    private OptionalInt asked(URI uri, URI address, HttpClient client)
            throws IOException, InterruptedException {
        long begunAt = System.nanoTime();
        try {
            ServerAddresses.answer(
                            client,
                            downs.routes()
                                    .showing(ServerAddresses.request(uri, address), uri)
                                    .timeout(ANSWER_MAX)
                                    .build())
                    .body()
                    .close();
            downs.answered(DownSources.server(address));
            return millisSince(begunAt);
        } catch (HttpConnectTimeoutException e) {
            // It is tried last for a while, also when a package is read.
            var _ = downs.isThereAfterAll(uri, address);
            throw e;
        }
    }

    /** TLS asks for the server by its name, whatever address is asked. */
    private HttpClient client(URI server, Optional<Set<Thumbprint>> trusted, String... protocols) {
        SSLParameters parameters = new SSLParameters();
        ServerAddresses.name(parameters, server);
        if (trusted.isPresent() && protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        HttpClient.Builder builder =
                downs.routes()
                        .through(HttpClient.newBuilder(), server)
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(ANSWER_MAX)
                        .sslParameters(parameters);
        trusted.map(pinned -> identity.get().tls(PinnedTrust.exactly(pinned)))
                .or(() -> NamedTrust.contextFor(server))
                .ifPresent(builder::sslContext);
        return builder.build();
    }

    /** A mount that hangs keeps one thread, and is not looked into again until it lets it go. */
    private OptionalInt lookedInto(PackageEndpoint.Mounted mounted) throws InterruptedException {
        if (Optional.ofNullable(hanging.get(mounted.root())).filter(f -> !f.isDone()).isPresent()) {
            return OptionalInt.empty();
        }
        hanging.remove(mounted.root());
        long begunAt = System.nanoTime();
        var look = new FutureTask<>(() -> first(mounted.root()));
        Thread.ofPlatform().name("mount-distance").daemon().start(look);
        try {
            look.get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            return millisSince(begunAt);
        } catch (TimeoutException e) {
            hanging.put(mounted.root(), look);
            return OptionalInt.empty();
        } catch (ExecutionException e) {
            LOG.debug("{} could not be measured", mounted.label(), e);
            return OptionalInt.empty();
        }
    }

    private static boolean first(Path root) throws IOException {
        try (var files = Files.newDirectoryStream(root)) {
            return files.iterator().hasNext();
        }
    }

    private static OptionalInt millisSince(long begunAt) {
        long took = Duration.ofNanos(System.nanoTime() - begunAt).toMillis();
        return OptionalInt.of((int) Math.max(1, took));
    }

    /** Open to everybody at a cache, and as good as any other path elsewhere. */
    private static URI health(URI blob) {
        return blob.resolve("../q/health");
    }
}
