package stagecoach.orchestrator.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.wire.StagecoachJson;

/**
 * A package-service over HTTP that has {@code Shop.Server}, {@code Shop.Config} and a tentacle in
 * versions 1.0.0 and 1.1.0, has 5.0.* on its way, a cache in front of everything, and one collected
 * file.
 */
public final class PlayedPackageService implements QuarkusTestResourceLifecycleManager {
    private static final List<String> IDS =
            List.of("Shop.Server", "Shop.Config", "Stagecoach.Tentacle");
    private static final List<String> VERSIONS = List.of("1.0.0", "1.1.0");

    /** Is on its way for ever. */
    private static final String SLOW = "5.0.*";

    private @Nullable HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            var http =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.createContext(
                    "/internal/pins",
                    exchange -> answer(exchange, PinPackages.Request.class, this::pin));
            http.createContext(
                    "/internal/foresights",
                    exchange -> answer(exchange, ForeseeAcquisition.Request.class, this::foresee));
            http.createContext("/internal/artifacts/", PlayedPackageService::artifact);
            http.start();
            server = http;
            return Map.of(
                    "STAGECOACH_PACKAGE_SERVICE_URL",
                    "http://127.0.0.1:" + http.getAddress().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException("the played package-service cannot listen", e);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    /** The bytes of the only file that it keeps, under any ticket. */
    public static byte[] collected() {
        return "<script>alert(1)</script>\n".repeat(10_000).getBytes(StandardCharsets.UTF_8);
    }

    private static void artifact(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] bytes = collected();
            if (!exchange.getRequestURI().getPath().endsWith("/" + Digest.of(bytes))) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.getResponseHeaders().add("Accept-Ranges", "bytes");
            exchange.getResponseHeaders().add("ETag", "\"another\"");
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from =
                    range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
            if (range != null) {
                exchange.getResponseHeaders()
                        .add(
                                "Content-Range",
                                "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, bytes.length - from);
            exchange.getResponseBody().write(bytes, from, bytes.length - from);
        }
    }

    /** What this service pins a version to. */
    public static PackagePin pinOf(String id, String version) {
        return new PackagePin(
                PackageId.parse(id),
                PackageVersion.parse(version),
                Sha512.hashOf((id + version).getBytes(StandardCharsets.UTF_8)),
                1_000_000);
    }

    private PinPackages.Response pin(PinPackages.Request request) {
        return new PinPackages.Response(
                request.wanted().stream().map(PlayedPackageService::answer).toList());
    }

    private static PinPackages.Answer answer(PinPackages.Wanted wanted) {
        String id = wanted.id().value();
        String version = wanted.versions().map(VersionRange::value).orElse("1.1.0");
        if (!IDS.contains(id)) {
            return PinPackages.Answer.problem(
                    "\"%s\" is in no feed. Did you mean \"Shop.Server\"?".formatted(id));
        }
        if (version.equals(SLOW)) {
            return PinPackages.Answer.underway("%s %s is being fetched".formatted(id, version));
        }
        if (!VERSIONS.contains(version)) {
            return PinPackages.Answer.problem("\"%s\" has no version %s.".formatted(id, version));
        }
        return PinPackages.Answer.pinned(pinOf(id, version));
    }

    private ForeseeAcquisition.Response foresee(ForeseeAcquisition.Request request) {
        var targets = new ArrayList<ForeseeAcquisition.ToTarget>();
        var caches = new ArrayList<ForeseeAcquisition.ToCache>();
        for (var need : request.needs()) {
            var pin = need.pinned().pin();
            caches.add(
                    new ForeseeAcquisition.ToCache(
                            pin,
                            new CacheId("eu-1"),
                            false,
                            pin.size(),
                            Optional.empty(),
                            Optional.of(true),
                            Optional.of(true)));
            for (var target : need.targets()) {
                targets.add(
                        new ForeseeAcquisition.ToTarget(
                                pin,
                                target.target(),
                                false,
                                List.of("CACHE:eu-1", "SERVER"),
                                pin.size() - 1_000,
                                Optional.of(1_000L)));
            }
        }
        return new ForeseeAcquisition.Response(
                targets,
                caches,
                List.of(new ForeseeAcquisition.Link("server", Optional.of("eu"), 1_000_000)),
                List.of("The server reads the feed for its targets."));
    }

    private static <Q> void answer(
            HttpExchange exchange, Class<Q> request, Function<Q, Object> work) throws IOException {
        try (exchange) {
            boolean known =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                            .filter(header -> header.startsWith("Bearer "))
                            .isPresent();
            byte[] body =
                    known
                            ? StagecoachJson.bytes(
                                    work.apply(
                                            StagecoachJson.read(
                                                    exchange.getRequestBody().readAllBytes(),
                                                    request)))
                            : new byte[0];
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(known ? 200 : 401, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
