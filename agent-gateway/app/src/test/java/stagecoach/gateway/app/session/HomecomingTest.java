package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HomecomingTest {
    private static final Instant START = Instant.EPOCH.plusSeconds(-1_000);

    private final Homecoming homecoming = new Homecoming(graceOfTwelveSeconds());

    private static SessionConfig graceOfTwelveSeconds() {
        return (SessionConfig)
                Proxy.newProxyInstance(
                        SessionConfig.class.getClassLoader(),
                        new Class<?>[] {SessionConfig.class},
                        (proxy, asked, values) -> Duration.ofSeconds(12));
    }

    @BeforeEach
    void start() {
        homecoming.begins(START);
    }

    private boolean isOverAfter(int seconds) {
        return homecoming.isOver(START.plusSeconds(seconds));
    }

    @Test
    void it_is_over_after_the_grace_if_there_was_room_for_all() {
        assertThat(isOverAfter(11)).isFalse();
        assertThat(isOverAfter(12)).isTrue();
    }

    @Test
    void whoever_was_told_to_come_later_has_twice_the_grace_for_that() {
        homecoming.sentAway(START.plusSeconds(2));
        homecoming.sentAway(START.plusSeconds(10));
        assertThat(isOverAfter(33)).isFalse();
        assertThat(isOverAfter(34)).isTrue();
    }

    @Test
    void a_door_that_stays_crowded_does_not_hide_for_ever_who_is_lost() {
        for (int second = 0; second < 300; second += 10) {
            homecoming.sentAway(START.plusSeconds(second));
            assertThat(isOverAfter(second)).isEqualTo(second >= 120);
        }
    }
}
