package stagecoach.packages.app.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.app.PackageServiceTest;
import stagecoach.runtime.aggregate.UnitOfWork;

@PackageServiceTest
class ScrubClaimTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @Inject UnitOfWork unitOfWork;

    private ScrubClaim inTime(Duration later) {
        return new ScrubClaim(unitOfWork, Clock.fixed(NOW.plus(later), ZoneOffset.UTC));
    }

    private static <T> T call(Callable<T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.submit(work).get();
        }
    }

    @BeforeEach
    void nobodyIsAtIt() throws Exception {
        call(
                () ->
                        unitOfWork.run(
                                tx -> {
                                    tx.execute("DELETE FROM scrub");
                                    return tx.execute(
                                            "INSERT INTO scrub (began, after, claimed_until) VALUES (?1, '', ?1)",
                                            NOW);
                                }));
    }

    @Test
    void whoever_was_away_too_long_gives_back_nothing_that_is_another_s() throws Exception {
        ScrubClaim slow = inTime(Duration.ZERO);
        ScrubClaim next = inTime(Duration.ofMinutes(61));
        ScrubClaim third = inTime(Duration.ofMinutes(62));

        assertThat(call(slow::take)).isTrue();
        assertThat(call(next::take)).isTrue();
        assertThat(call(slow::renew)).isFalse();
        call(
                () -> {
                    slow.giveBack();
                    return true;
                });

        assertThat(call(third::take)).isFalse();
        call(
                () -> {
                    next.giveBack();
                    return true;
                });
        assertThat(call(third::take)).isTrue();
    }

    @Test
    void whoever_is_at_it_keeps_it_as_long_as_he_is() throws Exception {
        assertThat(call(inTime(Duration.ZERO)::take)).isTrue();
        assertThat(call(inTime(Duration.ofMinutes(59))::take)).isFalse();
    }
}
