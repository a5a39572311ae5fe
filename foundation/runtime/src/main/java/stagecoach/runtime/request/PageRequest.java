package stagecoach.runtime.request;

import jakarta.ws.rs.QueryParam;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
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
     * @throws InvalidInput if it was not made by {@link #cursorOf}
     */
    public Optional<String> after() {
        return cursor == null || cursor.isEmpty() ? Optional.empty() : Optional.of(keyOf(cursor));
    }

    /**
     * What {@link #cursorOf} made a cursor of.
     *
     * @throws InvalidInput if it was not made by it
     */
    public static String keyOf(String cursor) {
        try {
            String key = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (key.indexOf('\0') < 0) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // Said below, as for a key that nobody can have.
        }
        throw foreignCursor();
    }

    /** That a cursor was not made by the list that it is given to. */
    public static InvalidInput foreignCursor() {
        return new InvalidInput(
                "?cursor", "This cursor was not given by this list. Begin without one.");
    }

    /** A cursor, opaque to those who get it. */
    public static String cursorOf(String key) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The page from one item more than it may have.
     *
     * @param found up to {@code limit() + 1} items behind {@link #after}
     * @param key what the next page begins behind
     */
    public <T, V> Listed<V> page(
            List<T> found, Function<T, String> key, Function<List<T>, List<V>> views) {
        int limit = limit();
        if (found.size() <= limit) {
            return new Listed<>(views.apply(found), null);
        }
        List<T> shown = found.subList(0, limit);
        return new Listed<>(views.apply(shown), cursorOf(key.apply(shown.getLast())));
    }
}
