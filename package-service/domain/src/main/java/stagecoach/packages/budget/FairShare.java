package stagecoach.packages.budget;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Who is let in where only so many transfers may be at once. Parties (deployments) come by turns,
 * so that one with many packages does not keep the others out; of a party's own the small ones come
 * first. And where there are several places large packages leave one of them to small ones; where
 * they have all of them, as where there is one, a large one can give way for a while: so that a
 * small one never waits for the end of a large one. What other processes have let in counts as
 * well. Time, threads and processes are for those who use it.
 *
 * @param <T> what a transfer is known by
 */
public final class FairShare<T> {
    /** From here on a package is a large one. */
    public static final long LARGE_BYTES = 16L << 20;

    private final List<Transfer<T>> waiting = new ArrayList<>();
    private final List<Transfer<T>> inside = new ArrayList<>();
    private final Map<String, Long> lastTurns = new HashMap<>();

    /** Those that gave way and wait to come back, each with those that go before it. */
    private final Map<T, Set<T>> before = new HashMap<>();

    /** Those of them that have waited long enough to come back. */
    private final Set<T> owed = new HashSet<>();

    /**
     * Who goes before all turns, the lowest number first: those for whom another gave way, and
     * behind them the one that did. So neither kind can keep the other out, and no third one comes
     * between them.
     */
    private final Map<T, Long> claims = new HashMap<>();

    private long claim;
    private long turn;

    /**
     * Something that wants to be let in.
     *
     * @param what whoever wants the same moves nothing more for it: it has one place together
     * @param party who wants it, such as a deployment
     * @param budgets the names of those that count it
     */
    public record Transfer<T>(T id, String what, String party, long bytes, Set<String> budgets) {
        /** Copies the budgets. */
        public Transfer {
            budgets = Set.copyOf(budgets);
        }

        boolean large() {
            return bytes >= LARGE_BYTES;
        }

        boolean counts(String budget) {
            return budgets.contains(budget);
        }
    }

    /** One more waits. */
    public void join(Transfer<T> transfer) {
        waiting.add(transfer);
    }

    /** It has ended, or does not want to be let in any more. */
    public void leave(T id) {
        waiting.removeIf(transfer -> transfer.id().equals(id));
        inside.removeIf(transfer -> transfer.id().equals(id));
        waitsNoMore(id);
        forgetParties();
    }

    private void waitsNoMore(T id) {
        before.remove(id);
        owed.remove(id);
        claims.remove(id);
        before.values().forEach(some -> some.remove(id));
    }

    /**
     * The small ones of other parties that a large one inside keeps out: there are none but large
     * ones where they want to be, and without these there would be room for them.
     *
     * @param max how many each budget lets in at once; empty is without limit
     */
    public Set<T> keptOut(T id, Function<String, Optional<Integer>> max) {
        return inside.stream()
                .filter(transfer -> transfer.id().equals(id) && transfer.large())
                .findFirst()
                .map(large -> keptOutBy(large, max))
                .orElse(Set.of());
    }

    private Set<T> keptOutBy(Transfer<T> large, Function<String, Optional<Integer>> max) {
        var with = new Look<T>(max, lastTurns, this::claimOf, turn);
        with.there.addAll(inside);
        var without = new Look<T>(max, lastTurns, this::claimOf, turn);
        // A limit that was lowered may have left several large ones: each of them has to give way.
        inside.stream().filter(other -> !other.large()).forEach(without.there::add);
        return waiting.stream()
                .filter(small -> !small.large() && !small.party().equals(large.party()))
                .filter(small -> with.isFullOfLargeOnes(small, large) && without.fits(small))
                .map(Transfer::id)
                .collect(Collectors.toSet());
    }

    /**
     * A large one leaves its place to those that it keeps out, and waits to come back: until they
     * are in, or until it {@link #owe is owed} it. It comes next behind them.
     *
     * @return false if it keeps nobody out any more; then it keeps its place
     */
    public boolean giveWay(T id, Function<String, Optional<Integer>> max) {
        Set<T> first = new HashSet<>(keptOut(id, max));
        if (first.isEmpty()) {
            return false;
        }
        inside.stream()
                .filter(transfer -> transfer.id().equals(id))
                .findFirst()
                .ifPresent(
                        transfer -> {
                            inside.remove(transfer);
                            waiting.add(transfer);
                            before.put(id, first);
                            first.forEach(this::claims);
                            claims(id);
                        });
        return true;
    }

    /** One that gave way has waited long enough: it comes back also if those are not in yet. */
    public void owe(T id) {
        if (before.containsKey(id)) {
            owed.add(id);
        }
    }

    private void claims(T id) {
        if (!claims.containsKey(id)) {
            claims.put(id, ++claim);
        }
    }

    /** All that were let in and have not left. */
    public List<Transfer<T>> inside() {
        return List.copyOf(inside);
    }

    /** Lets one in; false if it does not wait. */
    public boolean letIn(T id) {
        Optional<Transfer<T>> found =
                waiting.stream().filter(transfer -> transfer.id().equals(id)).findFirst();
        found.ifPresent(
                transfer -> {
                    waiting.remove(transfer);
                    inside.add(transfer);
                    waitsNoMore(id);
                    lastTurns.put(transfer.party(), ++turn);
                });
        return found.isPresent();
    }

    /**
     * Those for whom there is room, in their order; nobody is let in by it.
     *
     * @param max how many each budget lets in at once; empty is without limit
     * @param among who may be one of them
     * @param elsewhere what others have let in
     */
    public List<Transfer<T>> next(
            Function<String, Optional<Integer>> max,
            Predicate<T> among,
            List<? extends Transfer<?>> elsewhere) {
        var look = new Look<T>(max, lastTurns, this::claimOf, turn);
        look.there.addAll(inside);
        look.there.addAll(elsewhere);
        waiting.stream()
                .filter(transfer -> mayComeBack(transfer.id()) && among.test(transfer.id()))
                .forEach(look.left::add);
        return look.all();
    }

    private long claimOf(T id) {
        return claims.getOrDefault(id, Long.MAX_VALUE);
    }

    /**
     * Not before those for whom it gave way, even where it could: another process may bring the
     * same, and what several bring has one place.
     */
    private boolean mayComeBack(T id) {
        return owed.contains(id) || before.getOrDefault(id, Set.of()).isEmpty();
    }

    /** What would come about, one after the other. */
    private static final class Look<T> {
        final List<Transfer<?>> there = new ArrayList<>();
        final List<Transfer<T>> left = new ArrayList<>();
        private final Function<String, Optional<Integer>> max;
        private final Map<String, Long> lastTurns;
        private final ToLongFunction<T> claimOf;
        private long turn;

        Look(
                Function<String, Optional<Integer>> max,
                Map<String, Long> lastTurns,
                ToLongFunction<T> claimOf,
                long turn) {
            this.max = max;
            this.lastTurns = new HashMap<>(lastTurns);
            this.claimOf = claimOf;
            this.turn = turn;
        }

        List<Transfer<T>> all() {
            var all = new ArrayList<Transfer<T>>();
            for (var next = next(); next.isPresent(); next = next()) {
                Transfer<T> transfer = next.get();
                left.remove(transfer);
                there.add(transfer);
                lastTurns.put(transfer.party(), ++turn);
                all.add(transfer);
            }
            return all;
        }

        private Optional<Transfer<T>> next() {
            return left.stream()
                    .filter(this::fits)
                    .min(
                            Comparator.<Transfer<T>>comparingLong(t -> claimOf.applyAsLong(t.id()))
                                    .thenComparingLong(this::placesBeside)
                                    .thenComparing(t -> lastTurns.getOrDefault(t.party(), 0L))
                                    .thenComparing(Transfer::large));
        }

        private boolean fits(Transfer<T> transfer) {
            return transfer.budgets().stream()
                    .allMatch(
                            budget ->
                                    max.apply(budget)
                                            .filter(places -> !fits(transfer, budget, places))
                                            .isEmpty());
        }

        private boolean fits(Transfer<T> transfer, String budget, int places) {
            if (taken(transfer, budget, _ -> true) >= places) {
                return false;
            }
            return !transfer.large()
                    || places == 1
                    || taken(transfer, budget, Transfer::large) < places - 1;
        }

        /** Whether it finds none but large ones in some budget that counts it and {@code one}. */
        boolean isFullOfLargeOnes(Transfer<T> small, Transfer<T> one) {
            return small.budgets().stream()
                    .filter(one::counts)
                    .anyMatch(
                            budget ->
                                    max.apply(budget)
                                            .filter(
                                                    places ->
                                                            taken(small, budget, Transfer::large)
                                                                    >= places)
                                            .isPresent());
        }

        /** How many places others of that kind have there. */
        private long taken(Transfer<T> transfer, String budget, Predicate<Transfer<?>> kind) {
            return there.stream()
                    .filter(other -> other.counts(budget) && kind.test(other))
                    .map(Transfer::what)
                    .filter(what -> !what.equals(transfer.what()))
                    .distinct()
                    .count();
        }

        /** How many its party has inside where this one wants to be. */
        private long placesBeside(Transfer<T> transfer) {
            return there.stream()
                    .filter(other -> other.party().equals(transfer.party()))
                    .filter(other -> other.budgets().stream().anyMatch(transfer::counts))
                    .count();
        }
    }

    private void forgetParties() {
        Iterator<String> parties = lastTurns.keySet().iterator();
        while (parties.hasNext()) {
            String party = parties.next();
            if (waiting.stream().noneMatch(t -> t.party().equals(party))
                    && inside.stream().noneMatch(t -> t.party().equals(party))) {
                parties.remove();
            }
        }
    }
}
