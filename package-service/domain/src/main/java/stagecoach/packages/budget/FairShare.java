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

/**
 * Who is let in where only so many transfers may be at once. Parties (deployments) come by turns,
 * so that one with many packages does not keep the others out; of a party's own the small ones come
 * first. And where there are several places large packages leave one of them to small ones, so that
 * a small one never waits for the end of a large one. Time and threads are for those who use it.
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
     * @param party who wants it, such as a deployment
     * @param budgets the names of those that count it
     */
    public record Transfer<T>(T id, String party, long bytes, Set<String> budgets) {
        /** Copies the budgets. */
        public Transfer {
            budgets = Set.copyOf(budgets);
        }

        boolean large() {
            return bytes >= LARGE_BYTES;
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

    /**
     * Lets in as many as there is room for; returns them in their order.
     *
     * @param max how many each budget lets in at once; empty is without limit
     */
    public List<T> letIn(Function<String, Optional<Integer>> max) {
        var letIn = new ArrayList<T>();
        for (var next = next(max); next.isPresent(); next = next(max)) {
            Transfer<T> transfer = next.get();
            waiting.remove(transfer);
            inside.add(transfer);
            lastTurns.put(transfer.party(), ++turn);
            letIn.add(transfer.id());
        }
        return letIn;
    }

    private Optional<Transfer<T>> next(Function<String, Optional<Integer>> max) {
        return waiting.stream()
                .filter(transfer -> fits(transfer, max))
                .min(
                        Comparator.<Transfer<T>>comparingLong(this::placesBeside)
                                .thenComparing(t -> lastTurns.getOrDefault(t.party(), 0L))
                                .thenComparing(Transfer::large));
    }

    private boolean fits(Transfer<T> transfer, Function<String, Optional<Integer>> max) {
        return transfer.budgets().stream()
                .allMatch(
                        budget ->
                                max.apply(budget)
                                        .filter(places -> !fits(transfer, budget, places))
                                        .isEmpty());
    }

    private boolean fits(Transfer<T> transfer, String budget, int places) {
        long taken = inside.stream().filter(t -> t.budgets().contains(budget)).count();
        if (taken >= places) {
            return false;
        }
        long large = inside.stream().filter(t -> t.large() && t.budgets().contains(budget)).count();
        return !transfer.large() || places == 1 || large < places - 1;
    }

    /** How many its party has inside where this one wants to be. */
    private long placesBeside(Transfer<T> transfer) {
        return inside.stream()
                .filter(other -> other.party().equals(transfer.party()))
                .filter(other -> other.budgets().stream().anyMatch(transfer.budgets()::contains))
                .count();
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
