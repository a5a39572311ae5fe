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
import stagecoach.contracts.run.StepAssignment;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * Which packages the pairs of coming runs need where, and do not hold yet. A digest is asked for
 * once per target, in the way of the first step that needs it.
 */
public final class PackageNeeds {
    private final Map<Held, Need> needs = new LinkedHashMap<>();

    private record Need(
            PinnedPackage pinned,
            Place place,
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

    /** The needs of {@code assignments}, without what is {@code held}. */
    public static PackageNeeds of(List<StepAssignment> assignments, Set<Held> held) {
        var lacking = new PackageNeeds();
        for (StepAssignment assignment : assignments) {
            assignment
                    .step()
                    .packageToInstall()
                    .ifPresent(
                            pinned ->
                                    assignment
                                            .places()
                                            .forEach(
                                                    place ->
                                                            lacking.add(
                                                                    assignment,
                                                                    pinned,
                                                                    place,
                                                                    held)));
        }
        return lacking;
    }

    private void add(StepAssignment assignment, PinnedPackage pinned, Place place, Set<Held> held) {
        Optional<TargetId> target = place.target();
        if (target.isEmpty() || place.worker().isPresent()) {
            return;
        }
        var key = new Held(pinned.pin().sha512(), target.get());
        if (held.contains(key)) {
            return;
        }
        needs.merge(
                key,
                new Need(
                        pinned,
                        place,
                        assignment.step().unavailableTargets(),
                        assignment.step().waitFor()),
                PackageNeeds::stricter);
    }

    /** A missing target is treated by the strictest rule of the steps that need it there. */
    private static Need stricter(Need first, Need other) {
        boolean stays = strictness(first) >= strictness(other);
        return new Need(
                first.pinned,
                first.place,
                stays ? first.ifUnavailable : other.ifUnavailable,
                stays ? first.waitFor : other.waitFor);
    }

    private static int strictness(Need need) {
        return switch (need.ifUnavailable) {
            case FAIL -> 2;
            case WAIT -> 1;
            case SKIP -> 0;
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
        return targets(need -> need.isThere() || !need.mayBeSkipped());
    }

    /** The package that {@code assignment} needs at {@code place} and that is not held there. */
    public Optional<PinnedPackage> lackedBy(StepAssignment assignment, Place place) {
        return assignment
                .step()
                .packageToInstall()
                .filter(
                        pinned ->
                                place.target()
                                        .map(t -> new Held(pinned.pin().sha512(), t))
                                        .filter(needs::containsKey)
                                        .isPresent());
    }

    private List<TargetId> targets(Predicate<Need> which) {
        return needs.values().stream()
                .filter(which)
                .map(need -> need.place.target().orElseThrow())
                .distinct()
                .sorted()
                .toList();
    }

    private List<PackageNeed> grouped(Predicate<Need> which) {
        var byPackage = new LinkedHashMap<PinnedPackage, List<NeedingTarget>>();
        for (Need need : needs.values()) {
            if (which.test(need)) {
                TargetId target = need.place.target().orElseThrow();
                byPackage
                        .computeIfAbsent(need.pinned, pinned -> new ArrayList<>())
                        .add(
                                new NeedingTarget(
                                        target,
                                        AgentId.of(target),
                                        need.place.region(),
                                        need.place.unavailable()));
            }
        }
        return byPackage.entrySet().stream()
                .map(entry -> new PackageNeed(entry.getKey(), entry.getValue()))
                .toList();
    }
}
