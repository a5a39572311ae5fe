package stagecoach.tentacle.journal;

import java.io.IOException;

/** What was written about a ticket cannot be trusted any more: how its work ended is unknown. */
public final class DamagedJournal extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedJournal(String message) {
        super(message);
    }

    DamagedJournal(String message, Throwable cause) {
        super(message, cause);
    }
}
