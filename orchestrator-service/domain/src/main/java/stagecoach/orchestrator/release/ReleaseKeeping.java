package stagecoach.orchestrator.release;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import stagecoach.contracts.configuration.ConfigurationDocument.ReleasesKept;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/**
 * Chooses which releases of a project may go. Never chosen: what runs somewhere or ran there before
 * (the current and the previous success of each environment, and what went there last however it
 * ended), what a deployment that has not ended uses, the newest release, and what was made within
 * the last hour.
 */
public final class ReleaseKeeping {
    /** Who makes a release is about to deploy it. */
    public static final Duration GRACE = Duration.ofHours(1);

    /** The one that runs, and the one to go back to. */
    private static final int SUCCESSES = 2;

    private ReleaseKeeping() {}

    /**
     * A release, and where it went.
     *
     * @param visits one for each environment
     */
    public record Candidate(ReleaseVersion version, Instant createdAt, List<Visit> visits) {
        /** Copies the visits. */
        public Candidate {
            visits = List.copyOf(visits);
        }
    }

    /**
     * A release's deployments to an environment.
     *
     * @param at when something happened to one of them last
     * @param succeeded when one of them succeeded last; neither follows from its number, since an
     *     older deployment may be retried, or have waited
     * @param open whether one of them has not ended
     */
    public record Visit(
            EnvironmentId environment, Instant at, Optional<Instant> succeeded, boolean open) {}

    /** A release that goes, and why. */
    public record Going(ReleaseVersion version, String reason) {}

    /** Which of a project's releases go, the oldest first. */
    public static List<Going> going(
            Collection<Candidate> releases, Lifecycle lifecycle, ReleasesKept kept, Instant now) {
        if (kept.perPhase().isEmpty() && kept.days().isEmpty()) {
            return List.of();
        }
        Set<ReleaseVersion> stay = new HashSet<>();
        stay.addAll(alive(releases));
        stay.addAll(newest(releases, Math.max(1, kept.perPhase().orElse(1))));
        kept.perPhase().ifPresent(n -> stay.addAll(perPhase(releases, lifecycle, n)));
        Instant before = now.minus(Duration.ofDays(kept.days().orElse(0)));
        return releases.stream()
                .filter(release -> !stay.contains(release.version()))
                .filter(release -> release.createdAt().isBefore(now.minus(GRACE)))
                .filter(release -> kept.days().isEmpty() || usedAt(release).isBefore(before))
                .sorted(Comparator.comparing(Candidate::createdAt))
                .map(release -> new Going(release.version(), reason(kept)))
                .toList();
    }

    private static String reason(ReleasesKept kept) {
        Optional<String> place =
                kept.perPhase().map("it was not among the last %d of any phase"::formatted);
        Optional<String> age =
                kept.days().map("it was neither made nor deployed for %d days"::formatted);
        return Stream.of(place, age)
                .flatMap(Optional::stream)
                .reduce((a, b) -> a + ", and " + b)
                .orElseThrow();
    }

    private static Instant usedAt(Candidate release) {
        return release.visits().stream()
                .map(Visit::at)
                .reduce(release.createdAt(), ReleaseKeeping::later);
    }

    /** What somebody has, goes back to, or is about to have. */
    private static Set<ReleaseVersion> alive(Collection<Candidate> releases) {
        Set<ReleaseVersion> alive = new HashSet<>();
        Map<EnvironmentId, Map<ReleaseVersion, Instant>> successes = new HashMap<>();
        Map<EnvironmentId, Map<ReleaseVersion, Instant>> visits = new HashMap<>();
        for (Candidate release : releases) {
            for (Visit visit : release.visits()) {
                if (visit.open()) {
                    alive.add(release.version());
                }
                places(visits, visit.environment()).put(release.version(), visit.at());
                visit.succeeded()
                        .ifPresent(
                                at ->
                                        places(successes, visit.environment())
                                                .put(release.version(), at));
            }
        }
        successes.values().forEach(of -> alive.addAll(last(of, SUCCESSES)));
        visits.values().forEach(of -> alive.addAll(last(of, 1)));
        return alive;
    }

    private static <K> Map<ReleaseVersion, Instant> places(
            Map<K, Map<ReleaseVersion, Instant>> of, K key) {
        return of.computeIfAbsent(key, _ -> new HashMap<>());
    }

    private static List<ReleaseVersion> newest(Collection<Candidate> releases, int count) {
        return releases.stream()
                .sorted(Comparator.comparing(Candidate::createdAt).reversed())
                .limit(count)
                .map(Candidate::version)
                .toList();
    }

    /** An environment that stands in no phase is a phase of its own. */
    private static Set<ReleaseVersion> perPhase(
            Collection<Candidate> releases, Lifecycle lifecycle, int count) {
        Map<Object, Map<ReleaseVersion, Instant>> phases = new HashMap<>();
        for (Candidate release : releases) {
            for (Visit visit : release.visits()) {
                Object phase =
                        lifecycle.phases().stream()
                                .filter(of -> of.contains(visit.environment()))
                                .<Object>map(of -> of)
                                .findFirst()
                                .orElse(visit.environment());
                places(phases, phase).merge(release.version(), visit.at(), ReleaseKeeping::later);
            }
        }
        Set<ReleaseVersion> kept = new HashSet<>();
        phases.values().forEach(of -> kept.addAll(last(of, count)));
        return kept;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Those that were last; of equal ones, whose order nobody knows any more, all. */
    private static List<ReleaseVersion> last(Map<ReleaseVersion, Instant> times, int count) {
        List<Instant> descending =
                times.values().stream().sorted(Comparator.reverseOrder()).toList();
        Instant least = descending.get(Math.min(count, descending.size()) - 1);
        return times.entrySet().stream()
                .filter(entry -> !entry.getValue().isBefore(least))
                .map(Map.Entry::getKey)
                .toList();
    }
}
