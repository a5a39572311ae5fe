package stagecoach.simulation.law;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** What is judged of commands for machines that never come back: each ends within a bound. */
final class AbsenceLaws {
    private static final Duration REACH = Duration.ofMinutes(1);
    private static final Duration OVERDUE = Duration.ofMinutes(1);
    private static final Duration VANISHED = Duration.ofMinutes(30);

    /** What crashes, late messages and clocks that went backwards may cost. */
    private static final Duration GRACE = Duration.ofMinutes(50);

    private final Map<AgentId, Long> goneSince = new HashMap<>();
    private final Map<Ticket, Open> open = new LinkedHashMap<>();
    private long millis;

    /** A command of which the world has not been told the end. */
    private static final class Open {
        private final AgentId agent;
        private final PlannedStep step;
        private long since;
        private boolean begun;

        Open(AgentId agent, PlannedStep step, long since) {
            this.agent = agent;
            this.step = step;
            this.since = since;
        }

        /** The longest that it may take from when its machine was gone, or it was asked for. */
        Duration bound() {
            if (!begun) {
                return step.waitFor()
                        .or(() -> healthWithin())
                        .filter(wait -> wait.compareTo(REACH) > 0)
                        .orElse(REACH);
            }
            return step.timeout().map(most -> most.plus(OVERDUE)).orElse(VANISHED);
        }

        private Optional<Duration> healthWithin() {
            return step.kind() == PlannedStep.Kind.HEALTH_CHECK ? step.timeout() : Optional.empty();
        }
    }

    void gone(AgentId agent, long at) {
        goneSince.putIfAbsent(agent, at);
    }

    void gatewayIsBack(long at) {
        goneSince.replaceAll((_, since) -> Math.max(since, at));
    }

    void asked(Ticket ticket, AgentId agent, PlannedStep step) {
        open.put(ticket, new Open(agent, step, millis));
    }

    void begun(Ticket ticket) {
        @Nullable Open one = open.get(ticket);
        if (one != null) {
            one.begun = true;
            one.since = millis;
        }
    }

    void told(Ticket ticket) {
        open.remove(ticket);
    }

    void look(long now) {
        millis = now;
        if (goneSince.isEmpty()) {
            return;
        }
        for (Open one : open.values()) {
            @Nullable Long gone = goneSince.get(one.agent);
            if (gone != null
                    && now > Math.max(gone, one.since) + one.bound().plus(GRACE).toMillis()) {
                throw new Broken(
                        Invariant.MISSING_MACHINES_ARE_JUDGED_BY_THE_RULE,
                        "%s at %s is still waited for, although the machine is gone for %s"
                                .formatted(
                                        one.step.name(), one.agent, Duration.ofMillis(now - gone)));
            }
        }
    }
}
