package stagecoach.packages.app.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.ws.rs.QueryParam;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;

/** Which page of a list is asked for: {@code ?limit=&cursor=}. */
public class PageRequest {
    private static final int LIMIT_DEFAULT = 50;
    private static final int LIMIT_MAX = 500;

    /** As written. */
    @Parameter(description = "At most so many items, up to 500.")
    @Schema(type = SchemaType.INTEGER)
    @QueryParam("limit")
    public @Nullable String limit;

    /** As written. */
    @Parameter(description = "The next of the page before; opaque.")
    @QueryParam("cursor")
    public @Nullable String cursor;

    /**
     * How many items at most.
     *
     * @throws InvalidInput if it is no number from 1 to 500
     */
    public int limit() {
        if (limit == null) {
            return LIMIT_DEFAULT;
        }
        try {
            int wanted = Integer.parseInt(limit);
            if (wanted >= 1 && wanted <= LIMIT_MAX) {
                return wanted;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of bounds.
        }
        throw new InvalidInput(
                "?limit",
                "limit is a number from 1 to %d, not \"%s\".".formatted(LIMIT_MAX, limit));
    }

    /**
     * The key behind which the page begins; empty at the beginning.
     *
     * @throws InvalidInput if it was not made by {@link #page}
     */
    public String after() {
        if (cursor == null) {
            return "";
        }
        try {
            String key = new String(Base64.getUrlDecoder().decode(cursor), UTF_8);
            if (key.indexOf('\0') < 0) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new InvalidInput(
                "?cursor", "This cursor was not given by this list. Begin without one.");
    }

    /**
     * The page of what was found.
     *
     * @param found up to {@code limit() + 1} items behind {@link #after}
     * @param key what the next page begins behind
     */
    public <T> Listed<T> page(List<T> found, Function<T, String> key) {
        if (found.size() <= limit()) {
            return new Listed<>(found, null);
        }
        List<T> shown = found.subList(0, limit());
        return new Listed<>(
                shown,
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(key.apply(shown.getLast()).getBytes(UTF_8)));
    }
}
