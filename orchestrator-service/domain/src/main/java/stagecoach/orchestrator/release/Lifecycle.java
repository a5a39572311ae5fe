package stagecoach.orchestrator.release;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.vocabulary.identity.EnvironmentId;

/**
 * In which order a project's releases go through its environments: a release may go to a phase when
 * it has succeeded in every environment of all phases before it. Without phases there is no order.
 */
public record Lifecycle(List<List<EnvironmentId>> phases) {
    /** Any release may go anywhere. */
    public static final Lifecycle NONE = new Lifecycle(List.of());

    /** Copies the lists. */
    public Lifecycle {
        phases = phases.stream().map(List::copyOf).toList();
    }

    /**
     * Why a release may not go to {@code environment} now, for people; empty if it may.
     *
     * @param succeeded where it has been deployed with success
     */
    public Optional<String> whyNot(EnvironmentId environment, Collection<EnvironmentId> succeeded) {
        if (phases.isEmpty()) {
            return Optional.empty();
        }
        var missing = new ArrayList<EnvironmentId>();
        for (List<EnvironmentId> phase : phases) {
            if (phase.contains(environment)) {
                return missing.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                "It must succeed in %s before it may go to %s."
                                        .formatted(listed(missing), environment));
            }
            phase.stream().filter(earlier -> !succeeded.contains(earlier)).forEach(missing::add);
        }
        return Optional.of(
                "%s stands in no phase of the project's lifecycle, which goes through %s. Add it there, or choose one of these."
                        .formatted(
                                environment,
                                phases.stream()
                                        .map(Lifecycle::listed)
                                        .collect(Collectors.joining(", then "))));
    }

    private static String listed(List<EnvironmentId> ids) {
        return ids.stream().map(EnvironmentId::value).collect(Collectors.joining(" and "));
    }
}
