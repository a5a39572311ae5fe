package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.configuration.ConfigurationDocument.ReleasesKept;
import stagecoach.orchestrator.release.ReleaseKeeping.Candidate;
import stagecoach.orchestrator.release.ReleaseKeeping.Going;
import stagecoach.orchestrator.release.ReleaseKeeping.Visit;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ReleaseVersion;

class ReleaseKeepingTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final EnvironmentId DEV = new EnvironmentId("dev");
    private static final EnvironmentId EU = new EnvironmentId("prod-eu");
    private static final EnvironmentId US = new EnvironmentId("prod-us");
    private static final Lifecycle LIFECYCLE =
            new Lifecycle(List.of(List.of(DEV), List.of(EU, US)));

    private static ReleasesKept kept(int perPhase, int days) {
        return new ReleasesKept(
                perPhase == 0 ? Optional.empty() : Optional.of(perPhase),
                days == 0 ? Optional.empty() : Optional.of(days));
    }

    private static Instant daysAgo(long days) {
        return NOW.minus(Duration.ofDays(days));
    }

    private static Candidate release(int number, long daysAgo, Visit... visits) {
        return new Candidate(
                new ReleaseVersion("1.0." + number), daysAgo(daysAgo), List.of(visits));
    }

    /** Long ago, one after the other. */
    private static Instant place(long number) {
        return daysAgo(100).plusSeconds(number);
    }

    private static Visit success(EnvironmentId environment, long number) {
        Instant at = place(number);
        return new Visit(environment, at, Optional.of(at), false);
    }

    private static Visit failure(EnvironmentId environment, long number) {
        return new Visit(environment, place(number), Optional.empty(), false);
    }

    private static Visit open(EnvironmentId environment, long number) {
        return new Visit(environment, place(number), Optional.empty(), true);
    }

    private static List<String> going(ReleasesKept kept, Candidate... releases) {
        return ReleaseKeeping.going(List.of(releases), LIFECYCLE, kept, NOW).stream()
                .map(going -> going.version().value())
                .toList();
    }

    @Test
    void without_a_rule_all_stay() {
        assertThat(going(kept(0, 0), release(1, 900), release(2, 800))).isEmpty();
    }

    @Test
    void the_newest_stays_although_it_went_nowhere() {
        assertThat(going(kept(0, 30), release(1, 900), release(2, 800))).containsExactly("1.0.1");
        assertThat(going(kept(2, 0), release(1, 9), release(2, 8), release(3, 7)))
                .containsExactly("1.0.1");
    }

    @Test
    void the_last_so_many_of_each_phase_stay_and_environments_of_a_phase_count_together() {
        // Five went to production; in each environment the successes of 5 and 4 stay anyway.
        assertThat(
                        going(
                                kept(3, 0),
                                release(1, 20, failure(EU, 1)),
                                release(2, 19, failure(US, 2)),
                                release(3, 18, failure(EU, 3)),
                                release(4, 17, success(EU, 4), success(US, 5)),
                                release(5, 16, success(EU, 6), success(US, 7)),
                                release(6, 15, failure(DEV, 8)),
                                release(7, 14, failure(DEV, 9)),
                                release(8, 13)))
                .containsExactly("1.0.1", "1.0.2");
    }

    @Test
    void the_present_success_and_the_one_before_it_stay_in_each_environment() {
        assertThat(
                        going(
                                kept(0, 1),
                                release(1, 900, success(EU, 1), success(US, 2)),
                                release(2, 800, success(EU, 3)),
                                release(3, 700, success(EU, 4)),
                                release(4, 600)))
                .isEmpty();
        // Gone back to: 1 is the present one, 3 the previous; nobody has 2 any more.
        assertThat(
                        going(
                                kept(0, 1),
                                release(1, 900, success(EU, 9)),
                                release(2, 800, success(EU, 3)),
                                release(3, 700, success(EU, 4)),
                                release(4, 600)))
                .containsExactly("1.0.2");
    }

    @Test
    void a_success_of_which_nobody_knows_when_it_was_counts_as_the_previous_one() {
        assertThat(
                        going(
                                kept(0, 1),
                                release(1, 900, success(EU, 0)),
                                release(2, 800, success(EU, 0)),
                                release(3, 700, success(EU, 4)),
                                release(4, 600)))
                .isEmpty();
    }

    @Test
    void what_an_open_or_staged_deployment_uses_and_what_went_somewhere_last_stays() {
        assertThat(
                        going(
                                kept(0, 1),
                                release(1, 900, open(EU, 1)),
                                release(2, 800, failure(EU, 2)),
                                release(3, 700, failure(EU, 3)),
                                release(4, 600)))
                .containsExactly("1.0.2");
    }

    @Test
    void what_neither_rule_keeps_goes_with_both_named() {
        List<Going> going =
                ReleaseKeeping.going(
                        List.of(release(1, 40), release(2, 20), release(3, 10), release(4, 5)),
                        LIFECYCLE,
                        kept(2, 30),
                        NOW);
        assertThat(going)
                .containsExactly(
                        new Going(
                                new ReleaseVersion("1.0.1"),
                                "it was not among the last 2 of any phase, and it was neither made nor deployed for 30 days"));
    }

    @Test
    void what_was_just_made_stays() {
        var just =
                new Candidate(
                        new ReleaseVersion("0.9.0"), NOW.minus(Duration.ofMinutes(50)), List.of());
        var newer =
                new Candidate(
                        new ReleaseVersion("0.9.1"), NOW.minus(Duration.ofMinutes(40)), List.of());
        assertThat(going(kept(1, 0), just, newer)).isEmpty();
    }

    /** Whatever the rule says: nobody loses what runs, what it goes back to, or what is open. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void no_drawn_history_loses_what_is_alive(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<Candidate> releases = history(random);
            var kept = kept(random.nextInt(4), random.nextInt(60));
            Set<ReleaseVersion> gone =
                    ReleaseKeeping.going(releases, LIFECYCLE, kept, NOW).stream()
                            .map(Going::version)
                            .collect(Collectors.toSet());
            for (EnvironmentId environment : List.of(DEV, EU, US)) {
                releases.stream()
                        .filter(release -> succeededAt(release, environment) >= 0)
                        .sorted(
                                Comparator.comparingLong(
                                                (Candidate release) ->
                                                        succeededAt(release, environment))
                                        .reversed())
                        .limit(2)
                        .forEach(
                                release ->
                                        assertThat(gone)
                                                .as("%s in %s", releases, environment)
                                                .doesNotContain(release.version()));
            }
            releases.stream()
                    .filter(release -> release.visits().stream().anyMatch(Visit::open))
                    .forEach(release -> assertThat(gone).doesNotContain(release.version()));
        }
    }

    private static List<Candidate> history(Random random) {
        List<Candidate> releases = new ArrayList<>();
        long number = 0;
        for (int i = 0; i < 12; i++) {
            List<Visit> visits = new ArrayList<>();
            for (EnvironmentId environment : List.of(DEV, EU, US)) {
                number++;
                int what = random.nextInt(5);
                if (what == 0) {
                    visits.add(failure(environment, number));
                } else if (what == 1) {
                    visits.add(success(environment, number));
                } else if (what == 2 && random.nextInt(5) == 0) {
                    visits.add(open(environment, number));
                }
            }
            releases.add(
                    new Candidate(new ReleaseVersion("1.0." + i), daysAgo(60 - 4L * i), visits));
        }
        return releases;
    }

    private static long succeededAt(Candidate release, EnvironmentId environment) {
        return release.visits().stream()
                .filter(visit -> visit.environment().equals(environment))
                .mapToLong(visit -> visit.succeeded().map(Instant::getEpochSecond).orElse(-1L))
                .max()
                .orElse(-1);
    }
}
