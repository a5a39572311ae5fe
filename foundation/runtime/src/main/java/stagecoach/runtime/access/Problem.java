package stagecoach.runtime.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * The body of a refusal (RFC 9457).
 *
 * @param type a page that explains this kind of problem
 * @param errors for bad input: every error with its place
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<FieldError> errors) {
    /** The media type. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Copies the errors. */
    public Problem {
        errors = List.copyOf(errors);
    }
}
