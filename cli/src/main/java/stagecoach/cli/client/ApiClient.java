package stagecoach.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import stagecoach.wire.StagecoachJson;

/**
 * Sends requests to one base URL with one key. Documents stay JSON trees: a client ignores what it
 * does not know.
 */
public final class ApiClient {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long RETRY_SECONDS = 2;
    private static final int ATTEMPTS = 3;
    private static final long PAUSE_MILLIS = 1_000;

    private final URI base;
    private final Optional<String> key;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    /**
     * A client.
     *
     * @param base such as {@code http://127.0.0.1:17080} or {@code
     *     https://proxy.example/stagecoach}
     * @param key the API key; empty leaves requests without one
     */
    public ApiClient(URI base, Optional<String> key) {
        this.base = base;
        this.key = key;
    }

    /** Where the requests go. */
    public URI base() {
        return base;
    }

    /** {@code GET /api/v1<path>}. */
    public JsonNode get(String path) {
        return send("GET", path, BodyPublishers.noBody(), Map.of());
    }

    /** {@code GET}, or nothing if there is no such thing (404). */
    public Optional<JsonNode> find(String path) {
        try {
            return Optional.of(get(path));
        } catch (ApiProblem problem) {
            if (problem.status() == 404) {
                return Optional.empty();
            }
            throw problem;
        }
    }

    /** Every item of a list, page by page. */
    public List<JsonNode> list(String path) {
        var items = new ArrayList<JsonNode>();
        String separator = path.contains("?") ? "&" : "?";
        String cursor = "";
        while (true) {
            JsonNode page = get(path + separator + "limit=500" + cursor);
            page.path("items").forEach(items::add);
            if (!page.hasNonNull("next")) {
                return items;
            }
            cursor = "&cursor=" + encoded(page.get("next").asText());
        }
    }

    /** Every item of a list that is not told page by page. */
    public List<JsonNode> all(String path) {
        return get(path).path("items").valueStream().toList();
    }

    /** All items of a list, as one page of it that has no next one. */
    public static JsonNode whole(List<JsonNode> items) {
        var page = StagecoachJson.mapper().createObjectNode();
        page.putArray("items").addAll(items);
        page.putNull("next");
        return page;
    }

    /** {@code PUT} of a document; repeatable. */
    public JsonNode put(String path, JsonNode body) {
        return send("PUT", path, json(body), Map.of());
    }

    /**
     * Has a document judged and not written.
     *
     * @param assumed what is about to be made beside it, as paths such as {@code regions/eu}
     */
    public JsonNode judge(String path, JsonNode body, List<String> assumed) {
        return send(
                "PUT",
                path + "?dryRun=true",
                json(body),
                Map.of("Stagecoach-Assume", String.join(",", assumed)));
    }

    /** {@code POST} of nothing but the wish. */
    public JsonNode post(String path) {
        return send("POST", path, BodyPublishers.noBody(), Map.of());
    }

    /** {@code POST} of a document. */
    public JsonNode post(String path, Object body) {
        return send("POST", path, json(body), Map.of());
    }

    /**
     * {@code POST} under a key of its own. An answer that was lost on the way is asked for again
     * here: what is done only once must not be repeated by a person, who has no key.
     */
    public JsonNode postOnce(String path, Object body) {
        String once = UUID.randomUUID().toString();
        for (int attempt = 1; ; attempt++) {
            try {
                return postOnce(path, body, once);
            } catch (NotYet later) {
                throw later;
            } catch (Unreachable away) {
                if (attempt == ATTEMPTS) {
                    throw away;
                }
                pause(away);
            }
        }
    }

    private static void pause(Unreachable away) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away;
        }
    }

    /** {@code POST} that gives the same answer to every repeat under {@code idempotencyKey}. */
    public JsonNode postOnce(String path, Object body, String idempotencyKey) {
        return send("POST", path, json(body), Map.of("Idempotency-Key", idempotencyKey));
    }

    /** {@code DELETE}. */
    public void delete(String path) {
        send("DELETE", path, BodyPublishers.noBody(), Map.of());
    }

    /** Pushes a package file to the NuGet feed, as any NuGet client does. */
    public void push(Path file) throws IOException {
        String boundary = "stagecoach-" + Long.toHexString(System.nanoTime());
        String head =
                "--%s\r\nContent-Disposition: form-data; name=\"package\"; filename=\"package.nupkg\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                        .formatted(boundary);
        String tail = "\r\n--%s--\r\n".formatted(boundary);
        var body =
                BodyPublishers.concat(
                        BodyPublishers.ofString(head),
                        BodyPublishers.ofFile(file),
                        BodyPublishers.ofString(tail));
        var request =
                authorized(at("/nuget/v3/package"))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .timeout(Duration.ofMinutes(30))
                        .method("PUT", body)
                        .build();
        answer(request);
    }

    /**
     * Reads what is no document, to its end.
     *
     * @throws Unreachable if it breaks off
     */
    public void download(String path, OutputStream into) throws IOException {
        var request =
                authorized(at("/api/v1" + path))
                        .header("Accept", "application/octet-stream, application/problem+json")
                        .timeout(PATIENCE)
                        .GET()
                        .build();
        try {
            HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() >= 400) {
                    judged(response, parsed(body.readAllBytes()));
                }
                copy(body, into);
            }
        } catch (OwnDisk e) {
            throw e.failure;
        } catch (IOException e) {
            throw new Unreachable("cannot reach %s: %s".formatted(base, reason(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while waiting for " + base);
        }
    }

    private static void copy(InputStream body, OutputStream into) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            try {
                into.write(buffer, 0, count);
            } catch (IOException e) {
                throw new OwnDisk(e);
            }
        }
    }

    /** It was not the server that failed. */
    private static final class OwnDisk extends IOException {
        private static final long serialVersionUID = 1L;
        private final IOException failure;

        OwnDisk(IOException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /** {@code text} as one part of a path or query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static BodyPublisher json(Object body) {
        return BodyPublishers.ofByteArray(StagecoachJson.bytes(body));
    }

    private JsonNode send(
            String method, String path, BodyPublisher body, Map<String, String> headers) {
        var request =
                authorized(at("/api/v1" + path))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, application/problem+json")
                        .timeout(PATIENCE)
                        .method(method, body);
        headers.forEach(request::header);
        return answer(request.build());
    }

    /** A proxy may have put the server below a path of its own. */
    private URI at(String path) {
        return base.resolve(base.getRawPath().replaceFirst("/+$", "") + path);
    }

    private HttpRequest.Builder authorized(URI uri) {
        var request = HttpRequest.newBuilder(uri);
        key.ifPresent(
                k -> request.header("X-NuGet-ApiKey", k).header("Authorization", "Bearer " + k));
        return request;
    }

    private JsonNode answer(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            return judged(response, parsed(response.body()));
        } catch (IOException e) {
            throw new Unreachable("cannot reach %s: %s".formatted(base, reason(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while waiting for " + base);
        }
    }

    private JsonNode judged(HttpResponse<?> response, JsonNode body) {
        if (body.path("type").asText().endsWith("/packages-on-their-way")) {
            throw new NotYet(body.path("detail").asText(), after(response));
        }
        if (response.statusCode() == 502
                || response.statusCode() == 503
                || response.statusCode() == 504) {
            throw new Unreachable(
                    "%s cannot answer just now (%d): %s"
                            .formatted(
                                    base,
                                    response.statusCode(),
                                    body.path("detail").asText("try again")));
        }
        if (response.statusCode() >= 400) {
            throw ApiProblem.of(response.statusCode(), body);
        }
        return body;
    }

    private static Duration after(HttpResponse<?> response) {
        try {
            return Duration.ofSeconds(
                    response.headers().firstValueAsLong("Retry-After").orElse(RETRY_SECONDS));
        } catch (NumberFormatException e) {
            // It may be a date, from something between us and the server.
            return Duration.ofSeconds(RETRY_SECONDS);
        }
    }

    private static String reason(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.net.ConnectException) {
                return "connection refused";
            }
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static JsonNode parsed(byte[] body) throws IOException {
        if (body.length == 0) {
            return MissingNode.getInstance();
        }
        try {
            return StagecoachJson.mapper().readTree(body);
        } catch (JsonProcessingException e) {
            // Something between us and the server answered in its own words.
            return StagecoachJson.mapper()
                    .createObjectNode()
                    .put(
                            "detail",
                            new String(body, StandardCharsets.UTF_8)
                                    .strip()
                                    .lines()
                                    .findFirst()
                                    .orElse(""));
        }
    }
}
