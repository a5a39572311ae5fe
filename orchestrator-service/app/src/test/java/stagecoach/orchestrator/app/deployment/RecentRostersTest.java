package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.identity.EnvironmentId;

class RecentRostersTest {
    private static final EnvironmentId PRODUCTION = new EnvironmentId("production");
    private static final EnvironmentId STAGING = new EnvironmentId("staging");

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-29T10:00:00Z"));
    private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
    private final RecentRosters rosters = new RecentRosters(clock);
    private final List<EnvironmentId> read = new ArrayList<>();

    private void look(EnvironmentId environment) {
        rosters.of(
                environment,
                where -> {
                    read.add(where);
                    return Roster.EMPTY;
                });
    }

    @Test
    void machines_are_read_once_for_all_that_look_soon_after_and_again_for_those_that_look_later() {
        look(PRODUCTION);
        look(STAGING);
        now.updateAndGet(before -> before.plus(RecentRosters.RECENT));
        look(PRODUCTION);
        assertThat(read).containsExactly(PRODUCTION, STAGING);
        now.updateAndGet(before -> before.plus(Duration.ofMillis(1)));
        look(PRODUCTION);
        assertThat(read).containsExactly(PRODUCTION, STAGING, PRODUCTION);
    }
}
