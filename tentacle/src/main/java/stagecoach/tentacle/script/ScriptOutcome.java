package stagecoach.tentacle.script;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.wire.StagecoachJson;

/** Says what a script's end means for its ticket. */
public final class ScriptOutcome {
    /** An event carries all outputs of a script; it must stay small. */
    private static final int OUTPUTS_BYTES_MAX = 128 * 1024;

    private ScriptOutcome() {}

    /**
     * The result of a ticket whose (last) script ended so.
     *
     * @param script the script's name
     * @param before outputs besides the script's own
     */
    public static CommandResult of(
            LiveTicket live, String script, ScriptEnd end, Map<String, String> before)
            throws IOException {
        return switch (end) {
            case ScriptEnd.Exited(int code) -> {
                Map<String, String> outputs = new LinkedHashMap<>(before);
                outputs.putAll(outputs(live, script));
                yield code == 0
                        ? Results.done(outputs)
                        : Results.exited(
                                code,
                                outputs,
                                live.output()
                                        .lastError(script)
                                        .orElse("ended with exit code " + code));
            }
            case ScriptEnd.Stopped(Cause cause, Optional<Integer> code) -> stopped(cause, code);
            case ScriptEnd.Abandoned(Cause cause) ->
                    Results.abandoned(
                            "The script did not end although it was killed%s. It may still run."
                                    .formatted(
                                            cause == Cause.TIMEOUT ? " after its time-out" : ""));
            case ScriptEnd.Unknown(String reason, boolean mayStillRun) ->
                    Results.unknown(reason, mayStillRun);
            case ScriptEnd.Refused(String reason) -> Results.refused(live.masks().apply(reason));
        };
    }

    /** The result of work that was stopped. */
    public static CommandResult stopped(Cause cause, Optional<Integer> code) {
        return switch (cause) {
            case CANCEL -> Results.cancelled(code);
            case TIMEOUT ->
                    Results.timedOut(code, "ran longer than its time-out allows, and was ended");
        };
    }

    /** What a script has set, with secrets hidden: outputs travel in events. */
    public static Map<String, String> outputs(LiveTicket live, String script) throws IOException {
        Map<String, String> outputs = new LinkedHashMap<>();
        int bytes = 0;
        Set<String> sensitive = live.sensitiveNames();
        var set = new ScriptFolder(live.folder(), script).outputs(OUTPUTS_BYTES_MAX);
        for (var output : set.entrySet()) {
            String name = output.getKey();
            if (sensitive.contains(name)) {
                // A script of the same ticket has made a secret of it.
                continue;
            }
            if (output.getValue().isEmpty()) {
                leaveOut(live, name);
                continue;
            }
            String said = output.getValue().get();
            String value = live.masks().apply(said);
            int size = StagecoachJson.bytes(Map.of(name, value)).length;
            if (bytes + size > OUTPUTS_BYTES_MAX) {
                leaveOut(live, name);
                continue;
            }
            bytes += size;
            if (!value.equals(said)) {
                live.info(
                        "The output variable %s holds a secret, which is hidden. Behind the value write --sensitive to pass it on."
                                .formatted(name));
            }
            outputs.put(name, value);
        }
        return outputs;
    }

    private static void leaveOut(LiveTicket live, String name) throws IOException {
        live.info(
                "The output variable %s is left out: all of a step's together must not be longer than %d bytes."
                        .formatted(name, OUTPUTS_BYTES_MAX));
    }
}
