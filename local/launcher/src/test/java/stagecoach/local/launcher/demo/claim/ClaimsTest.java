package stagecoach.local.launcher.demo.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each claim holds on true evidence and falls on evidence that was falsified. */
class ClaimsTest {
    private static final Instant OPENED = Instant.parse("2026-11-24T10:00:00Z");
    private static final Trace.Line WEB_1 = new Trace.Line("7f3k9qzm", 1, "start", "web-1");
    private static final Trace.Line WEB_2 = new Trace.Line("7f3k9qzm", 1, "start", "web-2");
    private static final Trace.Line WEB_2_AGAIN = new Trace.Line("7f3k9qzm", 2, "start", "web-2");

    @Test
    void bytes_that_crossed_twice_or_another_way_are_noticed() {
        assertThat(new BytesCrossOnce().judge(bytes(2_004)).holds()).isTrue();
        assertThat(new BytesCrossOnce().judge(bytes(2_100)).holds()).isFalse();
        assertThat(new BytesCrossOnce().judge(bytes(4_000)).holds()).isFalse();
        assertThat(new BytesCrossOnce().judge(bytes(1_000)).holds()).isFalse();
    }

    @Test
    void a_byte_before_the_tunnel_is_noticed() {
        assertThat(
                        new NothingBeforeTunnel()
                                .judge(
                                        times(
                                                Optional.of(OPENED),
                                                Optional.of(OPENED.plusMillis(200)))))
                .isEqualTo(new Claim.Verdict(true, "first byte 0.2 s after"));
        assertThat(
                        new NothingBeforeTunnel()
                                .judge(
                                        times(
                                                Optional.of(OPENED),
                                                Optional.of(OPENED.minusMillis(1))))
                                .holds())
                .isFalse();
        assertThat(
                        new NothingBeforeTunnel()
                                .judge(times(Optional.empty(), Optional.of(OPENED)))
                                .holds())
                .isFalse();
        assertThat(
                        new NothingBeforeTunnel()
                                .judge(times(Optional.of(OPENED), Optional.empty()))
                                .holds())
                .isFalse();
    }

    @Test
    void a_script_that_ran_twice_or_not_at_all_is_noticed() {
        Map<Trace.Line, Integer> expected = Map.of(WEB_1, 1, WEB_2, 1);
        assertThat(new EachScriptOnce().judge(traces(expected, WEB_1, WEB_2)))
                .isEqualTo(new Claim.Verdict(true, "2 of 2"));
        assertThat(new EachScriptOnce().judge(traces(expected, WEB_1)).holds()).isFalse();
        assertThat(new EachScriptOnce().judge(traces(expected, WEB_1, WEB_2, WEB_2)).holds())
                .isFalse();
        assertThat(new EachScriptOnce().judge(traces(expected, WEB_1, WEB_2, WEB_2_AGAIN)).holds())
                .isFalse();
        assertThat(new EachScriptOnce().judge(traces(Map.of())).holds()).isFalse();
    }

    @Test
    void a_retry_that_ran_again_what_was_done_is_noticed() {
        assertThat(new RetryRepeatsNothing().judge(kept(List.of(WEB_1), WEB_1, WEB_2, WEB_2_AGAIN)))
                .isEqualTo(new Claim.Verdict(true, "0 of 1"));
        assertThat(
                        new RetryRepeatsNothing()
                                .judge(kept(List.of(WEB_2), WEB_1, WEB_2, WEB_2_AGAIN))
                                .holds())
                .isFalse();
        assertThat(new RetryRepeatsNothing().judge(kept(List.of(), WEB_1)).holds()).isFalse();
    }

    private static Evidence bytes(long crossed) {
        return new Evidence(
                2,
                1_000,
                crossed,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                new Trace(List.of()),
                List.of());
    }

    private static Evidence times(Optional<Instant> opened, Optional<Instant> first) {
        return new Evidence(2, 1_000, 0, opened, first, Map.of(), new Trace(List.of()), List.of());
    }

    private static Evidence traces(Map<Trace.Line, Integer> expected, Trace.Line... lines) {
        return new Evidence(
                2,
                1_000,
                0,
                Optional.empty(),
                Optional.empty(),
                expected,
                new Trace(List.of(lines)),
                List.of());
    }

    private static Evidence kept(List<Trace.Line> kept, Trace.Line... lines) {
        return new Evidence(
                2,
                1_000,
                0,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                new Trace(List.of(lines)),
                kept);
    }
}
