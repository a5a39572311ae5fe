package stagecoach.orchestrator.needs;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Reasons;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.process.RunOn;

/**
 * Where the steps of a deployment run, given the machines as they are seen now. It leaves out
 * nothing that has run already: that is {@link Remaining}'s job.
 */
public record TargetSelection(
        DeploymentId deployment, EnvironmentId environment, Selection selection, Roster roster) {
    /** Most bytes of a target's name at a place, in UTF-8 and JSON, without the mark of a cut. */
    public static final int NAME_BYTES_MAX = 64;

    /**
     * The step with all its places, those included where nothing can run now (each says why), in
     * the order of their ids; or with the reason why it runs nowhere.
     */
    public StepAssignment assign(PlannedStep step) {
        if (step.skip().isPresent()) {
            return new StepAssignment(step, List.of(), step.skip());
        }
        return switch (step.runOn()) {
            case RunOn.Targets(var tags) -> onTargets(step, tags, TargetSelection::placeOf);
            case RunOn.OnBehalfOf(var pool, var tags) ->
                    onTargets(step, tags, target -> onBehalf(pool, target));
            case RunOn.NoMachine() ->
                    new StepAssignment(step, List.of(Place.NO_MACHINE), Optional.empty());
            case RunOn.Worker(var pool) ->
                    new StepAssignment(step, List.of(onWorker(pool)), Optional.empty());
        };
    }

    private StepAssignment onTargets(
            PlannedStep step, List<Tag> tags, Function<KnownTarget, Place> place) {
        var places = matching(tags).stream().map(place).toList();
        return places.isEmpty()
                ? new StepAssignment(step, List.of(), Optional.of(whyNone(tags)))
                : new StepAssignment(step, places, Optional.empty());
    }

    private List<KnownTarget> matching(List<Tag> tags) {
        return roster.targets().stream()
                .filter(tagged(tags).and(this::isChosen).and(target -> !target.disabled()))
                .sorted(Comparator.comparing(KnownTarget::id))
                .toList();
    }

    /** Without tags those are meant that the deployment chooses. */
    private static Predicate<KnownTarget> tagged(List<Tag> tags) {
        return target -> tags.isEmpty() || target.tags().stream().anyMatch(tags::contains);
    }

    private boolean isChosen(KnownTarget target) {
        return (selection.targets().isEmpty() || selection.targets().contains(target.id()))
                && !selection.excludeTargets().contains(target.id());
    }

    private static Place placeOf(KnownTarget target) {
        return new Place(
                Optional.of(target.id()),
                Optional.empty(),
                target.region(),
                target.tags(),
                target.health().unavailable(),
                nameOf(target));
    }

    /** Cut where it is long: an event tells of all places of a run. */
    private static Optional<String> nameOf(KnownTarget target) {
        return target.name()
                .map(
                        name -> {
                            String beginning = Reasons.beginning(name, NAME_BYTES_MAX);
                            return beginning.length() == name.length() ? name : beginning + "…";
                        });
    }

    private Place onWorker(PoolId pool) {
        var worker = WorkerChoice.from(roster, pool, deployment.value());
        return new Place(
                Optional.empty(),
                worker.map(Roster.KnownWorker::id),
                worker.flatMap(Roster.KnownWorker::region),
                List.of(),
                worker.isPresent()
                        ? Optional.empty()
                        : Optional.of(WorkerChoice.whyNone(roster, pool)));
    }

    /** The worker must be there; whether the target's own tentacle is does not matter. */
    private Place onBehalf(PoolId pool, KnownTarget target) {
        var worker = WorkerChoice.from(roster, pool, deployment.value() + "/" + target.id());
        return new Place(
                Optional.of(target.id()),
                worker.map(Roster.KnownWorker::id),
                target.region(),
                target.tags(),
                worker.isPresent()
                        ? Optional.empty()
                        : Optional.of(WorkerChoice.whyNone(roster, pool)),
                nameOf(target));
    }

    private String whyNone(List<Tag> tags) {
        if (tags.isEmpty()) {
            return "none of the chosen targets is in %s and enabled".formatted(environment);
        }
        var tagged = roster.targets().stream().filter(tagged(tags)).toList();
        String asked =
                tags.size() == 1
                        ? "the tag " + tags.getFirst()
                        : "one of the tags "
                                + tags.stream().map(Tag::value).collect(Collectors.joining(", "));
        if (tagged.isEmpty()) {
            return "no target in %s has %s".formatted(environment, asked);
        }
        if (tagged.stream().noneMatch(this::isChosen)) {
            return "none of the targets chosen for this deployment has %s".formatted(asked);
        }
        return "every target in %s that has %s is disabled".formatted(environment, asked);
    }
}
