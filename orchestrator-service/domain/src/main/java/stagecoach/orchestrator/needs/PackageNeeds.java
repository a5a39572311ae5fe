package stagecoach.orchestrator.needs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * Which packages the pairs of coming runs need where, and do not hold yet: at the target, or at the
 * worker that runs the step. A digest is asked for once per machine, in the way of the first step
 * that needs it.
 */
public final class PackageNeeds {
    private final Map<Held, Need> needs = new LinkedHashMap<>();

    private record Need(
            PinnedPackage pinned,
            Place place,
            Optional<RegionId> region,
            UnavailableTargets ifUnavailable,
            Optional<Duration> waitFor) {
        boolean isThere() {
            return place.unavailable().isEmpty();
        }

        boolean mayBeSkipped() {
            return ifUnavailable == UnavailableTargets.SKIP;
        }
    }

    /**
     * A target that needs a package and cannot be reached now.
     *
     * @param ifUnavailable the strictest rule of the steps that need it there
     */
    public record Absent(
            Place place, UnavailableTargets ifUnavailable, Optional<Duration> waitFor) {}

    private PackageNeeds() {}

    /**
     * The needs of {@code assignments}, without what is {@code held}.
     *
     * @param roster says where workers are
     */
    public static PackageNeeds of(List<StepAssignment> assignments, Set<Held> held, Roster roster) {
        var lacking = new PackageNeeds();
        for (StepAssignment assignment : assignments) {
            for (PinnedPackage pinned : assignment.step().needs()) {
                for (Place place : assignment.places()) {
                    holder(assignment.step(), place)
                            .ifPresent(
                                    holder ->
                                            lacking.add(
                                                    new Held(pinned.pin().sha512(), holder),
                                                    new Need(
                                                            pinned,
                                                            place,
                                                            holder.worker()
                                                                    .map(roster::regionOf)
                                                                    .orElse(place.region()),
                                                            assignment.step().unavailableTargets(),
                                                            assignment.step().waitFor()),
                                                    held));
                }
            }
        }
        return lacking;
    }

    /**
     * The machine that must hold what a step needs at a place: the one that runs it. A worker that
     * could not be found holds nothing, and the step says why it does not run.
     */
    public static Optional<HolderId> holder(PlannedStep step, Place place) {
        return switch (step.runOn()) {
            case RunOn.Targets _ -> place.target().map(HolderId::of);
            case RunOn.OnBehalfOf _, RunOn.Worker _ -> place.worker().map(HolderId::of);
            case RunOn.NoMachine _ -> Optional.empty();
        };
    }

    private void add(Held key, Need need, Set<Held> held) {
        if (!held.contains(key)) {
            needs.merge(key, need, PackageNeeds::stricter);
        }
    }

    /** A missing target is treated by the strictest rule of the steps that need it there. */
    private static Need stricter(Need first, Need other) {
        boolean stays = strictness(first) >= strictness(other);
        return new Need(
                first.pinned,
                first.place,
                first.region,
                stays ? first.ifUnavailable : other.ifUnavailable,
                stays ? first.waitFor : other.waitFor);
    }

    private static int strictness(Need need) {
        return switch (need.ifUnavailable) {
            case FAIL -> 2;
            case WAIT -> 1;
            case SKIP, EXCLUDE -> 0;
        };
    }

    /** What an acquisition brings: all but what only a skipped, missing target would need. */
    public List<PackageNeed> strict() {
        return grouped(need -> need.isThere() || !need.mayBeSkipped());
    }

    /** What an acquisition brings that does not fail at targets that are missing just now. */
    public List<PackageNeed> reachable() {
        return grouped(Need::isThere);
    }

    /** The targets that need something and cannot be reached now. */
    public List<Absent> absent() {
        return needs.values().stream()
                .filter(need -> !need.isThere())
                .map(need -> new Absent(need.place, need.ifUnavailable, need.waitFor))
                .toList();
    }

    /**
     * The targets of these needs that may not run their steps: those that are there, or whose
     * absence fails. (One that is absent and may be skipped is skipped by its steps.)
     */
    public List<TargetId> targetsThatMustNotStart() {
        return needs.entrySet().stream()
                .filter(entry -> entry.getValue().isThere() || !entry.getValue().mayBeSkipped())
                .flatMap(entry -> entry.getKey().holder().target().stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** A package that is not held where it is needed. */
    public record Lack(PinnedPackage pinned, Held held) {}

    /** The first package that {@code step} needs at {@code place} and that is not held there. */
    public Optional<Lack> lackedBy(PlannedStep step, Place place) {
        return holder(step, place)
                .flatMap(
                        holder ->
                                step.needs().stream()
                                        .map(
                                                pinned ->
                                                        new Lack(
                                                                pinned,
                                                                new Held(
                                                                        pinned.pin().sha512(),
                                                                        holder)))
                                        .filter(lack -> needs.containsKey(lack.held()))
                                        .findFirst());
    }

    private List<PackageNeed> grouped(Predicate<Need> which) {
        var byPackage = new LinkedHashMap<PinnedPackage, List<NeedingTarget>>();
        needs.forEach(
                (held, need) -> {
                    if (which.test(need)) {
                        byPackage
                                .computeIfAbsent(need.pinned, _ -> new ArrayList<>())
                                .add(
                                        new NeedingTarget(
                                                held.holder(),
                                                held.holder().agent(),
                                                need.region,
                                                need.place.unavailable(),
                                                Optional.of(need.ifUnavailable),
                                                need.waitFor));
                    }
                });
        return byPackage.entrySet().stream()
                .map(entry -> new PackageNeed(entry.getKey(), entry.getValue()))
                .toList();
    }
}
