package stagecoach.packages.feeds.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedHttp;

/** Documents of the v3 protocol. */
final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String ACCEPT = "application/json";

    private Json() {}

    /**
     * A document.
     *
     * @param at where it was found in the end; what it names relative, it means from there
     * @param root an object
     */
    record Document(URI at, JsonNode root) {}

    /** The document at {@code uri}, or where that leads; empty if there is none. */
    static Optional<Document> get(FeedHttp http, URI uri)
            throws FeedException, InterruptedException {
        var document = http.found(uri, ACCEPT);
        if (document.isEmpty()) {
            return Optional.empty();
        }
        try {
            var json = MAPPER.readTree(document.get().bytes());
            if (json.isObject()) {
                return Optional.of(new Document(document.get().at(), json));
            }
        } catch (IOException e) {
            throw http.wrong(what(uri), e);
        }
        throw http.wrong(what(uri));
    }

    private static String what(URI uri) {
        return "%s is no document of the NuGet protocol; check the url".formatted(uri.getPath());
    }
}
