package stagecoach.runtime.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.Rejection;
import stagecoach.runtime.store.TemporaryFailure;

/** Makes the bodies of refusals, all of one form. */
@Singleton
public class Problems {
    private static final int RETRY_AFTER_SECONDS = 2;

    private final String base;

    Problems(@ConfigProperty(name = "STAGECOACH_PUBLIC_URL") Optional<String> publicUrl) {
        this.base = publicUrl.map(url -> url.replaceAll("/+$", "")).orElse("");
    }

    /**
     * A refusal.
     *
     * @param code in lower-case words with hyphens: the last part of the type, and the title
     * @param detail a sentence: what is wrong and what to do
     */
    public Response response(int status, String code, String detail) {
        return response(status, code, detail, List.of());
    }

    /** A refusal of bad input. */
    public Response response(int status, String code, String detail, List<FieldError> errors) {
        return Response.status(status)
                .type(Problem.MEDIA_TYPE)
                .entity(
                        new Problem(
                                base + "/api/problems/" + code,
                                title(code),
                                status,
                                detail,
                                errors))
                .build();
    }

    /** The answer to any exception. */
    public Response of(Throwable failure) {
        return switch (failure) {
            case InvalidInput invalid ->
                    response(400, "invalid-input", sentence(invalid.errors()), invalid.errors());
            case JsonProcessingException json -> of(json);
            case Rejection rejection -> of(rejection);
            case Idempotency.OtherRequest other ->
                    response(422, "idempotency-key-used", String.valueOf(other.getMessage()));
            case TemporaryFailure temporary -> unavailable(temporary);
            case WebApplicationException web -> of(web);
            default -> unexpected(failure);
        };
    }

    private Response of(Rejection rejection) {
        Response refused =
                response(status(rejection.kind()), rejection.code(), rejection.sentence());
        return rejection.kind() == Rejection.Kind.NOT_YET ? soon(refused) : refused;
    }

    private static Response soon(Response response) {
        return Response.fromResponse(response)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }

    private Response of(JsonProcessingException failure) {
        var error = JsonErrors.of(failure);
        return response(400, "invalid-input", sentence(List.of(error)), List.of(error));
    }

    private static String sentence(List<FieldError> errors) {
        return errors.size() == 1
                ? errors.getFirst().detail()
                : "%d things are wrong with the request.".formatted(errors.size());
    }

    private static int status(Rejection.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> 404;
            case FORBIDDEN -> 403;
            case CONFLICT -> 409;
            case OUTDATED -> 412;
            case NOT_YET -> 503;
            case INVALID -> 400;
        };
    }

    private Response unavailable(TemporaryFailure failure) {
        Log.warnf("A request could not be served for the time being. cause=%s", failure.toString());
        return soon(
                response(
                        503,
                        "unavailable",
                        "Something that Stagecoach needs does not answer right now. Try again in a few seconds."));
    }

    private Response of(WebApplicationException failure) {
        for (@Nullable Throwable t = failure.getCause(); t != null; t = t.getCause()) {
            if (t instanceof JsonProcessingException json) {
                return of(json);
            }
        }
        Response own = failure.getResponse();
        if (own.getStatus() < 400 || own.hasEntity()) {
            return own;
        }
        return switch (own.getStatus()) {
            case 400 ->
                    response(
                            400, "invalid-input", "The request cannot be read: " + reason(failure));
            case 404 -> response(404, "not-found", "There is nothing at this path.");
            case 405 ->
                    withHeader(
                            own,
                            HttpHeaders.ALLOW,
                            response(
                                    405,
                                    "method-not-allowed",
                                    "This path does not take this method."));
            case 406 ->
                    response(
                            406,
                            "not-acceptable",
                            "This path gives none of the accepted media types.");
            case 413 -> response(413, "too-large", "The body is larger than is allowed.");
            case 415 ->
                    response(
                            415,
                            "unsupported-media-type",
                            "This path does not take a body of this Content-Type; send application/json.");
            default ->
                    own.getStatus() < 500
                            ? response(
                                    own.getStatus(),
                                    "refused",
                                    "The request is refused: " + reason(failure))
                            : unexpected(failure);
        };
    }

    private static Response withHeader(Response from, String header, Response to) {
        @Nullable String value = from.getHeaderString(header);
        return value == null ? to : Response.fromResponse(to).header(header, value).build();
    }

    private static String reason(WebApplicationException failure) {
        return String.valueOf(failure.getMessage());
    }

    private Response unexpected(Throwable failure) {
        String id = UUID.randomUUID().toString();
        Log.errorf(failure, "A request failed. id=%s", id);
        return response(
                500,
                "internal-error",
                "Something went wrong inside Stagecoach. Its log says more under %s."
                        .formatted(id));
    }

    private static String title(String code) {
        String words = code.replace('-', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
