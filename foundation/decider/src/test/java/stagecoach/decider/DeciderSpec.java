package stagecoach.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

/**
 * Given events, when a command, then events: a test of a decider reads as one sentence and survives
 * refactoring, since it names nothing but history.
 */
public final class DeciderSpec<S, C, E> {
    private final Decider<S, C, E> decider;
    private final List<E> history;

    private DeciderSpec(Decider<S, C, E> decider, List<E> history) {
        this.decider = decider;
        this.history = history;
    }

    /** A specification of {@code decider} that begins without history. */
    public static <S, C, E> DeciderSpec<S, C, E> of(Decider<S, C, E> decider) {
        return new DeciderSpec<>(decider, List.of());
    }

    /** The same specification with {@code events} behind what happened so far. */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public final DeciderSpec<S, C, E> given(E... events) {
        var longer = new ArrayList<>(history);
        longer.addAll(List.of(events));
        return new DeciderSpec<>(decider, List.copyOf(longer));
    }

    /** The same specification after {@code commands} have been decided, one after the other. */
    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    public final DeciderSpec<S, C, E> after(C... commands) {
        var longer = new ArrayList<>(history);
        for (C command : commands) {
            longer.addAll(decider.decide(stateAfter(longer), command));
        }
        return new DeciderSpec<>(decider, List.copyOf(longer));
    }

    /** What happened so far. */
    public List<E> history() {
        return history;
    }

    /** The state that the history leads to. */
    public S state() {
        return stateAfter(history);
    }

    /** Asks for {@code command} in the state that the history leads to. */
    public Outcome when(C command) {
        return new Outcome(command);
    }

    private S stateAfter(List<E> events) {
        return decider.fold(decider.initial(), events);
    }

    /** What a command leads to. */
    public final class Outcome {
        private final C command;

        private Outcome(C command) {
            this.command = command;
        }

        /** Exactly these events, in this order. */
        @SafeVarargs
        @SuppressWarnings("varargs") // the array is only read
        public final void then(E... expected) {
            assertThat(events()).containsExactly(expected);
        }

        /** No event at all. */
        public void thenNothing() {
            assertThat(events()).isEmpty();
        }

        /** A refusal with this code. */
        public void thenRejected(String code) {
            assertThatThrownBy(this::events)
                    .isInstanceOfSatisfying(
                            Rejection.class,
                            rejection -> assertThat(rejection.code()).isEqualTo(code));
        }

        /** The events, for assertions of one's own. */
        public List<E> events() {
            return decider.decide(state(), command);
        }
    }
}
