package stagecoach.decider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeciderSpecTest {
    private static final Decider<Integer, String, Integer> COUNTER =
            new Decider<>() {
                @Override
                public Integer initial() {
                    return 0;
                }

                @Override
                public List<Integer> decide(Integer state, String command) {
                    if (command.isEmpty()) {
                        throw new Rejection(Rejection.Kind.INVALID, "empty", "Say something.");
                    }
                    return state >= 3 ? List.of() : List.of(command.length());
                }

                @Override
                public Integer evolve(Integer state, Integer event) {
                    return state + event;
                }
            };

    private final DeciderSpec<Integer, String, Integer> counter = DeciderSpec.of(COUNTER);

    @Test
    void events_given_lead_to_the_state_that_decides() {
        counter.given(1).when("ab").then(2);
        counter.given(1, 2).when("ab").thenNothing();
        assertThat(counter.after("a", "bb", "ccc").history()).containsExactly(1, 2);
    }

    @Test
    void a_wrong_expectation_fails() {
        assertThatThrownBy(() -> counter.when("ab").then(3)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> counter.when("ab").thenNothing())
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> counter.when("ab").thenRejected("empty"))
                .isInstanceOf(AssertionError.class);
        counter.when("").thenRejected("empty");
    }
}
