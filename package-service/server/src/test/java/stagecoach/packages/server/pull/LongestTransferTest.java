package stagecoach.packages.server.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LongestTransferTest {
    @Test
    void a_large_package_may_take_longer_over_a_thin_line_than_a_small_one() {
        var longest = new LongestTransfer(Duration.ofHours(6));
        assertThat(longest.of(5_000)).isEqualTo(Duration.ofHours(6));
        assertThat(longest.of(5_000_000_000L)).isEqualTo(Duration.ofSeconds(500_000));
    }
}
