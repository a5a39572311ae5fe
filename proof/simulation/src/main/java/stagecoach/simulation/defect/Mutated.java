package stagecoach.simulation.defect;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import stagecoach.decider.Decider;

/**
 * A decider whose commands or events are changed on their way.
 *
 * @param asked what is made of a command before it is decided
 * @param decided what is made of the events before they are stored
 * @param believed what an event is taken for when it is believed
 */
record Mutated<S, C, E>(
        Decider<S, C, E> right,
        Asked<S, C> asked,
        UnaryOperator<List<E>> decided,
        UnaryOperator<E> believed)
        implements Decider<S, C, E> {
    /** What is made of a command that meets a state. */
    interface Asked<S, C> {
        C of(S state, C command);
    }

    @Override
    public S initial() {
        return right.initial();
    }

    @Override
    public List<E> decide(S state, C command) {
        return decided.apply(right.decide(state, asked.of(state, command)));
    }

    @Override
    public S evolve(S state, E event) {
        return right.evolve(state, believed.apply(event));
    }

    @Override
    public Map<String, Instant> timersOf(S state) {
        return right.timersOf(state);
    }
}
