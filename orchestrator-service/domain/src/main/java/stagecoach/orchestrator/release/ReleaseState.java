package stagecoach.orchestrator.release;

import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.vocabulary.identity.ProjectId;

/** How it stands with a release. */
public sealed interface ReleaseState {
    /** It never was. */
    record None() implements ReleaseState {}

    /** It can be deployed. */
    record Made(ReleaseCreated created) implements ReleaseState {}

    /** It was kept no longer. */
    record Retired(ReleaseCreated created) implements ReleaseState {}

    /** Whose it is; empty if it never was. */
    default Optional<ProjectId> project() {
        return switch (this) {
            case None() -> Optional.empty();
            case Made(var created) -> Optional.of(created.project());
            case Retired(var created) -> Optional.of(created.project());
        };
    }
}
