package stagecoach.runtime.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param next the opaque cursor of the next page; null at the end, and then written as null
 */
public record Listed<T>(
        List<T> items,
        @Schema(nullable = true) @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {
    /** Copies the items. */
    public Listed {
        items = List.copyOf(items);
    }
}
