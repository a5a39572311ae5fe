package stagecoach.packages.app.budget;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import stagecoach.packages.budget.FairShare;
import stagecoach.packages.budget.FairShare.Transfer;

/**
 * Who is inside, who waits and who has left, of this process and in its memory; and what of that
 * the other processes know, who see its rows.
 */
final class Attendance {
    private final FairShare<Place> share = new FairShare<>();

    /** That have left, but their rows are there; one that has left twice is in it twice. */
    private final List<Place> gone = new ArrayList<>();

    /** That others know to be waiting. */
    private final Map<Place, Announced> announced = new LinkedHashMap<>();

    private final Function<String, Optional<Integer>> max;
    private final Duration othersLook;

    /** What others were told of, and when, as {@link System#nanoTime} says. */
    private record Announced(Transfer<Place> transfer, long at) {}

    /**
     * What one look at the rows of all processes has led to.
     *
     * @param in who may come in
     * @param out who would be in if there were no other processes, and is announced from now on
     * @param left whose rows were removed with it
     */
    record Round(List<Transfer<Place>> in, List<Transfer<Place>> out, List<Place> left) {}

    /**
     * @param max how many a budget lets in at once; empty is without limit
     * @param othersLook by then every other process has looked for a place twice
     */
    Attendance(Function<String, Optional<Integer>> max, Duration othersLook) {
        this.max = max;
        this.othersLook = othersLook;
    }

    synchronized void join(Transfer<Place> transfer) {
        share.join(transfer);
    }

    synchronized void leave(Place place) {
        share.leave(place);
        announced.remove(place);
        gone.add(place);
    }

    /** False if it keeps nobody out any more; then it stays inside. */
    synchronized boolean giveWay(Place place) {
        if (!share.giveWay(place, max)) {
            return false;
        }
        place.left();
        gone.add(place);
        return true;
    }

    /** One that gave way comes back now, also if those for whom it did are not in yet. */
    synchronized void owe(Place place) {
        share.owe(place);
    }

    /** Whether others have waited long that find no other place. */
    synchronized boolean isWanted(Place place) {
        return share.keptOut(place, max).stream().anyMatch(Place::waitsForLong);
    }

    /** For whom there is room, in their order, of those {@code among} whom one looks. */
    synchronized List<Transfer<Place>> next(
            Predicate<Place> among, List<? extends Transfer<?>> elsewhere) {
        return share.next(max, among, elsewhere);
    }

    synchronized boolean isAnnounced(Place place) {
        return announced.containsKey(place);
    }

    /**
     * Whether it goes before what others wait for: they have known of it for so long that each of
     * them could have had a free place, however often this process looks.
     */
    synchronized boolean goesFirst(Place place) {
        Announced since = announced.get(place);
        return since != null && System.nanoTime() - since.at() >= othersLook.toNanos();
    }

    /** Whose rows are to be removed. */
    synchronized List<Place> left() {
        return List.copyOf(gone);
    }

    /** What others must go on knowing, each with whether it is inside. */
    synchronized Map<Transfer<Place>, Boolean> known() {
        var known = new LinkedHashMap<Transfer<Place>, Boolean>();
        share.inside().forEach(transfer -> known.put(transfer, true));
        announced.values().forEach(one -> known.put(one.transfer(), false));
        return known;
    }

    /** The rows say so now: those that may come in do, unless they have left meanwhile. */
    synchronized void settle(Round round) {
        // Once for each: who has left again since then has a row that is to be removed.
        round.left().forEach(gone::remove);
        round.out().stream()
                .filter(transfer -> !gone.contains(transfer.id()))
                .forEach(
                        transfer ->
                                announced.putIfAbsent(
                                        transfer.id(), new Announced(transfer, System.nanoTime())));
        for (Transfer<Place> transfer : round.in()) {
            announced.remove(transfer.id());
            if (share.letIn(transfer.id())) {
                // Its row says now that it is in, whenever it had left.
                gone.removeIf(transfer.id()::equals);
                transfer.id().entered();
            } else {
                gone.add(transfer.id());
            }
        }
    }
}
