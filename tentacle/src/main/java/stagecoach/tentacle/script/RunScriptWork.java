package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;

/** Does what {@link RunScript} asks: one script, in a working directory of its own. */
public final class RunScriptWork implements Work {
    /** What the one script of a ticket is called. */
    public static final String SCRIPT = "main";

    private final ScriptRun runs;
    private final RunScript command;

    /** Does {@code command}. */
    public RunScriptWork(ScriptRun runs, RunScript command) {
        this.runs = runs;
        this.command = command;
    }

    @Override
    public CommandResult perform(LiveTicket live) throws IOException, InterruptedException {
        if (!(live.payload().orElse(null) instanceof CommandPayload.Script payload)) {
            return Results.refused("The command came without its script.");
        }
        Path directory = Files.createDirectories(live.folder().resolve("files"));
        Script script =
                new Script(
                        SCRIPT,
                        Interpreter.of(payload.syntax()),
                        new Script.Body.Text(payload.body()),
                        directory,
                        payload.variables());
        return run(runs, live, script, command.timeout());
    }

    /**
     * Runs the one script of a ticket.
     *
     * @param timeout counts from its first start
     */
    public static CommandResult run(
            ScriptRun runs, LiveTicket live, Script script, Optional<Duration> timeout)
            throws IOException, InterruptedException {
        ScriptEnd end = runs.run(live, script, deadline(live, timeout));
        return ScriptOutcome.of(live, script.name(), end, Map.of());
    }

    /** The time-out counts from the first start, whichever tentacle process that was. */
    private static Optional<Instant> deadline(LiveTicket live, Optional<Duration> timeout) {
        Instant begun =
                live.entries().stream()
                        .filter(JournalEntry.Starting.class::isInstance)
                        .map(JournalEntry::at)
                        .findFirst()
                        .orElseGet(live::now);
        return timeout.map(begun::plus);
    }
}
