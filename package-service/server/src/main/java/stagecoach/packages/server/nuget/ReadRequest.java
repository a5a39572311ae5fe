package stagecoach.packages.server.nuget;

import java.util.Optional;

/**
 * What the headers of a {@code GET} or {@code HEAD} ask for, as they came.
 *
 * @param head whether only the headers of the answer are wanted
 * @param range the {@code Range} header
 * @param ifRange the {@code If-Range} header
 * @param ifNoneMatch the {@code If-None-Match} header; several are joined by commas
 */
public record ReadRequest(
        boolean head,
        Optional<String> range,
        Optional<String> ifRange,
        Optional<String> ifNoneMatch) {

    /** All of it, without conditions. */
    public static ReadRequest whole() {
        return new ReadRequest(false, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** A request with that {@code Range}, without conditions. */
    public static ReadRequest range(String range) {
        return new ReadRequest(false, Optional.of(range), Optional.empty(), Optional.empty());
    }
}
