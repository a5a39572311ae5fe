package stagecoach.orchestrator.app.progress.artifact;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.internal.KeepArtifact;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.progress.artifact.ArtifactViews.Found;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Hands on a collected file's bytes from the package-service, as fast as they are taken. What a
 * script has collected is shown by no browser: it is saved as a file, whatever it holds.
 */
@Singleton
public class ArtifactDownload {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final List<String> PASSED_ON =
            List.of("Content-Length", "Content-Range", "Accept-Ranges");
    private static final String ATTR_CHARS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$&+-.^_`|~";

    private final ServiceToken tokens;
    private final Optional<String> url;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_MAX)
                    .build();

    ArtifactDownload(
            ServiceToken tokens,
            @ConfigProperty(name = "STAGECOACH_PACKAGE_SERVICE_URL") Optional<String> url) {
        this.tokens = tokens;
        this.url = url;
    }

    @PreDestroy
    void stop() {
        client.shutdownNow();
    }

    /** The answer to a GET with these headers. */
    public Response answer(Found file, HttpHeaders asked) {
        String etag = "\"" + file.sha256() + "\"";
        if (matches(asked.getHeaderString(HttpHeaders.IF_NONE_MATCH), etag)) {
            return Response.notModified().header(HttpHeaders.ETAG, etag).build();
        }
        HttpResponse<InputStream> given = ask(file, range(asked, etag));
        return switch (given.statusCode()) {
            case 200, 206, 416 -> {
                Response.ResponseBuilder response = described(given.statusCode(), file);
                for (String name : PASSED_ON) {
                    given.headers()
                            .firstValue(name)
                            .ifPresent(value -> response.header(name, value));
                }
                yield response.entity(
                                (StreamingOutput)
                                        out -> {
                                            try (InputStream in = given.body()) {
                                                in.transferTo(out);
                                            }
                                        })
                        .build();
            }
            case 404 -> {
                close(given);
                throw Rejection.notFound("The bytes of this file are not kept any more.");
            }
            default -> {
                close(given);
                throw new TemporaryFailure(
                        "The package-service answered %d.".formatted(given.statusCode()), null);
            }
        };
    }

    /** The answer to a HEAD. */
    public Response head(Found file) {
        return described(Response.Status.OK.getStatusCode(), file)
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_LENGTH, file.size())
                .build();
    }

    private static Response.ResponseBuilder described(int status, Found file) {
        return Response.status(status)
                .type(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(HttpHeaders.ETAG, "\"" + file.sha256() + "\"")
                .header(HttpHeaders.CACHE_CONTROL, "private")
                .header(HttpHeaders.CONTENT_DISPOSITION, disposition(file.name()))
                .header("X-Content-Type-Options", "nosniff");
    }

    private static void close(HttpResponse<InputStream> given) {
        try {
            given.body().close();
        } catch (IOException e) {
            throw new TemporaryFailure("The package-service was cut off.", e);
        }
    }

    private static boolean matches(@Nullable String tags, String etag) {
        return tags != null && (tags.strip().equals("*") || tags.contains(etag));
    }

    /** A range of other bytes than these is none. */
    private static Optional<String> range(HttpHeaders asked, String etag) {
        @Nullable String ifRange = asked.getHeaderString("If-Range");
        return ifRange == null || ifRange.equals(etag)
                ? Optional.ofNullable(asked.getHeaderString("Range"))
                : Optional.empty();
    }

    private HttpResponse<InputStream> ask(Found file, Optional<String> range) {
        String base =
                url.orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "STAGECOACH_PACKAGE_SERVICE_URL is not set, so the package-service cannot be asked"));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(base + KeepArtifact.path(file.ticket(), file.sha256())))
                        .timeout(ANSWER_MAX)
                        .header("Authorization", "Bearer " + tokens.issue());
        range.ifPresent(text -> request.header("Range", text));
        try {
            return client.send(request.build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new TemporaryFailure("The package-service does not answer.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TemporaryFailure("The package-service was not waited for.", e);
        }
    }

    /** As RFC 6266 has it: for old clients in ASCII, for others as it is. */
    static String disposition(String name) {
        var plain = new StringBuilder();
        var exact = new StringBuilder();
        name.codePoints()
                .forEach(
                        point ->
                                plain.appendCodePoint(
                                        point < ' ' || point > '~' || "\"\\%".indexOf(point) >= 0
                                                ? '_'
                                                : point));
        for (byte one : name.getBytes(StandardCharsets.UTF_8)) {
            boolean itself = one > 0 && ATTR_CHARS.indexOf(one) >= 0;
            exact.append(itself ? String.valueOf((char) one) : "%%%02X".formatted(one & 0xff));
        }
        return "attachment; filename=\"%s\"; filename*=UTF-8''%s".formatted(plain, exact);
    }
}
