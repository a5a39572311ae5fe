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
                                Arbitraries.of(true, false))
                        .as((minutes, stored, needed) -> new Object[] {minutes, stored, needed});
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
                                                        new PackageId("Shop.Web"),
                                                        new PackageVersion(number + ".0.0"),
                                                        Sha512.hashOf(new byte[] {(byte) number}),
                                                        100L + number),
                                                NOW.minus(Duration.ofMinutes((Integer) row[0])),
                                                (Boolean) row[1],
                                                (Boolean) row[2]));
                            }
                            return List.copyOf(copies);
                        });
    }

    @Provide
    Arbitrary<CachesKept> kept() {
        return Arbitraries.integers()
                .between(1, 60)
                .optional()
                .map(days -> new CachesKept(days, Optional.empty()));
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
                        : CopyKeeping.going(
                                        copies,
                                        new CachesKept(Optional.empty(), Optional.empty()),
                                        Long.MAX_VALUE,
                                        NOW)
                                .stream()
                                .mapToLong(dropping -> dropping.copy().pin().size())
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
