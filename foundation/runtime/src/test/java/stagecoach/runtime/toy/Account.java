package stagecoach.runtime.toy;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** The state of an account. */
public record Account(
        Optional<String> owner,
        long balance,
        Set<String> references,
        Optional<Instant> interestDue,
        int interests) {
    public Account {
        references = Set.copyOf(references);
    }

    static final Account NONE = new Account(Optional.empty(), 0, Set.of(), Optional.empty(), 0);
}
