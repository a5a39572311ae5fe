package stagecoach.packages.keeping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.packages.keeping.CopyKeeping.Dropping;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class CopyKeepingProperties {
    private static final Instant NOW = Instant.parse("2026-11-29T03:00:00Z");

    @Provide
    Arbitrary<List<Copy>> copies() {
        var one =
                Combinators.combine(
                                Arbitraries.integers().between(0, 60 * 24 * 60),
                                Arbitraries.of(true, false),
                                Arbitraries.of(true, false),
                                Arbitraries.of(true, false))
                        .as(
                                (minutes, stored, needed, released) ->
                                        new Object[] {minutes, stored, needed, released});
        return one.list()
                .ofMaxSize(12)
                .map(
                        rows -> {
                            var copies = new ArrayList<Copy>();
                            for (Object[] row : rows) {
                                int number = copies.size();
                                copies.add(
                                        new Copy(
                                                new PackagePin(
                                                        new PackageId("Shop." + number % 2),
                                                        // Their order is not that of their use.
                                                        new PackageVersion(
                                                                number * 7 % 12 + ".0.0"),
                                                        Sha512.hashOf(new byte[] {(byte) number}),
                                                        100L + number),
                                                NOW.minus(Duration.ofMinutes((Integer) row[0])),
                                                (Boolean) row[1],
                                                (Boolean) row[2],
                                                (Boolean) row[3]));
                            }
                            return List.copyOf(copies);
                        });
    }

    @Provide
    Arbitrary<CachesKept> kept() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 60).optional(),
                        Arbitraries.integers().between(1, 4).optional(),
                        Arbitraries.of(true, false).optional())
                .as(
                        (days, versions, keepReleased) ->
                                new CachesKept(days, Optional.empty(), versions, keepReleased));
    }

    private static List<Copy> gone(List<Copy> copies, CachesKept kept, long missing) {
        return CopyKeeping.going(copies, kept, missing, NOW).stream().map(Dropping::copy).toList();
    }

    @Property
    void what_kept_releases_have_pinned_goes_by_no_setting_but_the_one_that_says_so(
            @ForAll("copies") List<Copy> copies, @ForAll("kept") CachesKept kept) {
        List<Copy> gone = gone(copies, kept, Long.MAX_VALUE);
        if (kept.keepsReleased()) {
            assertThat(gone).noneMatch(Copy::released);
        } else {
            assertThat(gone)
                    .containsExactlyInAnyOrderElementsOf(
                            copies.stream().filter(CopyKeepingProperties::mayGo).toList());
        }
    }

    private static boolean mayGo(Copy copy) {
        return !copy.needed() && copy.usedAt().isBefore(NOW.minus(Keeping.GRACE));
    }

    @Property
    void of_each_package_at_least_so_many_versions_stay_and_no_old_one_besides(
            @ForAll("copies") List<Copy> copies, @ForAll("kept") CachesKept kept) {
        List<Copy> gone =
                CopyKeeping.going(copies, kept, 0, NOW).stream()
                        .filter(dropping -> dropping.why() == Why.RETENTION)
                        .map(Dropping::copy)
                        .toList();
        for (int id = 0; id < 2; id++) {
            var named = new PackageId("Shop." + id);
            List<Copy> newestFirst =
                    copies.stream()
                            .filter(copy -> copy.pin().id().equals(named))
                            .sorted(
                                    Comparator.comparing(
                                            (Copy copy) -> copy.pin().version(),
                                            Comparator.reverseOrder()))
                            .toList();
            int newest = Math.min(kept.versions().orElse(0), newestFirst.size());
            assertThat(newestFirst.subList(0, newest)).noneMatch(gone::contains);
            if (kept.versions().isPresent() && kept.days().isEmpty()) {
                assertThat(
                                newestFirst.subList(newest, newestFirst.size()).stream()
                                        .filter(CopyKeepingProperties::mayGo)
                                        .filter(Copy::stored)
                                        .filter(copy -> !copy.released() || !kept.keepsReleased()))
                        .isSubsetOf(gone);
            }
        }
        if (kept.days().isEmpty() && kept.versions().isEmpty()) {
            assertThat(gone).isEmpty();
        }
        kept.days()
                .ifPresent(
                        days ->
                                assertThat(gone)
                                        .allMatch(
                                                copy ->
                                                        copy.usedAt()
                                                                .isBefore(
                                                                        NOW.minus(
                                                                                Duration.ofDays(
                                                                                        days)))));
    }

    @Property
    void for_room_what_kept_releases_have_pinned_goes_last(@ForAll("copies") List<Copy> copies) {
        List<Copy> going =
                CopyKeeping.forRoom(copies, 350, NOW).stream().map(Dropping::copy).toList();
        if (going.stream().anyMatch(copy -> copy.released() && copy.stored())) {
            assertThat(
                            copies.stream()
                                    .filter(CopyKeepingProperties::mayGo)
                                    .filter(copy -> !copy.released()))
                    .isSubsetOf(going);
        }
        assertThat(going).allMatch(CopyKeepingProperties::mayGo);
    }

    @Property
    void nothing_that_is_needed_or_was_just_used_goes(
            @ForAll("copies") List<Copy> copies, @ForAll("kept") CachesKept kept) {
        assertThat(CopyKeeping.going(copies, kept, Long.MAX_VALUE, NOW))
                .noneMatch(dropping -> dropping.copy().needed())
                .noneMatch(
                        dropping ->
                                dropping.copy().usedAt().isAfter(NOW.minus(Duration.ofHours(1))));
    }

    @Property
    void what_the_server_does_not_keep_goes_whatever_is_set(
            @ForAll("copies") List<Copy> copies, @ForAll("kept") CachesKept kept) {
        List<Copy> gone =
                CopyKeeping.going(copies, kept, 0, NOW).stream().map(Dropping::copy).toList();
        assertThat(
                        copies.stream()
                                .filter(
                                        copy ->
                                                !copy.stored()
                                                        && !(copy.released()
                                                                && kept.keepsReleased())
                                                        && !copy.needed()
                                                        && copy.usedAt()
                                                                .isBefore(
                                                                        NOW.minus(Keeping.GRACE))))
                .isSubsetOf(gone);
    }

    @Property
    void for_room_that_cannot_be_made_nothing_goes(@ForAll("copies") List<Copy> copies) {
        long all =
                CopyKeeping.forRoom(copies, 1, NOW).isEmpty()
                        ? 0
                        : copies.stream()
                                .filter(CopyKeepingProperties::mayGo)
                                .mapToLong(copy -> copy.pin().size())
                                .sum();
        assertThat(CopyKeeping.forRoom(copies, all + 1, NOW)).isEmpty();
        assertThat(
                        CopyKeeping.forRoom(copies, all, NOW).stream()
                                .mapToLong(dropping -> dropping.copy().pin().size())
                                .sum())
                .isEqualTo(all);
    }

    @Property
    void for_room_the_oldest_go_and_no_more_than_must(@ForAll("copies") List<Copy> copies) {
        CachesKept nothing = new CachesKept(Optional.empty(), Optional.empty());
        long missing = 250;
        List<Dropping> going = CopyKeeping.going(copies, nothing, missing, NOW);
        List<Dropping> forRoom =
                going.stream().filter(dropping -> dropping.why() == Why.DISK).toList();
        long all = going.stream().mapToLong(dropping -> dropping.copy().pin().size()).sum();
        if (!forRoom.isEmpty()) {
            assertThat(all - forRoom.getLast().copy().pin().size()).isLessThan(missing);
        }
        Optional<Instant> newest =
                forRoom.stream()
                        .map(dropping -> dropping.copy().usedAt())
                        .max(Comparator.naturalOrder());
        newest.ifPresent(
                until ->
                        assertThat(
                                        copies.stream()
                                                .filter(
                                                        copy ->
                                                                !copy.needed()
                                                                        && !copy.released()
                                                                        && copy.usedAt()
                                                                                .isBefore(until)
                                                                        && copy.usedAt()
                                                                                .isBefore(
                                                                                        NOW.minus(
                                                                                                Keeping
                                                                                                        .GRACE))))
                                .isSubsetOf(going.stream().map(Dropping::copy).toList()));
    }
}
