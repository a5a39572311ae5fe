package stagecoach.orchestrator.app.absence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whoever is missed twice in a row is away. */
class SightingsTest {
    private static final Set<Neighbour> ALL = EnumSet.allOf(Neighbour.class);
    private static final Set<Neighbour> NO_RUNNER =
            EnumSet.complementOf(EnumSet.of(Neighbour.STEP_RUNNER));

    private static Instant second(int second) {
        return Instant.ofEpochSecond(second);
    }

    @Test
    void who_is_missed_once_may_only_be_slow() {
        var once = Sightings.none().after(Optional.of(NO_RUNNER), second(1));
        assertThat(once.away(Neighbour.STEP_RUNNER)).isEmpty();
        assertThat(once.isComplete()).isFalse();
        assertThat(once.after(Optional.of(ALL), second(2)).isComplete()).isTrue();
    }

    @Test
    void who_is_missed_again_is_away_since_the_first_time() {
        var seen = Sightings.none();
        for (int i = 1; i <= 3; i++) {
            seen = seen.after(Optional.of(NO_RUNNER), second(i));
        }
        assertThat(seen.away(Neighbour.STEP_RUNNER)).contains(second(1));
        assertThat(seen.away(Neighbour.AGENT_GATEWAY)).isEmpty();
        assertThat(seen.kafkaAway()).isEmpty();
    }

    @Test
    void a_silent_kafka_tells_nothing_of_the_others() {
        var seen =
                Sightings.none()
                        .after(Optional.of(NO_RUNNER), second(1))
                        .after(Optional.empty(), second(2));
        assertThat(seen.kafkaAway()).isEmpty();
        seen = seen.after(Optional.empty(), second(3));
        assertThat(seen.kafkaAway()).contains(second(2));
        assertThat(seen.after(Optional.of(NO_RUNNER), second(4)).away(Neighbour.STEP_RUNNER))
                .as("those who come back need a while as well")
                .isEmpty();
        assertThat(seen.after(Optional.of(ALL), second(4)).isComplete()).isTrue();
    }

    @Test
    void who_was_away_before_kafka_was_is_told_again_when_it_answers() {
        var seen =
                Sightings.none()
                        .after(Optional.of(NO_RUNNER), second(1))
                        .after(Optional.of(NO_RUNNER), second(2))
                        .after(Optional.empty(), second(3))
                        .after(Optional.empty(), second(4));
        assertThat(seen.away(Neighbour.STEP_RUNNER)).isEmpty();
        assertThat(seen.after(Optional.of(NO_RUNNER), second(5)).away(Neighbour.STEP_RUNNER))
                .contains(second(1));
    }

    @Test
    void the_groups_are_those_in_which_the_services_listen() throws Exception {
        for (var module :
                Map.of(
                                Neighbour.STEP_RUNNER, "step-runner",
                                Neighbour.PACKAGE_SERVICE, "package-service",
                                Neighbour.AGENT_GATEWAY, "agent-gateway")
                        .entrySet()) {
            Path settings =
                    Path.of("../..", module.getValue(), "app/src/main/resources")
                            .resolve("application.properties");
            assertThat(Files.readString(settings))
                    .contains(".group.id=" + module.getKey().group() + "\n");
        }
    }
}
