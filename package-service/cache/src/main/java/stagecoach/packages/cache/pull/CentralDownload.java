package stagecoach.packages.cache.pull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.StallWatch;
import stagecoach.trust.ServerAddresses;

/** Asks the central server for the bytes that are still missing. */
final class CentralDownload implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Duration AFTER_MAX = Duration.ofMinutes(1);
    private static final Pattern CONTENT_RANGE =
            Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    private final PullRules rules;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("stall-watch").daemon().factory());
    private final ServerAddresses.Resolver resolver;
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();

    CentralDownload(PullRules rules, ServerAddresses.Resolver resolver) {
        this.rules = rules;
        this.resolver = resolver;
    }

    /**
     * Appends what the server gives behind the end of {@code partial}.
     *
     * @param came told how many bytes came, as they come
     * @param body told the stream that is read, so that it can be closed from elsewhere
     * @param stopped whether that was done, or it is not to be read on
     * @throws IOException if the disk fails
     */
    DownloadTry go(
            PullOrder order,
            PartialBlob partial,
            LongConsumer came,
            Consumer<InputStream> body,
            BooleanSupplier stopped)
            throws IOException, InterruptedException {
        // No server waits while gigabytes of earlier tries are read.
        partial.prepare();
        long offset = partial.size();
        HttpResponse<InputStream> response;
        try {
            response =
                    ServerAddresses.first(
                            ServerAddresses.of(order.url(), resolver),
                            address ->
                                    ServerAddresses.answer(
                                            client(order.url()), request(order, address, offset)));
        } catch (ProtocolException e) {
            return new DownloadTry.Interrupted(
                    "the server at %s does not answer as HTTP asks: %s"
                            .formatted(order.url().getAuthority(), sentence(e)));
        } catch (IOException e) {
            return new DownloadTry.Interrupted(
                    "the server at %s cannot be reached: %s"
                            .formatted(order.url().getAuthority(), sentence(e)));
        }
        try (InputStream stream = response.body()) {
            body.accept(stream);
            return switch (response.statusCode()) {
                case 200 -> {
                    // It does not know how to go on: from the beginning, then.
                    partial.discard();
                    yield read(response, stream, order, partial, came, stopped);
                }
                case 206 ->
                        startsAt(response).filter(start -> start == offset).isPresent()
                                ? read(response, stream, order, partial, came, stopped)
                                : restart(partial, "answered with another range than asked for");
                case 416 -> restart(partial, "has no bytes behind " + offset);
                case 401, 403 ->
                        new DownloadTry.Refused(
                                "the server refused the grant (%d)"
                                        .formatted(response.statusCode()));
                case 404, 410 -> new DownloadTry.Wrong("the server does not hold the package");
                case 408, 425, 429, 500, 502, 503, 504 ->
                        new DownloadTry.Interrupted(
                                "the server answered " + response.statusCode(), after(response));
                default -> new DownloadTry.Wrong("the server answered " + response.statusCode());
            };
        }
    }

    /** One for each name: TLS asks for the server by it, whatever address is asked. */
    private HttpClient client(URI server) {
        return clients.computeIfAbsent(
                server.getHost(),
                _ -> {
                    var parameters = new SSLParameters();
                    ServerAddresses.name(parameters, server);
                    return HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .followRedirects(HttpClient.Redirect.NEVER)
                            .connectTimeout(rules.connectMax())
                            .sslParameters(parameters)
                            .executor(threads)
                            .build();
                });
    }

    private HttpRequest request(PullOrder order, URI address, long offset) {
        var request =
                ServerAddresses.request(order.url(), address)
                        // It counts from before there is a connection.
                        .timeout(rules.connectMax().plus(rules.stallMax()))
                        .header(CacheProtocol.GRANT_HEADER, order.grant());
        if (offset > 0) {
            request.header("Range", "bytes=" + offset + "-");
        }
        return request.GET().build();
    }

    private static DownloadTry restart(PartialBlob partial, String reason) throws IOException {
        partial.discard();
        return new DownloadTry.Interrupted("the server " + reason);
    }

    private static Optional<Long> startsAt(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Content-Range")
                .map(CONTENT_RANGE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.valueOf(matcher.group(1)));
    }

    private static Optional<Duration> after(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .map(asked -> asked.compareTo(AFTER_MAX) < 0 ? asked : AFTER_MAX);
    }

    private DownloadTry read(
            HttpResponse<InputStream> response,
            InputStream stream,
            PullOrder order,
            PartialBlob partial,
            LongConsumer came,
            BooleanSupplier stopped)
            throws IOException {
        long size = order.pin().size();
        long startedAt = partial.size();
        long announced = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (announced >= 0 && announced != size - startedAt) {
            return new DownloadTry.Wrong(
                    "the server has %s bytes instead of %d"
                            .formatted(Long.toUnsignedString(startedAt + announced), size));
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        try (var watch = new StallWatch(stream, rules.stallMax(), clock)) {
            while (true) {
                int count;
                try {
                    count = stream.read(buffer);
                } catch (IOException e) {
                    return new DownloadTry.Interrupted(
                            watch.stalled()
                                    ? "the server was silent for %d s"
                                            .formatted(rules.stallMax().toSeconds())
                                    : "the transfer was cut off: " + sentence(e));
                }
                watch.heard();
                if (watch.stalled() || stopped.getAsBoolean()) {
                    return new DownloadTry.Interrupted("the transfer was cut off");
                }
                if (count < 0) {
                    return partial.size() == size
                            ? new DownloadTry.Complete(startedAt)
                            : new DownloadTry.Interrupted(
                                    "the transfer ended after %d of %d bytes"
                                            .formatted(partial.size(), size));
                }
                if (partial.size() + count > size) {
                    partial.discard();
                    return new DownloadTry.Wrong(
                            "the server sends more than %d bytes".formatted(size));
                }
                partial.write(buffer, 0, count);
                came.accept(count);
            }
        }
    }

    private String sentence(Throwable e) {
        if (e instanceof HttpConnectTimeoutException) {
            return "no connection within %d s".formatted(rules.connectMax().toSeconds());
        }
        if (e instanceof ConnectException) {
            return "the connection was refused";
        }
        @Nullable String own = e.getMessage();
        @Nullable Throwable cause = e.getCause();
        if (own != null) {
            return own;
        }
        return cause == null ? e.getClass().getSimpleName() : sentence(cause);
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
        clock.shutdownNow();
        threads.shutdownNow();
    }
}
