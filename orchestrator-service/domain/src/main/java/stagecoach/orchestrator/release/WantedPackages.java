package stagecoach.orchestrator.release;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.orchestrator.release.Release.StepPackage;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.DeploymentProcess;

/**
 * The packages that a release of a process needs, step by step, and the versions that somebody
 * chose for some of them; what is not chosen is the newest stable version.
 */
public final class WantedPackages {
    private final Map<StepName, PackageReference> references = new LinkedHashMap<>();
    private final Map<StepName, PackageVersion> chosen = new HashMap<>();

    private WantedPackages() {}

    /** The packages of {@code process}, no version chosen yet. */
    public static WantedPackages of(DeploymentProcess process) {
        var wanted = new WantedPackages();
        for (var leaf : process.leaves()) {
            if (leaf.step().action() instanceof Action.DeployPackage(var reference, var _)) {
                wanted.references.put(leaf.step().name(), reference);
            }
        }
        return wanted;
    }

    /** The steps that have a package. */
    public List<StepName> steps() {
        return List.copyOf(references.keySet());
    }

    /** The ids of the packages, each once. */
    public List<PackageId> ids() {
        return references.values().stream().map(PackageReference::id).distinct().toList();
    }

    /** The steps that use this package. */
    public List<StepName> stepsOf(PackageId id) {
        return references.entrySet().stream()
                .filter(entry -> entry.getValue().id().equals(id))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Chooses the version for one step; the one that was chosen before, if any, stays. */
    public Optional<PackageVersion> choose(StepName step, PackageVersion version) {
        return Optional.ofNullable(chosen.putIfAbsent(step, version));
    }

    /** What is to be pinned: each package and version once. */
    public List<Wanted> wanted() {
        return references.keySet().stream().map(this::wantedBy).distinct().toList();
    }

    /** The steps that want this. */
    public List<StepName> stepsThatWant(Wanted wanted) {
        return references.keySet().stream().filter(step -> wantedBy(step).equals(wanted)).toList();
    }

    private Wanted wantedBy(StepName step) {
        var reference = reference(step);
        return new Wanted(reference.feed(), reference.id(), Optional.ofNullable(chosen.get(step)));
    }

    /** The packages of the steps, pinned; a pin for each of {@link #wanted}, in that order. */
    public List<StepPackage> pinned(List<PackagePin> pins) {
        var wanted = wanted();
        if (pins.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    "%d packages were wanted and %d pinned".formatted(wanted.size(), pins.size()));
        }
        var packages = new ArrayList<StepPackage>();
        for (StepName step : references.keySet()) {
            var reference = reference(step);
            var pin = pins.get(wanted.indexOf(wantedBy(step)));
            packages.add(
                    new StepPackage(
                            step,
                            new PinnedPackage(
                                    reference.feed(),
                                    pin,
                                    reference.acquisitionLocation(),
                                    reference.source())));
        }
        return packages;
    }

    private PackageReference reference(StepName step) {
        var reference = references.get(step);
        if (reference == null) {
            throw new IllegalArgumentException("the step %s has no package".formatted(step));
        }
        return reference;
    }
}
