package stagecoach.runtime.aggregate;

import java.util.Optional;

/** An event that may be the cause of a command. */
public interface Happened {
    /** {@code stream/version}. */
    String id();

    /** Who set it going, if that is known. */
    Optional<String> actor();
}
