package stagecoach.runtime.request;

import jakarta.inject.Singleton;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.access.Problems;

/**
 * Refuses what no operation understands, before any of them meets it: media types that are none,
 * and paths with a NUL character, which no name has and the database does not take.
 */
@Singleton
public class RequestCheck {
    private final Problems problems;

    RequestCheck(Problems problems) {
        this.problems = problems;
    }

    /** Before a method is looked for, which goes by these headers. */
    @ServerRequestFilter(preMatching = true)
    public @Nullable Response checkMediaTypes(ContainerRequestContext request) {
        try {
            for (MediaType accepted : request.getAcceptableMediaTypes()) {
                checkQuality(accepted);
            }
        } catch (IllegalArgumentException e) {
            return problems.response(
                    406,
                    "not-acceptable",
                    "The header Accept cannot be understood. Send media types such as application/json, or leave it out.");
        }
        try {
            @Nullable MediaType _ = request.getMediaType();
            return null;
        } catch (IllegalArgumentException e) {
            return problems.response(
                    415,
                    "unsupported-media-type",
                    "The header Content-Type is no media type; send application/json.");
        }
    }

    private static void checkQuality(MediaType accepted) {
        @Nullable String quality = accepted.getParameters().get("q");
        if (quality != null && !(Float.parseFloat(quality) >= 0)) {
            throw new IllegalArgumentException("no quality: " + quality);
        }
    }

    /**
     * Who may not come in has been told so before. A NUL in a query is the operation's to judge: a
     * search for it finds nothing.
     */
    @ServerRequestFilter(priority = Priorities.AUTHENTICATION + 1)
    public @Nullable Response checkPath(ContainerRequestContext request) {
        return request.getUriInfo().getPath().indexOf('\0') < 0
                ? null
                : problems.response(
                        400,
                        "invalid-input",
                        "The address has a NUL character (%00) in its path, which no name has. Remove it.");
    }
}
