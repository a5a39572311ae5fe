package stagecoach.tentacle.desk;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.tentacle.artifact.KeepArtifacts;
import stagecoach.tentacle.artifact.UploadRules;
import stagecoach.tentacle.check.CheckHttpWork;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.install.InstallPackageWork;
import stagecoach.tentacle.install.PackagedScriptWork;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.Work;
import stagecoach.tentacle.packages.AcquirePackageWork;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.RunScriptWork;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Mutex;

/** Knows which work each command asks for. */
public final class Workshop {
    private final ScriptRun scripts;
    private final AcquirePackageWork.Shared acquisitions;
    private final InstallPackageWork.Shared installations;
    private final RemovalLog removals;

    private final KeepArtifacts.Shared artifacts;
    private final Map<Ticket, LiveTicket> open;

    private Workshop(
            ScriptRun scripts,
            AcquirePackageWork.Shared acquisitions,
            InstallPackageWork.Shared installations,
            RemovalLog removals,
            KeepArtifacts.Shared artifacts,
            Map<Ticket, LiveTicket> open) {
        this.scripts = scripts;
        this.acquisitions = acquisitions;
        this.installations = installations;
        this.removals = removals;
        this.artifacts = artifacts;
        this.open = open;
    }

    /**
     * The works of a machine.
     *
     * @param routes the ways to all servers
     */
    public static Workshop open(
            Home home,
            Settings settings,
            Supplier<Identity> identity,
            Routes routes,
            FetchRules rules)
            throws IOException {
        return open(
                home, settings, identity, routes, rules, new ScriptRun(ScriptTools.install(home)));
    }

    static Workshop open(
            Home home,
            Settings settings,
            Supplier<Identity> identity,
            Routes routes,
            FetchRules rules,
            ScriptRun scripts)
            throws IOException {
        PackageStore store = PackageStore.open(home);
        RemovalLog removals = RemovalLog.open(home);
        Map<Ticket, LiveTicket> open = new ConcurrentSkipListMap<>();
        return new Workshop(
                scripts,
                new AcquirePackageWork.Shared(
                        home, store, settings, identity, routes, rules, open.values(), removals),
                new InstallPackageWork.Shared(home, store, scripts, open.values(), removals),
                removals,
                new KeepArtifacts.Shared(
                        settings,
                        new GatewayTrust(home, settings),
                        identity,
                        routes,
                        UploadRules.USUAL),
                open);
    }

    /** The tickets that are worked on here, or wait; the desk puts them there. */
    Map<Ticket, LiveTicket> open() {
        return open;
    }

    /**
     * What is to be done.
     *
     * @param mutex the lock that it needs
     * @param expiresAt when it is too late to take it in
     */
    record Job(Work work, Optional<Mutex> mutex, Instant expiresAt) {}

    List<SourceLatency> latencies() {
        return acquisitions.distances().measured();
    }

    List<BegunPackage> begun() throws IOException {
        return acquisitions.begun();
    }

    RemovalLog removals() {
        return removals;
    }

    Job job(AgentCommand command) {
        return switch (command) {
            case AgentCommand.RunScript run ->
                    new Job(
                            new KeepArtifacts(
                                    artifacts,
                                    run.packages().isEmpty()
                                            ? new RunScriptWork(scripts, run)
                                            : new PackagedScriptWork(installations, run)),
                            Optional.of(run.mutex()),
                            run.expiresAt());
            case AgentCommand.AcquirePackage acquire ->
                    new Job(
                            new AcquirePackageWork(acquisitions, acquire),
                            Optional.empty(),
                            acquire.expiresAt());
            case AgentCommand.InstallPackage install ->
                    new Job(
                            new KeepArtifacts(
                                    artifacts, new InstallPackageWork(installations, install)),
                            Optional.of(install.mutex()),
                            install.expiresAt());
            case AgentCommand.CheckHttp check ->
                    new Job(new CheckHttpWork(), Optional.empty(), check.expiresAt());
            case AgentCommand.CancelCommand _ ->
                    new Job(
                            _ -> Results.refused("A cancel is no work of its own."),
                            Optional.empty(),
                            Instant.MAX);
        };
    }
}
