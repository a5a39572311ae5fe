package stagecoach.orchestrator.deployment;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Place;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Pairs and places as people read them. */
final class Pairs {
    /** The order in which pairs are told. */
    static final Comparator<Pair> BY_STEP_AND_TARGET =
            Comparator.comparing(Pair::step)
                    .thenComparing(pair -> pair.target().map(TargetId::value).orElse(""));

    private Pairs() {}

    /** {@code web-5 (us)}. */
    static String target(TargetId target, Optional<RegionId> region) {
        return region.map(in -> "%s (%s)".formatted(target, in)).orElse(target.value());
    }

    /** {@code on web-5 (us)}, {@code on worker hq-1}, {@code for web-5 (us) on worker hq-1}. */
    static String at(Place place) {
        var target = place.target().map(id -> target(id, place.region()));
        var worker = place.worker().map(id -> "on worker " + id);
        if (target.isPresent()) {
            return worker.map(on -> "for " + target.get() + " " + on).orElse("on " + target.get());
        }
        return worker.orElse("on a worker");
    }

    /** The machines at which this work would fail because they cannot be reached now. */
    static List<String> unreachable(PhaseWork work) {
        var missing = new LinkedHashSet<String>();
        switch (work) {
            case PhaseWork.Steps(var assignments) -> {
                for (var assignment : assignments) {
                    if (assignment.step().unavailableTargets() == UnavailableTargets.FAIL) {
                        for (var place : assignment.places()) {
                            place.unavailable().ifPresent(why -> missing.add(missing(place, why)));
                        }
                    }
                }
            }
            case PhaseWork.Acquire(var needs, var _) -> {
                for (var need : needs) {
                    for (var target : need.targets()) {
                        target.unavailable()
                                .ifPresent(
                                        why ->
                                                missing.add(
                                                        target(target.target(), target.region())
                                                                + ": "
                                                                + why));
                    }
                }
            }
        }
        return List.copyOf(missing);
    }

    private static String missing(Place place, String why) {
        return place.target()
                .filter(target -> place.worker().isEmpty())
                .map(target -> target(target, place.region()) + ": " + why)
                .orElse(why);
    }
}
