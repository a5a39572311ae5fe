package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.script.Interpreter;
import stagecoach.tentacle.script.Script;
import stagecoach.tentacle.script.ScriptEnd;
import stagecoach.tentacle.script.ScriptOutcome;
import stagecoach.tentacle.script.ScriptRun;

/**
 * Runs a script of the package that has a conventional name, if there is one, in the new folder.
 */
final class ConventionScript implements Behaviour {
    /**
     * A package for several kinds of machines brings several: the first runs that the machine can
     * run.
     */
    private static final List<Interpreter> ORDER =
            List.of(Interpreter.BASH, Interpreter.PYTHON, Interpreter.POWERSHELL);

    /** This machine failed while the script may run; the script does not end by it. */
    static final class UnderWay extends IOException {
        private static final long serialVersionUID = 1;

        UnderWay(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private final ScriptRun runs;
    private final FolderSync disk;
    private final String name;

    ConventionScript(ScriptRun runs, FolderSync disk, String name) {
        this.runs = runs;
        this.disk = disk;
        this.name = name;
    }

    @Override
    public void apply(Installation installation)
            throws InstallFailed, IOException, InterruptedException {
        Optional<Interpreter> chosen = choice(installation);
        if (chosen.isPresent()) {
            run(installation, chosen.get(), file(installation, chosen.get()));
        }
    }

    /**
     * Makes sure, before any script has begun, that this machine can run it if it is there.
     *
     * @throws InstallFailed naming what the machine would need
     */
    void check(Installation installation) throws InstallFailed {
        choice(installation);
    }

    private Optional<Interpreter> choice(Installation installation) throws InstallFailed {
        List<Interpreter> brought =
                ORDER.stream()
                        .filter(
                                interpreter ->
                                        Files.isRegularFile(
                                                file(installation, interpreter),
                                                LinkOption.NOFOLLOW_LINKS))
                        .toList();
        // One that has begun is attached to, whatever the machine lacks by now.
        boolean begun = ScriptRun.mayHaveBegun(installation.live(), name);
        return choice(name, brought, one -> begun || one.program().isPresent());
    }

    /** The first of those that are brought that the machine can run. */
    static Optional<Interpreter> choice(
            String name, List<Interpreter> brought, Predicate<Interpreter> isHere)
            throws InstallFailed {
        Optional<Interpreter> first = brought.stream().filter(isHere).findFirst();
        if (first.isEmpty() && !brought.isEmpty()) {
            String needs =
                    brought.stream()
                            .map(
                                    one ->
                                            "%s for %s.%s"
                                                    .formatted(
                                                            one.capability(),
                                                            name,
                                                            one.extension()))
                            .collect(Collectors.joining(", no "));
            throw new InstallFailed(
                    Results.refused(
                            "This machine has no %s. Install it, or bring a script in the package that the machine can run."
                                    .formatted(needs)));
        }
        return first;
    }

    private Path file(Installation installation, Interpreter interpreter) {
        return installation.content().resolve(name + "." + interpreter.extension());
    }

    /**
     * What fails while it may run is not the end of the installation: whoever takes that up again
     * finds the script.
     */
    private ScriptEnd runToItsEnd(Installation installation, Script script)
            throws IOException, InterruptedException {
        try {
            return runs.run(installation.live(), script, installation.deadline());
        } catch (IOException e) {
            if (ScriptRun.mayHaveBegun(installation.live(), name)) {
                throw new UnderWay(e);
            }
            throw e;
        }
    }

    private void run(Installation installation, Interpreter interpreter, Path file)
            throws InstallFailed, IOException, InterruptedException {
        if (!ScriptRun.mayHaveBegun(installation.live(), name)) {
            installation.checkTime();
            installation.live().info("Running %s.".formatted(file.getFileName()));
        }
        Script script =
                new Script(
                        name,
                        interpreter,
                        new Script.Body.File(file),
                        installation.content(),
                        installation.payload().variables());
        ScriptEnd end = runToItsEnd(installation, script);
        CommandResult result =
                ScriptOutcome.of(installation.live(), name, end, installation.outputs());
        if (!result.succeeded()) {
            throw new InstallFailed(result);
        }
        installation.outputs().putAll(result.outputs());
        // It may have written what the installed program needs.
        disk.sync(installation.content());
    }
}
