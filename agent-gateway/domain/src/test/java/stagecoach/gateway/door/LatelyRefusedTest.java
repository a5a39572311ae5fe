package stagecoach.gateway.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.decider.DeciderSpec;
import stagecoach.vocabulary.identity.AgentId;

class LatelyRefusedTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(10);

    private static EntryRefused from(String address, long times) {
        return new EntryRefused(
                Refusal.UNKNOWN_CERTIFICATE,
                address,
                Optional.empty(),
                Optional.empty(),
                times,
                "Nobody enrolled with it.");
    }

    @Test
    void the_first_is_told_at_once_and_what_follows_as_one_when_the_window_is_over() {
        var lately = new LatelyRefused(WINDOW, 10, "others");
        assertThat(lately.count(from("10.0.0.7", 1), NOON)).contains(from("10.0.0.7", 1));
        for (int i = 0; i < 500; i++) {
            assertThat(lately.count(from("10.0.0.7", 1), NOON.plusSeconds(i))).isEmpty();
        }
        assertThat(lately.due(NOON.plus(WINDOW).minusMillis(1))).isEmpty();
        assertThat(lately.due(NOON.plus(WINDOW))).containsExactly(from("10.0.0.7", 500));
        assertThat(lately.due(NOON.plus(WINDOW).plusSeconds(1))).isEmpty();
    }

    @Test
    void who_did_not_come_again_is_forgotten() {
        var lately = new LatelyRefused(WINDOW, 10, "others");
        lately.count(from("10.0.0.7", 1), NOON);
        assertThat(lately.due(NOON.plus(WINDOW))).isEmpty();
        assertThat(lately.count(from("10.0.0.7", 1), NOON.plus(WINDOW))).isPresent();
    }

    @Test
    void of_too_many_origins_the_others_are_one() {
        var lately = new LatelyRefused(WINDOW, 3, "other addresses");
        var told = new ArrayList<EntryRefused>();
        for (int i = 0; i < 10_000; i++) {
            lately.count(from("10.0.0." + i, 1), NOON).ifPresent(told::add);
        }
        assertThat(told)
                .extracting(EntryRefused::from)
                .containsExactly("10.0.0.0", "10.0.0.1", "10.0.0.2", "other addresses");
        assertThat(lately.due(NOON.plus(WINDOW))).containsExactly(from("other addresses", 9_996));
    }

    @Property
    void no_refusal_is_lost_and_none_is_counted_twice(
            @ForAll @Size(max = 60) List<@IntRange(max = 5) Integer> origins,
            @ForAll @IntRange(min = 1, max = 4) int originsMax) {
        var lately = new LatelyRefused(WINDOW, originsMax, "others");
        var told = new ArrayList<EntryRefused>();
        Instant now = NOON;
        for (int origin : origins) {
            now = now.plus(Duration.ofMinutes(3));
            lately.count(from("10.0.0." + origin, 1), now).ifPresent(told::add);
            told.addAll(lately.due(now));
        }
        told.addAll(lately.due(now.plus(WINDOW)));
        assertThat(told.stream().mapToLong(EntryRefused::times).sum()).isEqualTo(origins.size());
    }

    @Test
    void a_day_has_no_more_of_them_than_somebody_can_read() {
        DeciderSpec<DoorState, TellRefusal, AgentReport> door = DeciderSpec.of(new DoorDecider());
        assertThat(door.after(many(ofAnAgent())).history()).hasSize(DoorDecider.TOLD_A_DAY_MAX);
    }

    @Test
    void strangers_leave_room_to_tell_of_agents() {
        DeciderSpec<DoorState, TellRefusal, AgentReport> door = DeciderSpec.of(new DoorDecider());
        var flooded = door.after(many(from("10.0.0.7", 1)));
        assertThat(flooded.history()).hasSize(DoorDecider.STRANGERS_A_DAY_MAX);
        flooded.when(new TellRefusal(from("10.0.0.8", 1))).thenNothing();
        flooded.when(new TellRefusal(ofAnAgent())).then(ofAnAgent());
    }

    private static TellRefusal[] many(EntryRefused refused) {
        var all = new TellRefusal[DoorDecider.TOLD_A_DAY_MAX + 5];
        java.util.Arrays.fill(all, new TellRefusal(refused));
        return all;
    }

    private static EntryRefused ofAnAgent() {
        return new EntryRefused(
                Refusal.FORMER_CERTIFICATE,
                "10.0.0.9",
                Optional.of("ab".repeat(32)),
                Optional.of(new AgentId("target:web-1")),
                1,
                "It was revoked.");
    }
}
