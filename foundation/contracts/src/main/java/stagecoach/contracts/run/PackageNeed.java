package stagecoach.contracts.run;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;

/** A package and the machines that need it before their steps run. */
public record PackageNeed(PinnedPackage pinned, List<NeedingTarget> targets) {
    /** Copies the targets. */
    public PackageNeed {
        targets = List.copyOf(targets);
    }

    /**
     * A target, or a worker, that needs a package.
     *
     * @param unavailable why it cannot be reached now; such a target fails its acquisition
     */
    public record NeedingTarget(
            HolderId target,
            AgentId agent,
            Optional<RegionId> region,
            Optional<String> unavailable) {}
}
