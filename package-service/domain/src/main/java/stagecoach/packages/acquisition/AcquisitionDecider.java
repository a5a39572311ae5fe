package stagecoach.packages.acquisition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionCancelling;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackagePinned;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStoreFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.decider.Decider;
import stagecoach.packages.acquisition.Acquisition.Delivery;
import stagecoach.packages.acquisition.Acquisition.Ended;
import stagecoach.packages.acquisition.Acquisition.Filling;
import stagecoach.packages.acquisition.Acquisition.Nothing;
import stagecoach.packages.acquisition.Acquisition.Standing;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.packages.acquisition.AcquisitionCommand.Cancel;
import stagecoach.packages.acquisition.AcquisitionCommand.NotReplicated;
import stagecoach.packages.acquisition.AcquisitionCommand.NotStored;
import stagecoach.packages.acquisition.AcquisitionCommand.Replicated;
import stagecoach.packages.acquisition.AcquisitionCommand.Start;
import stagecoach.packages.acquisition.AcquisitionCommand.Stored;
import stagecoach.packages.acquisition.AcquisitionCommand.TargetReported;
import stagecoach.packages.routing.Sources;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;

/**
 * Decides how an acquisition run goes on. A target is told to read as soon as its {@link
 * RegionBarrier} is open. It leaves the transfers themselves to those who see in {@link Underway}
 * what is still to do.
 */
public final class AcquisitionDecider
        implements Decider<Acquisition, AcquisitionCommand, AcquisitionEvent> {
    @Override
    public Acquisition initial() {
        return new Nothing();
    }

    @Override
    public List<AcquisitionEvent> decide(Acquisition state, AcquisitionCommand command) {
        return switch (state) {
            case Nothing nothing -> command instanceof Start start ? onStart(start) : List.of();
            case Underway underway -> followed(underway, onReport(underway, command));
            case Ended ended -> List.of();
        };
    }

    private List<AcquisitionEvent> onStart(Start start) {
        var started =
                new AcquisitionStarted(
                        start.deployment(),
                        start.project(),
                        start.environment(),
                        start.run(),
                        start.attempt(),
                        start.purpose(),
                        start.needs(),
                        start.forceDownload(),
                        start.routes(),
                        start.forceDownload() ? List.of() : start.held(),
                        start.machinesRead());
        var events = new ArrayList<AcquisitionEvent>();
        events.add(started);
        for (PackageNeed need : start.needs()) {
            for (NeedingTarget target : need.targets()) {
                target.unavailable()
                        .ifPresent(
                                why ->
                                        events.add(
                                                new TargetAcquisitionFailed(
                                                        need.pinned().pin(),
                                                        target.target(),
                                                        "target",
                                                        why)));
            }
        }
        return followed(new Nothing(), events);
    }

    private static List<AcquisitionEvent> onReport(Underway state, AcquisitionCommand command) {
        return switch (command) {
            case Start repeated -> List.of();
            case Stored(var pin, var feed, long bytes, int attempts) ->
                    state.stored().containsKey(pin.sha512())
                            ? List.of()
                            : List.of(new PackageStored(pin, feed, bytes, attempts));
            case NotStored(var pin, var feed, var reason) ->
                    state.stored().containsKey(pin.sha512())
                            ? List.of()
                            : List.of(new PackageStoreFailed(pin, feed, reason));
            case Replicated(var pin, var cache, long bytes, long resumed, int attempts) ->
                    state.filled().containsKey(new Filling(pin.sha512(), cache))
                            ? List.of()
                            : List.of(new PackageReplicated(pin, cache, bytes, resumed, attempts));
            case NotReplicated(var pin, var cache, var reason) ->
                    state.filled().containsKey(new Filling(pin.sha512(), cache))
                            ? List.of()
                            : List.of(new ReplicationFailed(pin, cache, reason));
            case TargetReported(var ticket, var result) -> onTarget(state, ticket, result);
            case Cancel() -> state.cancelling() ? List.of() : List.of(new AcquisitionCancelling());
        };
    }

    /** A report counts while its ticket is open, and only then. */
    private static List<AcquisitionEvent> onTarget(
            Underway state, Ticket ticket, CommandResult result) {
        TargetAcquiring told = state.told().get(ticket);
        if (told == null) {
            return List.of();
        }
        if (!(state.delivered().get(new Delivery(told.pin().sha512(), told.target()))
                instanceof Standing.Told)) {
            return List.of();
        }
        var events = new ArrayList<AcquisitionEvent>();
        result.acquisition()
                .map(AcquisitionResult::broken)
                .orElse(List.of())
                .forEach(
                        holder ->
                                events.add(
                                        new IntegrityBroken(told.pin(), holder, Optional.empty())));
        if (result.succeeded() && result.acquisition().isPresent()) {
            AcquisitionResult got = result.acquisition().get();
            ServedBy by = got.servedBy();
            events.add(
                    new TargetAcquired(
                            told.pin(),
                            told.target(),
                            by,
                            got.bytes(),
                            got.bytesResumed(),
                            got.attempts()));
        } else {
            String reason = result.reason().orElse("its tentacle reported " + result.outcome());
            events.add(
                    new TargetAcquisitionFailed(
                            told.pin(),
                            told.target(),
                            "target",
                            reason,
                            result.outcome() == CommandOutcome.UNREACHED
                                    ? state.needing(told).flatMap(NeedingTarget::ifLost)
                                    : Optional.empty()));
        }
        return events;
    }

    /**
     * What was decided, and all that follows from it at once: targets told or given up, and the
     * end.
     */
    private List<AcquisitionEvent> followed(Acquisition before, List<AcquisitionEvent> decided) {
        var events = new ArrayList<>(decided);
        if (decided.isEmpty() || !(fold(before, decided) instanceof Underway underway)) {
            return events;
        }
        Underway state = underway;
        // Telling targets, and giving up those without a source, opens and closes none.
        var barrier = new RegionBarrier(state);
        for (PackageNeed need : state.started().needs()) {
            for (NeedingTarget target : need.targets()) {
                var next = next(state, barrier, need, target);
                if (next.isPresent()) {
                    events.add(next.get());
                    state = (Underway) evolve(state, next.get());
                }
            }
        }
        if (state.allEnded() || (state.cancelling() && state.atWork().isEmpty())) {
            events.add(end(state));
        }
        return events;
    }

    private static Optional<AcquisitionEvent> next(
            Underway state, RegionBarrier barrier, PackageNeed need, NeedingTarget target) {
        Sha512 sha512 = need.pinned().pin().sha512();
        if (state.cancelling() || !state.waiting(sha512, target.target())) {
            return Optional.empty();
        }
        Standing stored = state.stored().get(sha512);
        if (stored instanceof Standing.Failed(String reason)) {
            return Optional.of(
                    new TargetAcquisitionFailed(
                            need.pinned().pin(), target.target(), "feed", reason));
        }
        RegionRoute route = state.route(target.region());
        if (stored == null || !barrier.isOpen(need.pinned(), route)) {
            return Optional.empty();
        }
        List<Source> sources =
                Sources.of(
                        need.pinned(),
                        route,
                        cache -> state.holds(cache.cache(), sha512),
                        state.started().machinesRead());
        if (sources.isEmpty()) {
            return Optional.of(
                    new TargetAcquisitionFailed(
                            need.pinned().pin(),
                            target.target(),
                            "route",
                            noSource(state, need, route)));
        }
        var started = state.started();
        var ticket =
                Ticket.of("acquire", started.deployment(), started.run(), sha512, target.target());
        return Optional.of(
                new TargetAcquiring(
                        need.pinned().pin(), target.target(), target.agent(), ticket, sources));
    }

    private static String noSource(Underway state, PackageNeed need, RegionRoute route) {
        String region = route.region().map(r -> "region " + r).orElse("targets without a region");
        PinnedPackage pinned = need.pinned();
        String feed =
                pinned.feed().equals(FeedId.BUILT_IN)
                                || pinned.acquisitionLocation() == AcquisitionLocation.SERVER
                        ? ""
                        : " nor from the feed %s (machinesRead is false)".formatted(pinned.feed());
        String refused =
                "%s must not read from the server (serverFallback is false)%s"
                        .formatted(region, feed);
        if (!Sources.fromCaches(pinned)) {
            return refused;
        }
        String caches =
                route.own().stream()
                        .map(
                                cache -> {
                                    var filling =
                                            new Filling(
                                                    need.pinned().pin().sha512(), cache.cache());
                                    String why =
                                            state.filled().get(filling)
                                                            instanceof
                                                            Standing.Failed(String reason)
                                                    ? reason
                                                    : "not filled";
                                    return "cache " + cache.cache() + ": " + why;
                                })
                        .collect(Collectors.joining("; "));
        return refused + (caches.isEmpty() ? " and has no cache that holds it" : "; " + caches);
    }

    private static AcquisitionEnded end(Underway state) {
        List<MissingPackage> missing = state.missing();
        if (state.cancelling()) {
            return new AcquisitionEnded(RunOutcome.CANCELLED, Optional.of("cancelled"), missing);
        }
        List<MissingPackage> failing =
                missing.stream().filter(each -> !state.isLeftOut(each)).toList();
        if (failing.isEmpty()) {
            return new AcquisitionEnded(RunOutcome.SUCCEEDED, Optional.empty(), missing);
        }
        MissingPackage first = failing.getFirst();
        String more = failing.size() == 1 ? "" : " (and %d more)".formatted(failing.size() - 1);
        String reason =
                "%s %s could not be brought to %s%s: %s"
                        .formatted(
                                first.pin().id(),
                                first.pin().version(),
                                first.target().shown(),
                                more,
                                first.reason());
        return new AcquisitionEnded(RunOutcome.FAILED, Optional.of(reason), missing);
    }

    @Override
    public Acquisition evolve(Acquisition state, AcquisitionEvent event) {
        return switch (state) {
            case Nothing nothing -> {
                if (event instanceof AcquisitionStarted started) {
                    yield Underway.of(started);
                }
                throw new IllegalStateException(
                        "an acquisition begins with AcquisitionStarted, not " + event);
            }
            case Underway underway -> evolve(underway, event);
            case Ended ended ->
                    throw new IllegalStateException(
                            "an acquisition that has ended does not go on with " + event);
        };
    }

    private static Acquisition evolve(Underway state, AcquisitionEvent event) {
        return switch (event) {
            case AcquisitionStarted again ->
                    throw new IllegalStateException("an acquisition begins once: " + again);
            case PackagePinned pinned -> state;
            case PackageStored(var pin, var feed, long bytes, int attempts) ->
                    state.withStored(pin.sha512(), new Standing.Done());
            case PackageStoreFailed(var pin, var feed, var reason) ->
                    state.withStored(pin.sha512(), new Standing.Failed(reason));
            case PackageReplicated(var pin, var cache, long bytes, long resumed, int attempts) ->
                    state.withFilled(new Filling(pin.sha512(), cache), new Standing.Done());
            case ReplicationFailed(var pin, var cache, var reason) ->
                    state.withFilled(new Filling(pin.sha512(), cache), new Standing.Failed(reason));
            case TargetAcquiring told -> state.withTold(told);
            case TargetAcquired(
                            var pin,
                            var target,
                            var by,
                            long bytes,
                            long resumed,
                            int attempts) ->
                    state.withDelivered(new Delivery(pin.sha512(), target), new Standing.Done());
            case TargetAcquisitionFailed failed ->
                    state.withDelivered(
                            new Delivery(failed.pin().sha512(), failed.target()),
                            failed.isLeftOut()
                                    ? new Standing.LeftOut(failed.reason())
                                    : new Standing.Failed(failed.reason()));
            case IntegrityBroken broken -> state;
            case AcquisitionCancelling() -> state.withCancelling();
            case AcquisitionEnded ended -> new Ended(state.started());
        };
    }
}
