package stagecoach.orchestrator.app.progress;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why a deployment does not go on.
 *
 * @param reason a name such as {@code SLOT_TAKEN}
 * @param detail a sentence for people
 * @param facts what belongs to the reason, such as the other deployment's id; told beside it
 */
@Schema(name = "WaitingReason", additionalProperties = Schema.True.class)
public record WaitingReason(
        String reason,
        String detail,
        @Schema(hidden = true) @JsonAnyGetter Map<String, Object> facts) {
    /** Copies the facts. */
    public WaitingReason {
        facts = Map.copyOf(facts);
    }
}
