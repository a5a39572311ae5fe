package stagecoach.packages.app.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/** A Stagecoach cache as the server talks to it: single requests, each tried once. */
final class StagecoachCache {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);

    private final HttpClient client;
    private final String url;
    private final String credential;

    /**
     * @param client trusts the cache's certificate and no other
     * @param credential what the cache knows this server by
     */
    StagecoachCache(HttpClient client, String url, String credential) {
        this.client = client;
        this.url = url;
        this.credential = credential;
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

    private HttpRequest.Builder request(Sha512 sha512, Duration within) {
        return HttpRequest.newBuilder(
                        URI.create(
                                "%s%s?%s=%d"
                                        .formatted(
                                                url,
                                                CacheProtocol.pullPath(sha512),
                                                CacheProtocol.WAIT,
                                                within.toMillis())))
                .timeout(ANSWER_MAX.plus(within))
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
        HttpResponse<byte[]> response;
        try {
            response = client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (SSLException e) {
            throw unreached(e);
        } catch (IOException e) {
            throw new CacheFailure(true, "cannot be reached at %s: %s".formatted(url, words(e)), e);
        }
        return switch (response.statusCode()) {
            case 200, 201, 202, 204, 404 -> response;
            case 401, 403 ->
                    throw new CacheFailure(
                            false,
                            "does not trust this server: the STAGECOACH_CACHE_TRUST of both must be the same",
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
            return "the connection was refused";
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
