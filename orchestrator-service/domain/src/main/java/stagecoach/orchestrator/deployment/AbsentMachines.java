package stagecoach.orchestrator.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.orchestrator.needs.PackageNeeds;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * The machines at which work would fail because they cannot be reached now, and how long the work
 * is worth putting off for them.
 */
final class AbsentMachines {
    private final Set<String> missing = new LinkedHashSet<>();
    private boolean fails;
    private Duration longest = Duration.ZERO;

    private AbsentMachines() {}

    /**
     * Of the machines of a run of steps. One that a health check asks for is looked for at that
     * step's turn: what runs before it may be what brings the machine up.
     */
    static AbsentMachines of(List<StepAssignment> assignments) {
        var absent = new AbsentMachines();
        Set<AgentId> askedFor = new HashSet<>();
        for (var assignment : assignments) {
            var step = assignment.step();
            for (Place place : assignment.places()) {
                if (step.kind() == PlannedStep.Kind.HEALTH_CHECK) {
                    step.agentAt(place).ifPresent(askedFor::add);
                }
                boolean asked =
                        step.needs().isEmpty()
                                && step.agentAt(place).filter(askedFor::contains).isPresent();
                place.unavailable()
                        .filter(_ -> !asked)
                        .ifPresent(
                                why ->
                                        absent.add(
                                                described(place, why),
                                                step.unavailableTargets(),
                                                step.waitFor()));
            }
        }
        return absent;
    }

    /** Of the targets of an acquisition; the strictest rule of the steps that need it counts. */
    static AbsentMachines of(PackageNeeds needs) {
        var absent = new AbsentMachines();
        for (var need : needs.absent()) {
            absent.add(
                    described(need.place(), need.place().unavailable().orElse("")),
                    need.ifUnavailable(),
                    need.waitFor());
        }
        return absent;
    }

    private void add(String machine, UnavailableTargets rule, Optional<Duration> waitFor) {
        switch (rule) {
            case SKIP, EXCLUDE -> {}
            case FAIL -> {
                missing.add(machine);
                fails = true;
            }
            case WAIT -> {
                missing.add(machine);
                longest = max(longest, waitFor.orElse(Duration.ZERO));
            }
        }
    }

    /** The machines, each with its reason, for people. */
    List<String> missing() {
        return List.copyOf(missing);
    }

    /**
     * Until when the work is put off; empty if it is not. Where one machine fails it anyway, nobody
     * waits longer than for that one.
     */
    Optional<Instant> until(Observation observation) {
        Duration wait = fails ? observation.patience() : max(longest, observation.patience());
        return missing.isEmpty() || !wait.isPositive()
                ? Optional.empty()
                : Optional.of(observation.at().plus(wait));
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static String described(Place place, String why) {
        return place.target()
                .filter(_ -> place.worker().isEmpty())
                .map(target -> Pairs.target(target, place.region()) + ": " + why)
                .orElse(why);
    }
}
