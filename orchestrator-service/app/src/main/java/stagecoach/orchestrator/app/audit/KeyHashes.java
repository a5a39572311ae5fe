package stagecoach.orchestrator.app.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import stagecoach.wire.StagecoachJson;

/**
 * Takes the hashes of API keys out of what readers see. Services need them, and find them in the
 * topic; a reader could try keys that a person made up against them.
 */
final class KeyHashes {
    private static final String HASH = "sha256";

    private KeyHashes() {}

    /** The CloudEvent without the hash of a key. */
    static String without(String cloudEvent) {
        // Nearly no event has one, and reading them all would cost more than sending them.
        if (!cloudEvent.contains("\"" + HASH + "\"")) {
            return cloudEvent;
        }
        try {
            JsonNode event = StagecoachJson.mapper().readTree(cloudEvent);
            if (event.path("data").path("document") instanceof ObjectNode document
                    && document.path("type").asText().equals("ApiKey")) {
                document.remove(HASH);
                return StagecoachJson.text(event);
            }
            return cloudEvent;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("an event that was kept is no JSON", e);
        }
    }
}
