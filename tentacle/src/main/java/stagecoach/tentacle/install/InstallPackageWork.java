package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.releases.OlderReleases;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.trash.Trash;

/**
 * Does what {@link InstallPackage} asks. Until a convention script has begun it may be begun again;
 * from then on it goes on where the scripts are, and none of them runs twice. Whatever fails leaves
 * the version in place that was there before.
 */
public final class InstallPackageWork implements Work {
    private static final String REMOVED_RELEASES = "RemovedReleases";

    private final Shared shared;
    private final InstallPackage command;

    /** What all installations on a machine share. */
    public static final class Shared {
        private final Home home;
        private final PackageStore store;
        private final ScriptRun runs;
        private final FolderSync disk;
        private final OlderReleases older;
        private final Trash trash;
        private final Set<Path> inUse = ConcurrentHashMap.newKeySet();

        /**
         * Installs from this store.
         *
         * @param open the commands on this machine
         * @param log told what is removed
         */
        public Shared(
                Home home,
                PackageStore store,
                ScriptRun runs,
                Collection<LiveTicket> open,
                RemovalLog log) {
            this(home, store, runs, open, log, FolderSync.onDisk(), Trash.onDisk());
        }

        /** Installs from this store, on this disk. */
        Shared(
                Home home,
                PackageStore store,
                ScriptRun runs,
                Collection<LiveTicket> open,
                RemovalLog log,
                FolderSync disk,
                Trash trash) {
            this.home = home;
            this.store = store;
            this.runs = runs;
            this.disk = disk;
            this.trash = trash;
            this.older = new OlderReleases(open, log);
        }

        PackageStore store() {
            return store;
        }

        ScriptRun runs() {
            return runs;
        }

        Trash trash() {
            return trash;
        }
    }

    /** Does {@code command}. */
    public InstallPackageWork(Shared shared, InstallPackage command) {
        this.shared = shared;
        this.command = command;
    }

    private List<Behaviour> behaviours() {
        var preDeploy = new ConventionScript(shared.runs, shared.disk, "PreDeploy");
        var deploy = new ConventionScript(shared.runs, shared.disk, "Deploy");
        var postDeploy = new ConventionScript(shared.runs, shared.disk, "PostDeploy");
        var copy = new CopyInstallation(shared.home.root(), shared.disk);
        return List.of(
                copy::check,
                new VerifyPackage(shared.store),
                new ExtractPackage(ArchiveLimits.USUAL, shared.trash),
                new SubstituteVariables(),
                new StructuredVariables(),
                // Nothing is begun that cannot be brought to its end here.
                unlessUnpacked(preDeploy::check),
                unlessUnpacked(deploy::check),
                unlessUnpacked(postDeploy::check),
                new CompleteFolder(shared.disk),
                preDeploy,
                // While the version before is still in place: it stays there if this fails.
                copy,
                installation ->
                        shared.older.whileNoneGoes(
                                () -> installation.link().switchOver(installation.live())),
                deploy,
                postDeploy,
                this::prune,
                this::removeOlder);
    }

    /** An older version that cannot be removed is no failure of the new one. */
    private void prune(Installation installation) throws IOException {
        try {
            installation.link().prune(installation.live(), shared.inUse, shared.trash);
        } catch (IOException e) {
            installation
                    .live()
                    .info(
                            "Older versions could not be removed, which the next installation tries again: %s."
                                    .formatted(sentence(e)));
        }
    }

    private static Behaviour unlessUnpacked(Behaviour check) {
        return installation -> {
            if (!installation.isUnpacked()) {
                check.apply(installation);
            }
        };
    }

    private void removeOlder(Installation installation) throws IOException {
        List<String> gone =
                shared.older.installed(
                        installation.live(),
                        installation.link().directory(),
                        command.pin(),
                        installation.payload().keepReleases());
        if (!gone.isEmpty()) {
            installation.outputs().put(REMOVED_RELEASES, String.join(", ", gone));
        }
    }

    @Override
    public CommandResult perform(LiveTicket live) throws IOException, InterruptedException {
        if (!(live.payload().orElse(null) instanceof CommandPayload.Install payload)) {
            return Results.refused("The command came without its details.");
        }
        VersionLink link;
        try {
            link = VersionLink.of(shared.home.root(), payload.directory(), live.ticket());
            link.check();
        } catch (InstallFailed e) {
            return e.result();
        }
        shared.inUse.add(link.content());
        try {
            return install(new Installation(live, command, payload, link));
        } finally {
            shared.inUse.remove(link.content());
        }
    }

    private CommandResult install(Installation installation)
            throws IOException, InterruptedException {
        LiveTicket live = installation.live();
        if (installation.isUndone()) {
            return undoneBefore(installation);
        }
        try {
            for (Behaviour behaviour : behaviours()) {
                behaviour.apply(installation);
            }
        } catch (InstallFailed e) {
            undo(installation, e.result());
            return e.result();
        } catch (ConventionScript.UnderWay e) {
            throw e;
        } catch (IOException e) {
            if (live.stop().isPresent()) {
                // The interrupt closed a file that was being written.
                throw stopped(installation, e);
            }
            CommandResult failed =
                    Results.failed(
                            live.masks()
                                    .apply(
                                            "The package could not be installed: %s."
                                                    .formatted(sentence(e))));
            undo(installation, failed);
            return failed;
        } catch (InterruptedException e) {
            throw stopped(installation, e);
        }
        installation.outputs().put("InstallDirectory", installation.link().directory().toString());
        return Results.done(installation.outputs());
    }

    private InterruptedException stopped(Installation installation, Exception cause)
            throws IOException {
        undo(installation, Results.failed("stopped"));
        InterruptedException stopped = new InterruptedException("asked to stop");
        stopped.initCause(cause);
        return stopped;
    }

    private void undo(Installation installation, CommandResult result) throws IOException {
        installation.link().switchBack(installation.live());
        if (!installation.isUndone()) {
            CopyInstallation.tellLeft(installation);
            installation.undone();
        }
        if (!result.mayStillRun()) {
            shared.trash.discard(installation.content());
        }
    }

    /** The process before this one has undone it, and ended before it could say why. */
    private CommandResult undoneBefore(Installation installation)
            throws IOException, InterruptedException {
        if (installation.live().stop().isPresent()) {
            throw stopped(installation, new IOException("undone before"));
        }
        CommandResult failed =
                Results.failed(
                        "The installation failed and was undone. The tentacle ended before it could write down why; the step's output tells more.");
        undo(installation, failed);
        return failed;
    }

    private static String sentence(IOException e) {
        String kind = e.getClass().getSimpleName();
        return e.getMessage() == null ? kind : kind + ": " + e.getMessage();
    }
}
