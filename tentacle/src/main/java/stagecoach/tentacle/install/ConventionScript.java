package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.script.Interpreter;
import stagecoach.tentacle.script.Script;
import stagecoach.tentacle.script.ScriptEnd;
import stagecoach.tentacle.script.ScriptOutcome;
import stagecoach.tentacle.script.ScriptRun;

/**
 * Runs a script of the package that has a conventional name, if there is one, in the new folder.
 */
final class ConventionScript implements Behaviour {
    /** A package for several kinds of machines brings several: the first that is there runs. */
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
        for (Interpreter interpreter : ORDER) {
            Path file = installation.content().resolve(name + "." + interpreter.extension());
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                run(installation, interpreter, file);
                return;
            }
        }
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
