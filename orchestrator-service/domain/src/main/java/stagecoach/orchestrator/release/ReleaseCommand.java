package stagecoach.orchestrator.release;

import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;

/** What may be asked about a release. */
public sealed interface ReleaseCommand {
    /** It shall be made. */
    record Create(ReleaseCreated release) implements ReleaseCommand {}

    /**
     * It shall be kept no longer.
     *
     * @param reason which rule lets it go
     */
    record Retire(String reason) implements ReleaseCommand {}
}
