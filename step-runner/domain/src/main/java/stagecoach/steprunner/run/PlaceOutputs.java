package stagecoach.steprunner.run;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.identity.Ticket;

/**
 * The output variables that a step has set at one place. The values of sensitive ones are kept
 * elsewhere, sealed under the ticket.
 *
 * @param plain those that are not sensitive, by name
 * @param sensitive the names of those that are
 * @param ticket what they were set under
 */
public record PlaceOutputs(
        Map<String, String> plain, List<String> sensitive, Optional<Ticket> ticket) {
    /** None. */
    public static final PlaceOutputs NONE = new PlaceOutputs(Map.of(), List.of(), Optional.empty());

    /** Copies both. */
    public PlaceOutputs {
        plain = Map.copyOf(plain);
        sensitive = List.copyOf(sensitive);
    }

    boolean isEmpty() {
        return plain.isEmpty() && sensitive.isEmpty();
    }
}
