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
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.DeploymentProcess;

/**
 * The packages that a release of a process needs, step by step, and the versions that somebody
 * chose for some of them; what is not chosen is the newest stable version.
 */
public final class WantedPackages {
    private final Map<Use, PackageReference> references = new LinkedHashMap<>();
    private final Map<Use, VersionRange> chosen = new HashMap<>();

    private WantedPackages() {}

    /** A step and a package that it installs, or that its script refers to. */
    public record Use(StepName step, PackageId id) {}

    /** The packages of {@code process}, no version chosen yet. */
    public static WantedPackages of(DeploymentProcess process) {
        var wanted = new WantedPackages();
        for (var leaf : process.leaves()) {
            for (var reference : leaf.step().action().neededPackages()) {
                wanted.references.put(new Use(leaf.step().name(), reference.id()), reference);
            }
        }
        return wanted;
    }

    /** The steps that have packages. */
    public List<StepName> steps() {
        return references.keySet().stream().map(Use::step).distinct().toList();
    }

    /** The ids of the packages, each once. */
    public List<PackageId> ids() {
        return references.values().stream().map(PackageReference::id).distinct().toList();
    }

    /** The steps that use this package. */
    public List<Use> usesOf(PackageId id) {
        return references.keySet().stream().filter(use -> use.id().equals(id)).toList();
    }

    /** The packages of this step. */
    public List<Use> usesOf(StepName step) {
        return references.keySet().stream().filter(use -> use.step().equals(step)).toList();
    }

    /** Chooses the version for one use; the one that was chosen before, if any, stays. */
    public Optional<VersionRange> choose(Use use, VersionRange version) {
        return Optional.ofNullable(chosen.putIfAbsent(use, version));
    }

    /** What is to be pinned: each package and version once. */
    public List<Wanted> wanted() {
        return references.keySet().stream().map(this::wantedBy).distinct().toList();
    }

    /** The uses that want this. */
    public List<Use> usesThatWant(Wanted wanted) {
        return references.keySet().stream().filter(use -> wantedBy(use).equals(wanted)).toList();
    }

    private Wanted wantedBy(Use use) {
        var reference = reference(use);
        return new Wanted(reference.feed(), reference.id(), Optional.ofNullable(chosen.get(use)));
    }

    /** The packages of the steps, pinned; a pin for each of {@link #wanted}, in that order. */
    public List<StepPackage> pinned(List<PackagePin> pins) {
        var wanted = wanted();
        if (pins.size() != wanted.size()) {
            throw new IllegalArgumentException(
                    "%d packages were wanted and %d pinned".formatted(wanted.size(), pins.size()));
        }
        var packages = new ArrayList<StepPackage>();
        for (Use use : references.keySet()) {
            var reference = reference(use);
            var pin = pins.get(wanted.indexOf(wantedBy(use)));
            packages.add(
                    new StepPackage(
                            use.step(),
                            new PinnedPackage(
                                    reference.feed(),
                                    pin,
                                    reference.acquisitionLocation(),
                                    reference.source())));
        }
        return packages;
    }

    private PackageReference reference(Use use) {
        var reference = references.get(use);
        if (reference == null) {
            throw new IllegalArgumentException(
                    "the step %s has no package %s".formatted(use.step(), use.id()));
        }
        return reference;
    }
}
