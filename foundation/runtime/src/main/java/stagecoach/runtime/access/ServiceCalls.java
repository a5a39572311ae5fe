package stagecoach.runtime.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.faulttolerance.api.Guard;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.wire.StagecoachJson;

/**
 * Calls of {@code stagecoach.contracts.internal} to another service: blocking, JSON both ways, with
 * a service token; tried again a few times, within about ten seconds, while the other one does not
 * answer.
 */
@ApplicationScoped
public class ServiceCalls {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final Set<Integer> TEMPORARY = Set.of(429, 502, 503, 504);

    private final ServiceToken tokens;
    private final Duration answerMax;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_MAX)
                    .build();
    private final Guard guard =
            Guard.create()
                    .withDescription("call of another service")
                    .withRetry()
                    .maxRetries(6)
                    .maxDuration(30, ChronoUnit.SECONDS)
                    .delay(100, ChronoUnit.MILLIS)
                    .jitter(100, ChronoUnit.MILLIS)
                    .withExponentialBackoff()
                    .maxDelay(3, ChronoUnit.SECONDS)
                    .done()
                    .retryOn(TemporaryFailure.class)
                    .done()
                    .build();

    @Inject
    ServiceCalls(ServiceToken tokens) {
        this(tokens, ANSWER_MAX);
    }

    ServiceCalls(ServiceToken tokens, Duration answerMax) {
        this.tokens = tokens;
        this.answerMax = answerMax;
    }

    /**
     * Posts {@code body} to {@code baseUrl + path}; the call must be repeatable.
     *
     * @throws TemporaryFailure if the other service did not answer in time
     * @throws Refused if it answered with an error
     */
    public <R> R post(String baseUrl, String path, Object body, Class<R> answer) {
        byte[] json = StagecoachJson.bytes(body);
        return call(
                () ->
                        request(baseUrl, path)
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(json)),
                answer);
    }

    /**
     * Gets {@code baseUrl + path}.
     *
     * @throws TemporaryFailure if the other service did not answer in time
     * @throws Refused if it answered with an error
     */
    public <R> R get(String baseUrl, String path, Class<R> answer) {
        return call(() -> request(baseUrl, path).GET(), answer);
    }

    /** A request to another service, with a token: for bodies that are no JSON. */
    public HttpRequest.Builder request(String baseUrl, String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(answerMax)
                .header("Authorization", "Bearer " + tokens.issue())
                .header("Accept", "application/json");
    }

    private <R> R call(Supplier<HttpRequest.Builder> request, Class<R> answer) {
        try {
            // A fresh request each time: its token may have run out meanwhile.
            return guard.call(() -> once(request.get().build(), answer), answer);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new TemporaryFailure("A call of another service was given up.", e);
        }
    }

    private <R> R once(HttpRequest request, Class<R> answer) {
        HttpResponse<byte[]> response = send(request);
        int status = response.statusCode();
        if (status / 100 == 2) {
            return StagecoachJson.read(response.body(), answer);
        }
        if (TEMPORARY.contains(status)) {
            throw new TemporaryFailure("%s answered %d.".formatted(request.uri(), status), null);
        }
        throw new Refused(status, detail(request, response));
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        // The request's own time limit ends with the headers, and a body may stall as well.
        var answer = client.sendAsync(request, BodyHandlers.ofByteArray());
        try {
            return answer.get(answerMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new TemporaryFailure("%s does not answer.".formatted(request.uri()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TemporaryFailure("%s was interrupted.".formatted(request.uri()), e);
        } finally {
            answer.cancel(true);
        }
    }

    private static String detail(HttpRequest request, HttpResponse<byte[]> response) {
        boolean problem =
                response.headers()
                        .firstValue("Content-Type")
                        .filter(type -> type.startsWith(Problem.MEDIA_TYPE))
                        .isPresent();
        return problem
                ? StagecoachJson.read(response.body(), JsonNode.class).path("detail").asText()
                : "%s %s answered %d."
                        .formatted(request.method(), request.uri(), response.statusCode());
    }

    /** The other service answered, and it will not do it. */
    public static final class Refused extends RuntimeException {
        private final int status;

        Refused(int status, String detail) {
            super(detail);
            this.status = status;
        }

        /** The HTTP status, 400 to 599. */
        public int status() {
            return status;
        }
    }
}
