package stagecoach.packages.acquisition;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionCancelling;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackagePinned;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStoreFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.vocabulary.identity.HolderId;

/**
 * The commands to tentacles that follow from the events of an acquisition.
 *
 * @param startWithin a command that could not be given to its tentacle by then is given up
 * @param reachWithin how long a machine may be out of reach, unless the steps that need it wait for
 *     it
 * @param stop how work is ended that is cancelled
 */
public record AcquisitionCommands(Duration startWithin, Duration reachWithin, StopBounds stop) {
    /** What follows from {@code event}; {@code state} is the one after it. */
    public List<AgentCommand> of(Acquisition state, AcquisitionEvent event, Instant now) {
        if (!(state instanceof Underway underway)) {
            return List.of();
        }
        return switch (event) {
            case TargetAcquiring acquiring -> List.of(acquire(underway, acquiring, now));
            case AcquisitionCancelling() ->
                    underway.atWork().stream()
                            .map(acquiring -> cancel(underway.started(), acquiring))
                            .toList();
            case AcquisitionStarted _,
                    PackagePinned _,
                    PackageStored _,
                    PackageStoreFailed _,
                    PackageReplicated _,
                    ReplicationFailed _,
                    TargetAcquired _,
                    TargetAcquisitionFailed _,
                    IntegrityBroken _,
                    AcquisitionEnded _ ->
                    List.of();
        };
    }

    private AgentCommand acquire(Underway underway, TargetAcquiring acquiring, Instant now) {
        AcquisitionStarted started = underway.started();
        Duration reach = underway.waitFor(acquiring).orElse(reachWithin);
        return new AcquirePackage(
                acquiring.ticket(),
                acquiring.agent(),
                context(started, acquiring.target()),
                acquiring.pin(),
                acquiring.sources(),
                started.forceDownload(),
                now.plus(startWithin).plus(reach),
                Optional.of(reach));
    }

    private AgentCommand cancel(AcquisitionStarted started, TargetAcquiring acquiring) {
        return new CancelCommand(
                acquiring.ticket(),
                acquiring.agent(),
                context(started, acquiring.target()),
                stop.killAfter(),
                stop.abandonAfter());
    }

    private static CommandContext context(AcquisitionStarted started, HolderId target) {
        return new CommandContext(
                started.deployment(),
                started.project(),
                started.environment(),
                started.run(),
                Optional.empty(),
                target.target());
    }
}
