package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;
import stagecoach.tentacle.script.Interpreter;
import stagecoach.tentacle.script.RunScriptWork;
import stagecoach.tentacle.script.Script;
import stagecoach.tentacle.script.ScriptOutcome;
import stagecoach.tentacle.script.ScriptRun;

/**
 * Does what {@link RunScript} asks where the script refers to packages, or lies in one: puts them
 * beside it, runs it, and takes them away. Until the script has begun it may be begun again.
 */
public final class PackagedScriptWork implements Work {
    private final InstallPackageWork.Shared shared;
    private final RunScript command;

    /** Does {@code command}. */
    public PackagedScriptWork(InstallPackageWork.Shared shared, RunScript command) {
        this.shared = shared;
        this.command = command;
    }

    @Override
    public CommandResult perform(LiveTicket live) throws IOException, InterruptedException {
        if (!(live.payload().orElse(null) instanceof CommandPayload.Script payload)) {
            return Results.refused("The command came without its script.");
        }
        var packages =
                new ScriptPackages(
                        live.folder().resolve("packages"), command.packages(), shared.trash());
        if (!ScriptRun.mayHaveBegun(live, RunScriptWork.SCRIPT)) {
            Optional<CommandResult> failure = prepare(packages, payload, live);
            if (failure.isPresent()) {
                packages.remove();
                return masked(live, failure.get());
            }
        }
        CommandResult result =
                RunScriptWork.run(
                        shared.runs(), live, script(packages, payload, live), command.timeout());
        if (!result.mayStillRun()) {
            packages.remove();
        }
        return result;
    }

    /** Puts everything in its place; if that fails, nothing has run. */
    private Optional<CommandResult> prepare(
            ScriptPackages packages, CommandPayload.Script payload, LiveTicket live)
            throws InterruptedException {
        live.begun();
        Optional<Instant> giveUp = command.timeout().map(live.now()::plus);
        try {
            packages.put(shared.store(), live, () -> checkTime(live, giveUp));
            if (payload.file().isPresent()) {
                packages.substitute(payload.file().get(), payload.variables(), live);
            }
            return Optional.empty();
        } catch (InstallFailed e) {
            return Optional.of(e.result());
        } catch (IOException e) {
            if (live.stop().isPresent()) {
                // The interrupt closed a file that was being written.
                var stopped = new InterruptedException("asked to stop");
                stopped.initCause(e);
                throw stopped;
            }
            return Optional.of(
                    Results.failed(
                            "The script's packages could not be put beside it: %s.".formatted(e)));
        }
    }

    /** Unpacking takes no longer than the script itself may. */
    private static void checkTime(LiveTicket live, Optional<Instant> giveUp) throws InstallFailed {
        if (giveUp.isPresent() && !live.now().isBefore(giveUp.get())) {
            throw new InstallFailed(ScriptOutcome.stopped(Cause.TIMEOUT, Optional.empty()));
        }
    }

    private static Script script(
            ScriptPackages packages, CommandPayload.Script payload, LiveTicket live)
            throws IOException {
        Optional<CommandPayload.PackagedFile> file = payload.file();
        return new Script(
                RunScriptWork.SCRIPT,
                Interpreter.of(payload.syntax()),
                file.<Script.Body>map(of -> new Script.Body.File(packages.pathOf(of)))
                        .orElseGet(
                                () ->
                                        new Script.Body.Text(
                                                packages.withDirectories(payload.body()))),
                file.isPresent()
                        ? packages.topOf(file.get())
                        : Files.createDirectories(live.folder().resolve("files")),
                packages.withDirectories(payload.variables()));
    }

    private static CommandResult masked(LiveTicket live, CommandResult result) throws IOException {
        return result.withReason(result.reason().map(live.masks()::apply));
    }
}
