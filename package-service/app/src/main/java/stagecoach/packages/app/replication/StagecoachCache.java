package stagecoach.packages.app.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.logging.Log;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.trust.ServerAddresses;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/** A Stagecoach cache as the server talks to it: single requests, each tried once. */
final class StagecoachCache {
    /** Until an answer has begun, and again until it has ended. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(20);

    /** A page of what a cache holds is the longest; a cache must not fill our memory. */
    private static final int ANSWER_BYTES_MAX = 8 << 20;

    private static final int PRECONDITION_FAILED = 412;

    private final CacheAddresses addresses;
    private final String url;
    private final String credential;
    private final Duration answerMax;

    /**
     * @param addresses whose client trusts the cache's certificate and no other
     * @param credential what the cache knows this server by
     * @param answerMax until an answer has begun, and again until it has ended
     */
    StagecoachCache(CacheAddresses addresses, String url, String credential, Duration answerMax) {
        this.addresses = addresses;
        this.url = url;
        this.credential = credential;
        this.answerMax = answerMax;
    }

    /** Orders a pull and waits a while for its end. */
    PullStatus order(PullOrder order, Duration within) throws CacheFailure, InterruptedException {
        Sha512 sha512 = order.pin().sha512();
        return send(request(sha512, within).PUT(BodyPublishers.ofByteArray(order.json())))
                .orElseThrow(() -> new CacheFailure(false, "answered 404; is it no cache?", null));
    }

    /** How a pull stands, after a while or at its end; empty if the cache knows of none. */
    Optional<PullStatus> status(Sha512 sha512, Duration within)
            throws CacheFailure, InterruptedException {
        return send(request(sha512, within).GET());
    }

    /** Ends a pull. */
    void stop(Sha512 sha512) throws CacheFailure, InterruptedException {
        exchange(request(sha512, Duration.ZERO).DELETE());
    }

    /** A page of what it holds, and how full its disk is. */
    CacheContents.Page holdings(String after) throws CacheFailure, InterruptedException {
        HttpResponse<byte[]> response =
                exchange(
                        asking(CacheProtocol.HOLDINGS + "?" + CacheProtocol.AFTER + "=" + after)
                                .GET());
        try {
            return CacheContents.Page.parse(response.body());
        } catch (IllegalArgumentException e) {
            throw new CacheFailure(false, "does not answer as a cache does", e);
        }
    }

    /** The name of the last order of a digest; empty if it does not know of orders. */
    Optional<String> lastOrder(Sha512 sha512) throws CacheFailure, InterruptedException {
        return exchange(
                        asking(CacheProtocol.BLOBS + sha512.hex())
                                .method("HEAD", BodyPublishers.noBody()))
                .headers()
                .firstValue(CacheProtocol.ORDER_HEADER);
    }

    /** How much it has of a digest; an older cache does not tell what it has begun. */
    CacheContents.Begun begun(Sha512 sha512) throws CacheFailure, InterruptedException {
        HttpResponse<byte[]> response =
                exchange(
                        asking(CacheProtocol.BLOBS + sha512.hex())
                                .method("HEAD", BodyPublishers.noBody()));
        return new CacheContents.Begun(
                response.statusCode() == 200,
                response.headers().firstValueAsLong(CacheProtocol.BEGUN_HEADER).orElse(0));
    }

    /**
     * Has a digest dropped.
     *
     * @return whether it is not there any more; otherwise it was ordered since
     */
    boolean drop(Sha512 sha512, String lastOrder) throws CacheFailure, InterruptedException {
        return exchange(
                                asking(CacheProtocol.BLOBS + sha512.hex())
                                        .header(CacheProtocol.ORDER_HEADER, lastOrder)
                                        .DELETE())
                        .statusCode()
                != PRECONDITION_FAILED;
    }

    /** The tag of the part of the feed that it goes by; empty if it answers no NuGet clients. */
    Optional<String> feedTag() throws CacheFailure, InterruptedException {
        return exchange(asking(CacheProtocol.FEED).method("HEAD", BodyPublishers.noBody()))
                .headers()
                .firstValue("ETag")
                .map(tag -> tag.replace("\"", ""));
    }

    /** Has it go by another part of the feed. */
    void tellFeed(byte[] json) throws CacheFailure, InterruptedException {
        exchange(asking(CacheProtocol.FEED).PUT(BodyPublishers.ofByteArray(json)));
    }

    /**
     * Opens what it holds of a digest, behind the bytes that are there.
     *
     * @return empty if it does not hold it
     */
    Optional<HttpResponse<InputStream>> read(Sha512 sha512, long from)
            throws CacheFailure, InterruptedException {
        HttpRequest.Builder request = asking(CacheProtocol.BLOBS + sha512.hex()).GET();
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<InputStream> response = sent(request.build(), ServerAddresses::answer);
        return switch (response.statusCode()) {
            case 200, 206 -> Optional.of(response);
            case 404, 416 -> {
                closed(response);
                yield Optional.empty();
            }
            default -> {
                closed(response);
                throw new CacheFailure(true, "answered %d".formatted(response.statusCode()), null);
            }
        };
    }

    private static void closed(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            Log.debug("A body that nobody reads could not be closed.", e);
        }
    }

    private HttpRequest.Builder asking(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(answerMax)
                .header(CacheProtocol.TRUST_HEADER, credential);
    }

    private HttpRequest.Builder request(Sha512 sha512, Duration within) {
        return HttpRequest.newBuilder(
                        URI.create(
                                "%s%s?%s=%d"
                                        .formatted(
                                                url,
                                                CacheProtocol.pullPath(sha512),
                                                CacheProtocol.WAIT,
                                                within.toMillis())))
                .timeout(answerMax.plus(within))
                .header(CacheProtocol.TRUST_HEADER, credential);
    }

    private Optional<PullStatus> send(HttpRequest.Builder request)
            throws CacheFailure, InterruptedException {
        HttpResponse<byte[]> response = exchange(request);
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        try {
            return Optional.of(PullStatus.parse(response.body()));
        } catch (IllegalArgumentException e) {
            throw new CacheFailure(false, "does not answer as a cache does", e);
        }
    }

    private HttpResponse<byte[]> exchange(HttpRequest.Builder request)
            throws CacheFailure, InterruptedException {
        HttpResponse<byte[]> response = sent(request.build(), this::whole);
        return switch (response.statusCode()) {
            case 200, 201, 202, 204, 404, PRECONDITION_FAILED -> response;
            case 401, 403 ->
                    throw new CacheFailure(
                            false,
                            "does not trust this server: its STAGECOACH_CACHE_CREDENTIAL must be made from this server's STAGECOACH_CACHE_TRUST and its id",
                            null);
            case 408, 425, 429, 500, 502, 503, 504 ->
                    throw new CacheFailure(
                            true, "answered %d".formatted(response.statusCode()), null);
            default ->
                    throw new CacheFailure(
                            false,
                            "answered %d: %s".formatted(response.statusCode(), detail(response)),
                            null);
        };
    }

    /** The timeout of a request ends with the headers of its answer; a body may stall as well. */
    private HttpResponse<byte[]> whole(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        Duration max = request.timeout().orElse(answerMax).plus(answerMax);
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(
                        request,
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
        try {
            return answer.get(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var unended = new HttpTimeoutException("it does not end its answer");
            unended.initCause(e);
            throw unended;
        } catch (ExecutionException e) {
            Throwable cause = ServerAddresses.blamed(Objects.requireNonNullElse(e.getCause(), e));
            if (cause instanceof IOException broken) {
                throw broken;
            }
            throw new IllegalStateException(cause);
        } finally {
            // Whatever is still on its way is not wanted any more.
            answer.cancel(true);
        }
    }

    private <B> HttpResponse<B> sent(HttpRequest request, CacheAddresses.Sending<B> sending)
            throws CacheFailure, InterruptedException {
        try {
            return addresses.ask(request, sending);
        } catch (SSLException e) {
            throw unreached(e);
        } catch (IOException e) {
            throw new CacheFailure(true, "cannot be reached at %s: %s".formatted(url, words(e)), e);
        }
    }

    /** A wrong certificate stays wrong; a handshake that was cut off may be made again. */
    private CacheFailure unreached(SSLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return new CacheFailure(
                        false,
                        "shows another certificate at %s than the configured one; put the cache again with its thumbprint (%s)"
                                .formatted(url, cause.getMessage()),
                        e);
            }
        }
        return new CacheFailure(true, "cannot be reached at %s: %s".formatted(url, words(e)), e);
    }

    private static String words(IOException e) {
        if (e instanceof HttpConnectTimeoutException) {
            return "no connection came about";
        }
        if (e instanceof ConnectException) {
            return e.getCause() instanceof UnknownHostException
                    ? "its name is not known here"
                    : "the connection was refused";
        }
        @Nullable String own = e.getMessage();
        return own == null ? e.getClass().getSimpleName() : own;
    }

    private static String detail(HttpResponse<byte[]> response) {
        String body = new String(response.body(), UTF_8);
        try {
            return StagecoachJson.mapper().readTree(body).path("detail").asText(body);
        } catch (JsonProcessingException e) {
            return body.substring(0, Math.min(200, body.length()));
        }
    }
}
