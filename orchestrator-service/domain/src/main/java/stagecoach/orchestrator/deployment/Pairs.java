package stagecoach.orchestrator.deployment;

import java.util.Comparator;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.TargetId;

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

    /** {@code web-5 (us)}, {@code worker hq-1 (eu)}. */
    static String holder(HolderId holder, Optional<RegionId> region) {
        return region.map(in -> "%s (%s)".formatted(holder.shown(), in)).orElse(holder.shown());
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
}
