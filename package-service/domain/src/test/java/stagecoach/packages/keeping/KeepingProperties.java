package stagecoach.packages.keeping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class KeepingProperties {
    private static final Instant START = Instant.parse("2026-11-28T06:00:00Z");
    private static final int PACKAGES = 12;

    /** What may happen, in any order. */
    private enum Step {
        LEASE,
        RELEASE,
        USE,
        SWEEP,
        MAKE_ROOM,
        WAIT
    }

    private record Move(Step step, int which) {}

    @Provide
    Arbitrary<List<Move>> stories() {
        return Combinators.combine(
                        Arbitraries.of(Step.class), Arbitraries.integers().between(0, PACKAGES - 1))
                .as(Move::new)
                .list()
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<PackagesKept> settings() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 4).optional(0.3),
                        Arbitraries.integers().between(1, 5).optional(0.3),
                        Arbitraries.integers().between(1, 90).optional(0.3))
                .as(PackagesKept::new);
    }

    /** Three packages of four versions each; every third one has the bytes of another. */
    private static PackagePin pin(int number) {
        return new PackagePin(
                new PackageId("Shop." + number % 3),
                new PackageVersion("1." + number / 3 + ".0" + (number == 11 ? "-beta" : "")),
                Sha512.hashOf(new byte[] {(byte) (number == 3 ? 0 : number)}),
                100);
    }

    @Property
    void whatever_is_leased_released_used_and_swept_nothing_leased_and_no_newest_goes(
            @ForAll("stories") List<Move> story, @ForAll("settings") PackagesKept kept) {
        var there = new TreeMap<Integer, Instant>();
        for (int i = 0; i < PACKAGES; i++) {
            there.put(i, START);
        }
        Set<Sha512> leased = new HashSet<>();
        Instant now = START;
        for (Move move : story) {
            Sha512 chosen = pin(move.which()).sha512();
            switch (move.step()) {
                case LEASE -> {
                    if (there.containsKey(move.which())) {
                        leased.add(chosen);
                    }
                }
                case RELEASE -> leased.remove(chosen);
                case USE -> there.computeIfPresent(move.which(), useAt(now));
                case WAIT -> now = now.plus(Duration.ofHours(30));
                case SWEEP -> {
                    for (int id = 0; id < 3; id++) {
                        int wanted = id;
                        List<Stored> versions =
                                stored(there, leased).stream()
                                        .filter(s -> s.pin().id().equals(pin(wanted).id()))
                                        .toList();
                        take(Keeping.old(versions, kept, now), there, leased, now);
                    }
                }
                case MAKE_ROOM ->
                        take(
                                Keeping.forRoom(stored(there, leased), 100L * move.which(), now),
                                there,
                                leased,
                                now);
            }
        }
    }

    private static BiFunction<Integer, Instant, Instant> useAt(Instant now) {
        return (_, _) -> now;
    }

    private static List<Stored> stored(Map<Integer, Instant> there, Set<Sha512> leased) {
        var stored = new ArrayList<Stored>();
        there.forEach(
                (number, usedAt) ->
                        stored.add(
                                new Stored(
                                        FeedId.BUILT_IN,
                                        pin(number),
                                        usedAt,
                                        leased.contains(pin(number).sha512()))));
        return stored;
    }

    private static void take(
            Collection<Going> going, Map<Integer, Instant> there, Set<Sha512> leased, Instant now) {
        for (Going one : going) {
            PackagePin pin = one.stored().pin();
            assertThat(leased).doesNotContain(pin.sha512());
            assertThat(one.stored().usedAt()).isBefore(now.minus(Keeping.GRACE));
            assertThat(
                            there.keySet().stream()
                                    .map(KeepingProperties::pin)
                                    .filter(other -> other.id().equals(pin.id()))
                                    .map(PackagePin::version))
                    .anyMatch(version -> version.compareTo(pin.version()) > 0)
                    .anyMatch(
                            version ->
                                    !version.isPrerelease()
                                            && (pin.version().isPrerelease()
                                                    || version.compareTo(pin.version()) > 0));
        }
        there.keySet()
                .removeIf(
                        number ->
                                going.stream()
                                        .anyMatch(one -> one.stored().pin().equals(pin(number))));
    }

    @Property
    void room_is_made_by_what_was_used_longest_ago_and_by_no_more_than_is_needed(
            @ForAll("ages") List<Integer> hours) {
        var stored = new ArrayList<Stored>();
        for (int i = 0; i < hours.size(); i++) {
            stored.add(
                    new Stored(
                            FeedId.BUILT_IN,
                            pin(i),
                            START.minus(Duration.ofHours(hours.get(i))),
                            false));
        }
        List<Going> going = Keeping.forRoom(stored, 250, START);
        assertThat(going.size()).isLessThanOrEqualTo(4);
        assertThat(going)
                .extracting(one -> one.stored().usedAt())
                .isSorted()
                .allMatch(usedAt -> usedAt.isBefore(START.minus(Keeping.GRACE)));
    }

    @Provide
    Arbitrary<List<Integer>> ages() {
        return Arbitraries.integers().between(0, 50).list().ofSize(PACKAGES);
    }

    @Property
    void of_what_came_from_outside_all_may_go_but_what_is_leased_or_was_just_used(
            @ForAll("ages") List<Integer> hours,
            @ForAll("settings") PackagesKept kept,
            @ForAll Set<@IntRange(max = PACKAGES - 1) Integer> leased) {
        var outside = new ArrayList<Stored>();
        for (int i = 0; i < hours.size(); i++) {
            var usedAt = START.minus(Duration.ofHours(24L * hours.get(i) / 5));
            outside.add(new Stored(new FeedId("company"), pin(i), usedAt, leased.contains(i)));
        }

        List<Going> old = Keeping.oldOutside(outside, kept, START);
        assertThat(old.stream().map(Going::stored).toList())
                .isEqualTo(
                        outside.stream()
                                .filter(one -> !one.leased() && kept.days().isPresent())
                                .filter(
                                        one ->
                                                one.usedAt()
                                                        .isBefore(
                                                                START.minus(
                                                                        Duration.ofDays(
                                                                                kept.days()
                                                                                        .orElseThrow()))))
                                .toList());
        assertThat(Keeping.forRoom(outside, Long.MAX_VALUE, START).stream().map(Going::stored))
                .containsExactlyInAnyOrderElementsOf(
                        outside.stream()
                                .filter(one -> !one.leased())
                                .filter(one -> one.usedAt().isBefore(START.minus(Keeping.GRACE)))
                                .toList());
    }

    /** Also where it has the same name and bytes. */
    @Example
    void what_came_from_outside_keeps_no_version_that_was_pushed_here_from_being_the_newest() {
        Stored ours = old("1.0.0");
        var theirs = new Stored(new FeedId("company"), ours.pin(), ours.usedAt(), false);
        var newer = new Stored(new FeedId("company"), named("2.0.0"), ours.usedAt(), false);

        assertThat(Keeping.forRoom(List.of(theirs, ours, newer), 1000, START))
                .extracting(Going::stored)
                .containsExactlyInAnyOrder(theirs, newer);
    }

    @Example
    void without_settings_packages_are_kept_for_good() {
        var versions = List.of(old("1.0.0"), old("2.0.0"));
        assertThat(Keeping.old(versions, kept(0, 0), START)).isEmpty();
    }

    @Example
    void what_is_neither_among_the_newest_nor_was_used_lately_goes() {
        var versions =
                List.of(
                        old("1.0.0"),
                        old("1.10.0"),
                        old("1.9.0"),
                        new Stored(
                                FeedId.BUILT_IN,
                                named("0.9.0"),
                                START.minus(Duration.ofDays(2)),
                                false));

        assertThat(Keeping.old(versions, kept(2, 5), START))
                .extracting(going -> going.stored().pin().version().value())
                .containsExactly("1.0.0");
        assertThat(Keeping.old(versions, kept(2, 5), START))
                .allMatch(going -> going.why() == Why.RETENTION)
                .allMatch(
                        going ->
                                going.reason()
                                        .equals(
                                                "it was not among the newest 2 versions, and nobody used it for 5 days"));
        assertThat(Keeping.old(versions, kept(1, 0), START)).hasSize(3);
        assertThat(Keeping.old(versions, kept(0, 5), START)).hasSize(2);
    }

    @Example
    void the_newest_stable_version_stays_behind_prereleases() {
        var versions = List.of(old("0.9.0"), old("1.0.0"), old("2.0.0-a"), old("2.0.0-b"));

        assertThat(Keeping.old(versions, kept(1, 0), START))
                .extracting(going -> going.stored().pin().version().value())
                .containsExactlyInAnyOrder("0.9.0", "2.0.0-a");
        assertThat(Keeping.forRoom(versions, 1000, START))
                .extracting(going -> going.stored().pin().version().value())
                .containsExactlyInAnyOrder("0.9.0", "2.0.0-a");
    }

    private static PackagesKept kept(int versions, int days) {
        return new PackagesKept(
                Optional.of(versions).filter(v -> v > 0),
                Optional.of(days).filter(d -> d > 0),
                Optional.empty());
    }

    private static Stored old(String version) {
        return new Stored(FeedId.BUILT_IN, named(version), START.minus(Duration.ofDays(20)), false);
    }

    private static PackagePin named(String version) {
        return new PackagePin(
                new PackageId("Shop.Web"),
                new PackageVersion(version),
                Sha512.hashOf(version.getBytes(UTF_8)),
                10);
    }
}
