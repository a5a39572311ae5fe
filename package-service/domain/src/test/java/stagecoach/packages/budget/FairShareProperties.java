package stagecoach.packages.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whoever joins, leaves and is let in when: budgets are kept, and nobody is kept out by others. */
class FairShareProperties {
    private static final long SMALL = 5_000;
    private static final long LARGE = 5L << 30;

    private record Id(String party, int number) {}

    private static Optional<Integer> one(String budget) {
        return Optional.of(1);
    }

    private static FairShare.Transfer<Id> transfer(Id id, long bytes, String... budgets) {
        return new FairShare.Transfer<>(id, id.toString(), id.party(), bytes, Set.of(budgets));
    }

    private static List<Id> letIn(FairShare<Id> share, Function<String, Optional<Integer>> max) {
        return letIn(share, max, List.of());
    }

    private static List<Id> letIn(
            FairShare<Id> share,
            Function<String, Optional<Integer>> max,
            List<FairShare.Transfer<Id>> elsewhere) {
        List<Id> next =
                share.next(max, _ -> true, elsewhere).stream().map(FairShare.Transfer::id).toList();
        next.forEach(id -> assertThat(share.letIn(id)).isTrue());
        return next;
    }

    @Property
    void no_budget_lets_in_more_than_it_allows_and_all_come_in_at_last(@ForAll long seed) {
        var random = new Random(seed);
        var max = new HashMap<String, Integer>();
        max.put("region", 1 + random.nextInt(4));
        max.put("cache-1", 1 + random.nextInt(4));
        var share = new FairShare<Id>();
        var all = new HashMap<Id, FairShare.Transfer<Id>>();
        var inside = new HashSet<Id>();
        var done = new HashSet<Id>();
        for (int n = 0; n < 30; n++) {
            var id = new Id("party-" + random.nextInt(4), n);
            var one =
                    transfer(
                            id,
                            random.nextBoolean() ? SMALL : LARGE,
                            random.nextBoolean() ? "region" : "nothing",
                            "cache-" + random.nextInt(2));
            all.put(id, one);
            share.join(one);
            step(share, random, max, all, inside, done);
        }
        for (int n = 0; n < 200 && done.size() < all.size(); n++) {
            step(share, random, max, all, inside, done);
        }
        assertThat(done).isEqualTo(all.keySet());
    }

    /** Perhaps somebody leaves or a budget changes; then somebody may be let in. */
    private static void step(
            FairShare<Id> share,
            Random random,
            Map<String, Integer> max,
            Map<Id, FairShare.Transfer<Id>> all,
            Set<Id> inside,
            Set<Id> done) {
        if (!inside.isEmpty() && random.nextInt(3) > 0) {
            Id leaving = List.copyOf(inside).get(random.nextInt(inside.size()));
            inside.remove(leaving);
            done.add(leaving);
            share.leave(leaving);
        }
        if (random.nextInt(8) == 0) {
            max.put("region", 1 + random.nextInt(4));
        }
        List<Id> letIn = letIn(share, budget -> Optional.ofNullable(max.get(budget)));
        inside.addAll(letIn);
        for (Id id : letIn) {
            for (String budget : all.get(id).budgets()) {
                long taken = inside.stream().filter(i -> counts(all, i, budget)).count();
                long large =
                        inside.stream()
                                .filter(i -> counts(all, i, budget))
                                .filter(i -> all.get(i).large())
                                .count();
                int places = max.getOrDefault(budget, Integer.MAX_VALUE);
                assertThat(taken).isLessThanOrEqualTo(places);
                if (all.get(id).large()) {
                    assertThat(large).isLessThanOrEqualTo(Math.max(1, places - 1));
                }
            }
        }
    }

    private static boolean counts(Map<Id, FairShare.Transfer<Id>> all, Id id, String budget) {
        return all.get(id).budgets().contains(budget);
    }

    @Property
    void who_has_nothing_inside_is_behind_no_other_twice(
            @ForAll @IntRange(min = 1, max = 4) int places,
            @ForAll @IntRange(min = 1, max = 5) int others,
            @ForAll long seed) {
        var random = new Random(seed);
        var share = new FairShare<Id>();
        for (int n = 0; n < 60; n++) {
            share.join(transfer(new Id("other-" + n % others, n), SMALL, "cache"));
        }
        var inside = new ArrayList<>(letIn(share, _ -> Optional.of(places)));
        var late = new Id("late", 0);
        share.join(transfer(late, LARGE, "cache"));
        var before = new ArrayList<String>();
        while (!inside.contains(late)) {
            share.leave(inside.remove(random.nextInt(inside.size())));
            List<Id> letIn = letIn(share, _ -> Optional.of(places));
            letIn.stream().filter(id -> !id.equals(late)).forEach(id -> before.add(id.party()));
            inside.addAll(letIn);
        }
        assertThat(before).doesNotHaveDuplicates();
    }

    @Property
    void a_small_package_does_not_wait_for_the_end_of_a_large_one(
            @ForAll @IntRange(min = 2, max = 6) int places,
            @ForAll @IntRange(min = 1, max = 20) int large,
            @ForAll boolean sameParty) {
        var share = new FairShare<Id>();
        for (int n = 0; n < large; n++) {
            share.join(transfer(new Id("huge", n), LARGE, "cache"));
        }
        assertThat(letIn(share, _ -> Optional.of(places))).hasSize(Math.min(large, places - 1));
        var small = new Id(sameParty ? "huge" : "other", large);
        share.join(transfer(small, SMALL, "cache"));
        assertThat(letIn(share, _ -> Optional.of(places))).containsExactly(small);
    }

    @Property(tries = 100)
    void what_several_processes_let_in_by_turns_keeps_the_budget_and_comes_in_at_last(
            @ForAll @IntRange(min = 1, max = 4) int places,
            @ForAll @IntRange(min = 2, max = 3) int processes,
            @ForAll long seed) {
        var random = new Random(seed);
        var shares = new ArrayList<FairShare<Id>>();
        for (int n = 0; n < processes; n++) {
            shares.add(new FairShare<>());
            for (int each = 0; each < 10; each++) {
                // Some of them are wanted by several processes, and are one transfer.
                var id = new Id("party-" + each % 3, random.nextInt(20));
                shares.get(n).join(transfer(id, each % 2 == 0 ? SMALL : LARGE, "cache"));
            }
        }
        for (int n = 0; n < 2_000; n++) {
            FairShare<Id> share = shares.get(random.nextInt(processes));
            var elsewhere = new ArrayList<FairShare.Transfer<Id>>();
            shares.stream()
                    .filter(other -> other != share)
                    .forEach(other -> elsewhere.addAll(other.inside()));
            letIn(share, _ -> Optional.of(places), elsewhere);
            elsewhere.addAll(share.inside());
            assertThat(elsewhere.stream().map(FairShare.Transfer::what).distinct())
                    .hasSizeLessThanOrEqualTo(places);
            share.inside().stream()
                    .filter(_ -> random.nextBoolean())
                    .forEach(transfer -> share.leave(transfer.id()));
        }
        assertThat(shares)
                .allSatisfy(share -> assertThat(letIn(share, _ -> Optional.empty())).isEmpty());
    }

    @Example
    void who_waits_no_more_is_not_let_in() {
        var share = new FairShare<Id>();
        var one = new Id("shop", 1);
        share.join(transfer(one, SMALL, "cache"));
        share.leave(one);
        assertThat(share.letIn(one)).isFalse();
        assertThat(share.inside()).isEmpty();
    }

    @Example
    void of_one_party_the_small_ones_come_first_and_who_waits_no_more_is_passed_over() {
        var share = new FairShare<Id>();
        var large = new Id("shop", 1);
        var gone = new Id("shop", 2);
        var small = new Id("shop", 3);
        share.join(transfer(large, LARGE, "cache"));
        share.join(transfer(gone, SMALL, "cache"));
        share.join(transfer(small, SMALL, "cache"));
        share.leave(gone);
        assertThat(letIn(share, _ -> Optional.of(1))).containsExactly(small);
        share.leave(small);
        assertThat(letIn(share, _ -> Optional.of(1))).containsExactly(large);
    }

    @Example
    void a_large_one_in_the_only_place_gives_way_to_small_ones_of_others_and_comes_back() {
        var share = new FairShare<Id>();
        var large = new Id("shop", 1);
        var own = new Id("shop", 2);
        var small = new Id("other", 3);
        share.join(transfer(large, LARGE, "cache"));
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
        share.join(transfer(own, SMALL, "cache"));
        assertThat(share.keptOut(large, FairShareProperties::one)).as("of its own party").isEmpty();
        share.join(transfer(small, SMALL, "cache"));
        share.join(transfer(new Id("other", 4), LARGE, "cache"));
        assertThat(share.keptOut(large, FairShareProperties::one)).containsExactly(small);
        assertThat(share.keptOut(large, _ -> Optional.of(2))).as("another place").isEmpty();

        assertThat(share.giveWay(large, FairShareProperties::one)).isTrue();

        assertThat(share.inside()).isEmpty();
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(small);
        assertThat(share.keptOut(small, FairShareProperties::one)).as("by a small one").isEmpty();
        share.owe(large);
        assertThat(letIn(share, FairShareProperties::one)).isEmpty();
        share.leave(small);
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
    }

    @Example
    void who_gave_way_comes_back_before_another_large_one_that_waited_all_the_time() {
        var share = new FairShare<Id>();
        var large = new Id("shop", 1);
        var larger = new Id("third", 2);
        var small = new Id("other", 3);
        var later = new Id("late", 4);
        share.join(transfer(large, LARGE, "cache"));
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
        share.join(transfer(larger, LARGE, "cache"));
        share.join(transfer(small, SMALL, "cache"));
        assertThat(share.giveWay(large, FairShareProperties::one)).isTrue();
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(small);
        share.join(transfer(later, SMALL, "cache"));

        share.leave(small);

        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
        share.leave(large);
        assertThat(share.next(FairShareProperties::one, id -> !id.equals(later), List.of()))
                .extracting(FairShare.Transfer::id)
                .containsExactly(larger);
    }

    @Example
    void who_keeps_nobody_out_any_more_keeps_its_place() {
        var share = new FairShare<Id>();
        var large = new Id("shop", 1);
        var small = new Id("other", 2);
        share.join(transfer(large, LARGE, "cache"));
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
        share.join(transfer(small, SMALL, "cache"));
        assertThat(share.keptOut(large, FairShareProperties::one)).containsExactly(small);
        share.leave(small);

        assertThat(share.giveWay(large, FairShareProperties::one)).isFalse();

        assertThat(share.inside()).extracting(FairShare.Transfer::id).containsExactly(large);
    }

    @Example
    void of_several_large_ones_that_a_lower_limit_left_inside_each_gives_way() {
        var share = new FairShare<Id>();
        var large = new Id("shop", 1);
        var larger = new Id("third", 2);
        var small = new Id("other", 3);
        share.join(transfer(large, LARGE, "cache"));
        share.join(transfer(larger, LARGE, "cache"));
        assertThat(letIn(share, _ -> Optional.of(3))).containsExactlyInAnyOrder(large, larger);
        share.join(transfer(small, SMALL, "cache"));

        assertThat(share.giveWay(large, FairShareProperties::one)).isTrue();
        assertThat(letIn(share, FairShareProperties::one)).as("the other is there").isEmpty();
        assertThat(share.giveWay(larger, FairShareProperties::one)).isTrue();

        assertThat(letIn(share, FairShareProperties::one)).containsExactly(small);
        share.leave(small);
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
    }

    @Example
    void what_another_process_brings_too_is_not_back_before_those_for_whom_it_gave_way() {
        var share = new FairShare<Id>();
        var large = new Id("shop", 1);
        var small = new Id("other", 2);
        share.join(transfer(large, LARGE, "cache"));
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(large);
        share.join(transfer(small, SMALL, "cache"));
        assertThat(share.giveWay(large, FairShareProperties::one)).isTrue();

        var theirs = List.of(transfer(large, LARGE, "cache"));
        assertThat(letIn(share, FairShareProperties::one, theirs)).isEmpty();
        assertThat(letIn(share, FairShareProperties::one)).containsExactly(small);
        share.leave(small);
        assertThat(letIn(share, FairShareProperties::one, theirs)).containsExactly(large);
    }

    @Example
    void two_processes_that_bring_the_same_give_way_one_after_the_other() {
        var large = new Id("shop", 1);
        var small = new Id("other", 2);
        var here = new FairShare<Id>();
        var there = new FairShare<Id>();
        for (var share : List.of(here, there)) {
            share.join(transfer(large, LARGE, "cache"));
        }
        assertThat(letIn(here, FairShareProperties::one, there.inside())).containsExactly(large);
        assertThat(letIn(there, FairShareProperties::one, here.inside())).containsExactly(large);
        for (var share : List.of(here, there)) {
            share.join(transfer(small, SMALL, "cache"));
        }

        assertThat(here.giveWay(large, FairShareProperties::one)).isTrue();
        assertThat(letIn(here, FairShareProperties::one, there.inside())).isEmpty();
        assertThat(there.giveWay(large, FairShareProperties::one)).isTrue();

        assertThat(letIn(here, FairShareProperties::one, there.inside())).containsExactly(small);
        assertThat(letIn(there, FairShareProperties::one, here.inside())).containsExactly(small);
        for (var share : List.of(here, there)) {
            share.leave(small);
        }
        assertThat(letIn(here, FairShareProperties::one, there.inside())).containsExactly(large);
        assertThat(letIn(there, FairShareProperties::one, here.inside())).containsExactly(large);
    }

    @Property(tries = 200)
    void no_small_one_waits_for_the_end_of_large_ones_in_the_only_place_and_all_end(
            @ForAll @IntRange(min = 1, max = 3) int large, @ForAll long seed) {
        int turn = 6;
        int bytesOfLarge = 100;
        var random = new Random(seed);
        var share = new FairShare<Id>();
        var left = new HashMap<Id, Integer>();
        var wantedAt = new HashMap<Id, Integer>();
        var inSince = new HashMap<Id, Integer>();
        var outSince = new HashMap<Id, Integer>();
        for (int n = 0; n < large; n++) {
            var id = new Id("large-" + n, n);
            share.join(transfer(id, LARGE, "cache"));
            left.put(id, bytesOfLarge);
        }
        int nextSmall = 0;
        for (int now = 0; !left.isEmpty(); now++) {
            int time = now;
            assertThat(time).as("all end").isLessThan(1_000);
            if (time % 10 == 0) {
                nextSmall = time + random.nextInt(10);
            }
            if (time < 300 && time == nextSmall) {
                var id = new Id("small-" + time, time);
                share.join(transfer(id, SMALL, "cache"));
                left.put(id, 1 + random.nextInt(2));
                wantedAt.put(id, time);
            }
            for (FairShare.Transfer<Id> in : share.inside()) {
                if (time - inSince.get(in.id()) >= turn
                        && share.keptOut(in.id(), FairShareProperties::one).stream()
                                .anyMatch(id -> time - wantedAt.get(id) >= turn / 3)) {
                    assertThat(share.giveWay(in.id(), FairShareProperties::one)).isTrue();
                    outSince.put(in.id(), time);
                }
            }
            outSince.forEach(
                    (id, since) -> {
                        if (time - since >= 2 * turn) {
                            share.owe(id);
                        }
                    });
            for (Id id : letIn(share, FairShareProperties::one)) {
                inSince.put(id, time);
                outSince.remove(id);
                if (wantedAt.containsKey(id)) {
                    assertThat(time - wantedAt.get(id))
                            .as("as long as %s waited", id)
                            .isLessThan(bytesOfLarge / 2);
                }
            }
            assertThat(share.inside()).hasSize(1);
            for (FairShare.Transfer<Id> in : share.inside()) {
                if (left.merge(in.id(), -1, Integer::sum) == 0) {
                    left.remove(in.id());
                    share.leave(in.id());
                }
            }
        }
    }
}
