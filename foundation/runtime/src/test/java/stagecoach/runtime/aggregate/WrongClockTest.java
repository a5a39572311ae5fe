package stagecoach.runtime.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongClockTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration MAX = Duration.ofMinutes(3);

    @TempDir Path folder;

    @Test
    void it_is_wrong_by_what_the_file_says_and_right_without_one() throws Exception {
        Path file = folder.resolve("offset");
        var clock = new WrongClock(Clock.fixed(NOON, ZoneOffset.UTC), file);
        assertThat(clock.instant()).isEqualTo(NOON);

        Files.writeString(file, "PT3M\n");
        await().atMost(MAX).until(() -> clock.instant().equals(NOON.plusSeconds(180)));

        Files.delete(file);
        await().atMost(MAX).until(() -> clock.instant().equals(NOON));
    }

    @Test
    void a_file_that_tells_no_offset_is_named() throws Exception {
        Path file = Files.writeString(folder.resolve("offset"), "tomorrow");
        assertThatThrownBy(() -> new WrongClock(Clock.systemUTC(), file))
                .hasMessageContaining("offset tells no offset such as PT3M");
    }
}
