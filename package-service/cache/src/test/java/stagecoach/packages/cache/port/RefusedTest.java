package stagecoach.packages.cache.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RefusedTest {
    private final List<String> log = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private final Refused refused = new Refused(log::add, clock::get);

    @Test
    void who_is_refused_again_and_again_is_told_at_once_and_then_seldom() {
        for (int i = 0; i < 5; i++) {
            refused.tell("10.0.0.1", "It has no grant.");
        }
        refused.tell("10.0.0.1", "Its grant has expired.");
        refused.tell("10.0.0.2", "It has no grant.");
        assertThat(log)
                .containsExactly(
                        "Refused 10.0.0.1: It has no grant.",
                        "Refused 10.0.0.1: Its grant has expired.",
                        "Refused 10.0.0.2: It has no grant.");
        log.clear();
        clock.addAndGet(Refused.TOLD_EVERY.toNanos() + 1);
        refused.tell("10.0.0.1", "It has no grant.");
        refused.tell("10.0.0.2", "It has no grant.");
        assertThat(log)
                .containsExactly(
                        "Refused 10.0.0.1: It has no grant. (and 4 times before)",
                        "Refused 10.0.0.2: It has no grant.");
    }

    @Test
    void a_crowd_from_everywhere_takes_few_lines_and_leaves_room_again() {
        for (int i = 0; i < 10_000; i++) {
            refused.tell("host-" + i, "It has no grant.");
        }
        assertThat(log).hasSize(Refused.REASONS_MAX + 1).last().asString().contains("many");
        clock.addAndGet(Refused.TOLD_EVERY.toNanos() + 1);
        refused.tell("host-x", "It has no grant.");
        assertThat(log).last().asString().contains("host-x");
    }
}
