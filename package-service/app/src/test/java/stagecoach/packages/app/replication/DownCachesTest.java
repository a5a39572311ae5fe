package stagecoach.packages.app.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DownCachesTest {
    private final AtomicLong now = new AtomicLong();
    private final DownCaches downs = new DownCaches(Duration.ofSeconds(60), now::get);

    @Test
    void a_cache_that_is_away_comes_back_when_it_answers_or_the_while_is_over() {
        downs.away("https://eu-1");
        assertThat(downs.isDown("https://eu-1")).isTrue();
        assertThat(downs.isDown("https://eu-2")).isFalse();
        downs.answered("https://eu-1");
        assertThat(downs.isDown("https://eu-1")).isFalse();

        downs.away("https://eu-1");
        now.addAndGet(Duration.ofSeconds(61).toNanos());
        assertThat(downs.isDown("https://eu-1")).isFalse();
    }
}
