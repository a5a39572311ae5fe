package stagecoach.orchestrator.release;

import java.util.List;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.decider.Decider;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.release.ReleaseState.Made;
import stagecoach.orchestrator.release.ReleaseState.None;
import stagecoach.orchestrator.release.ReleaseState.Retired;

/** The rules of a release: it is created once, retired once, and its version never used again. */
public final class ReleaseDecider
        implements Decider<ReleaseState, ReleaseCommand, ConfigurationEvent> {
    @Override
    public ReleaseState initial() {
        return new None();
    }

    @Override
    public List<ConfigurationEvent> decide(ReleaseState state, ReleaseCommand command) {
        return switch (command) {
            case ReleaseCommand.Create(var release) -> created(state, release);
            case ReleaseCommand.Retire(var reason) ->
                    switch (state) {
                        case None() -> List.of();
                        case Made(var made) ->
                                List.of(new ReleaseRetired(made.project(), made.version(), reason));
                        case Retired _ -> List.of();
                    };
        };
    }

    private static List<ConfigurationEvent> created(ReleaseState state, ReleaseCreated release) {
        return switch (state) {
            case None() -> List.of(release);
            case Made _ ->
                    throw exists(
                            "The release %s of %s exists already, and releases never change. Choose another version."
                                    .formatted(release.version(), release.project()));
            // Events, traces and machines still speak of the old one under this version.
            case Retired _ ->
                    throw exists(
                            "There was a release %s of %s; it is kept no longer, and a version is used once. Choose another version."
                                    .formatted(release.version(), release.project()));
        };
    }

    private static Rejection exists(String sentence) {
        return new Rejection(Rejection.Kind.CONFLICT, "release-exists", sentence);
    }

    @Override
    public ReleaseState evolve(ReleaseState state, ConfigurationEvent event) {
        return switch (event) {
            case ReleaseCreated created when state instanceof None -> new Made(created);
            case ReleaseCreated created ->
                    throw new IllegalStateException("created twice: " + created.version());
            case ReleaseRetired _ when state instanceof Made(var created) -> new Retired(created);
            case ReleaseRetired retired ->
                    throw new IllegalStateException("retired what is not: " + retired.version());
            case ConfigurationChanged changed ->
                    throw new IllegalStateException(
                            "a release is no configuration: " + changed.id());
        };
    }
}
