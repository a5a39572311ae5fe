package stagecoach.packages.budget;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Who is let in where only so many transfers may be at once. Parties (deployments) come by turns,
 * so that one with many packages does not keep the others out; of a party's own the small ones come
 * first. And where there are several places large packages leave one of them to small ones, so that
 * a small one never waits for the end of a large one. What other processes have let in counts as
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
        forgetParties();
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
        var look = new Look<T>(max, lastTurns, turn);
        look.there.addAll(inside);
        look.there.addAll(elsewhere);
        waiting.stream().filter(transfer -> among.test(transfer.id())).forEach(look.left::add);
        return look.all();
    }

    /** What would come about, one after the other. */
    private static final class Look<T> {
        final List<Transfer<?>> there = new ArrayList<>();
        final List<Transfer<T>> left = new ArrayList<>();
        private final Function<String, Optional<Integer>> max;
        private final Map<String, Long> lastTurns;
        private long turn;

        Look(Function<String, Optional<Integer>> max, Map<String, Long> lastTurns, long turn) {
            this.max = max;
            this.lastTurns = new HashMap<>(lastTurns);
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
                            Comparator.<Transfer<T>>comparingLong(this::placesBeside)
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
