package stagecoach.contracts.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.process.UnavailableTargets;

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
     * @param ifLost how it is treated if it goes missing meanwhile: by the strictest rule of the
     *     steps that need it there; empty means FAIL
     * @param waitFor how long it is then waited for, with {@link UnavailableTargets#WAIT}
     */
    public record NeedingTarget(
            HolderId target,
            AgentId agent,
            Optional<RegionId> region,
            Optional<String> unavailable,
            Optional<UnavailableTargets> ifLost,
            Optional<Duration> waitFor) {
        /** One that must not go missing. */
        public NeedingTarget(
                HolderId target,
                AgentId agent,
                Optional<RegionId> region,
                Optional<String> unavailable) {
            this(target, agent, region, unavailable, Optional.empty(), Optional.empty());
        }
    }
}
