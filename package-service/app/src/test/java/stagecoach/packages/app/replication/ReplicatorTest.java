package stagecoach.packages.app.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplicatorTest {
    @Test
    void a_large_package_may_take_longer_over_a_thin_line_than_a_small_one() {
        var usual = Duration.ofHours(6);
        assertThat(Replicator.mayTake(usual, 5_000)).isEqualTo(usual);
        assertThat(Replicator.mayTake(usual, 5_000_000_000L))
                .isEqualTo(Duration.ofSeconds(500_000));
    }
}
