package stagecoach.contracts.run;

import java.util.List;

/** All that the service that runs a phase must know; it asks nobody for more. */
public sealed interface PhaseWork {
    /** Steps to run, in this order. */
    record Steps(List<StepAssignment> assignments) implements PhaseWork {
        /** Copies the assignments. */
        public Steps {
            assignments = List.copyOf(assignments);
        }
    }

    /**
     * Packages to bring to targets.
     *
     * @param forceDownload fetch again on every hop what is held already
     */
    record Acquire(List<PackageNeed> needs, boolean forceDownload) implements PhaseWork {
        /** Copies the needs. */
        public Acquire {
            needs = List.copyOf(needs);
        }
    }
}
