package stagecoach.orchestrator.release;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.decider.Decider;
import stagecoach.decider.Rejection;

/** The one rule of a release: it is created once. */
public final class ReleaseDecider
        implements Decider<Optional<ReleaseCreated>, ReleaseCreated, ConfigurationEvent> {
    @Override
    public Optional<ReleaseCreated> initial() {
        return Optional.empty();
    }

    @Override
    public List<ConfigurationEvent> decide(Optional<ReleaseCreated> state, ReleaseCreated create) {
        if (state.isPresent()) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT,
                    "release-exists",
                    "The release %s of %s exists already, and releases never change. Choose another version."
                            .formatted(create.version(), create.project()));
        }
        return List.of(create);
    }

    @Override
    public Optional<ReleaseCreated> evolve(
            Optional<ReleaseCreated> state, ConfigurationEvent event) {
        return switch (event) {
            case ReleaseCreated created when state.isEmpty() -> Optional.of(created);
            case ReleaseCreated created ->
                    throw new IllegalStateException("created twice: " + created.version());
            case ConfigurationChanged changed ->
                    throw new IllegalStateException(
                            "a release is no configuration: " + changed.id());
        };
    }
}
