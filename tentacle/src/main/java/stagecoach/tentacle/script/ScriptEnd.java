package stagecoach.tentacle.script;

import java.util.Optional;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;

/** How a script ended. */
public sealed interface ScriptEnd {
    /** By itself. */
    record Exited(int code) implements ScriptEnd {}

    /** Because it was told to, or before it had begun. */
    record Stopped(Cause cause, Optional<Integer> code) implements ScriptEnd {}

    /** It did not end although it was killed. */
    record Abandoned(Cause cause) implements ScriptEnd {}

    /** It was begun, and nobody knows how it ended. */
    record Unknown(String reason, boolean mayStillRun) implements ScriptEnd {}

    /** This machine could not begin it. */
    record Refused(String reason) implements ScriptEnd {}
}
