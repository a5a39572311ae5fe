package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Through which environments a release must go before others. */
class LifecycleTest {
    private static final EnvironmentId TEST_EU = new EnvironmentId("test-eu");
    private static final EnvironmentId TEST_US = new EnvironmentId("test-us");
    private static final EnvironmentId STAGING = new EnvironmentId("staging");
    private static final EnvironmentId PRODUCTION = new EnvironmentId("production");

    private final Lifecycle lifecycle =
            new Lifecycle(
                    List.of(List.of(TEST_EU, TEST_US), List.of(STAGING), List.of(PRODUCTION)));

    @Test
    void without_a_lifecycle_a_release_may_go_anywhere() {
        assertThat(Lifecycle.NONE.whyNot(PRODUCTION, Set.of())).isEmpty();
    }

    @Test
    void the_first_phase_is_always_open() {
        assertThat(lifecycle.whyNot(TEST_US, Set.of())).isEmpty();
    }

    @Test
    void a_phase_opens_when_the_release_has_succeeded_everywhere_before() {
        assertThat(lifecycle.whyNot(PRODUCTION, Set.of(TEST_EU, TEST_US, STAGING))).isEmpty();
    }

    @Test
    void the_sentence_names_every_environment_that_must_come_first() {
        assertThat(lifecycle.whyNot(PRODUCTION, Set.of(TEST_US)))
                .hasValue("It must succeed in test-eu and staging before it may go to production.");
    }

    @Test
    void an_environment_outside_the_lifecycle_is_refused_with_those_within() {
        assertThat(lifecycle.whyNot(new EnvironmentId("lab"), Set.of(TEST_US)))
                .hasValue(
                        "lab stands in no phase of the project's lifecycle, which goes through test-eu and test-us, then staging, then production. Add it there, or choose one of these.");
    }
}
