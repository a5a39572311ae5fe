package stagecoach.steprunner.run;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.steprunner.run.PlaceStage.AtWork;
import stagecoach.steprunner.run.PlaceStage.BackingOff;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.PlaceStage.Waiting;
import stagecoach.steprunner.run.StepProgress.AtPlace;

/**
 * How a step stands at each of its places, in the order of the assignment; never changed. One with
 * another stage at one place shares all but a few dozen places with the one before, and what is
 * asked after every report is counted on the way: so a report costs about the same at ten places
 * and at a thousand.
 */
public final class Places extends AbstractMap<Pair, AtPlace> {
    private static final int CHUNK = 64;

    private final Map<Pair, Integer> numbers;
    private final List<Pair> pairs;
    private final AtPlace[][] chunks;
    private final Counts counts;

    private Places(
            Map<Pair, Integer> numbers, List<Pair> pairs, AtPlace[][] chunks, Counts counts) {
        this.numbers = numbers;
        this.pairs = pairs;
        this.chunks = chunks;
        this.counts = counts;
    }

    /** How many places are so. */
    private record Counts(int waiting, int backingOff, int ended, int failed, int withOutputs) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0);

        /** With {@code by} more places, or fewer if it is negative, at {@code stage}. */
        Counts add(PlaceStage stage, int by) {
            return switch (stage) {
                case Waiting _ -> new Counts(waiting + by, backingOff, ended, failed, withOutputs);
                case AtWork _ -> this;
                case BackingOff _ ->
                        new Counts(waiting, backingOff + by, ended, failed, withOutputs);
                case Ended end ->
                        new Counts(
                                waiting,
                                backingOff,
                                ended + by,
                                failed + (StepProgress.isFailure(end.result()) ? by : 0),
                                withOutputs + (end.outputs().isEmpty() ? 0 : by));
            };
        }
    }

    /** All of a step's, where nothing has happened yet. */
    static Places of(PlannedStep step, List<Place> assigned) {
        var waiting = new Waiting();
        var numbers = new HashMap<Pair, Integer>();
        var pairs = new ArrayList<Pair>();
        var all = new ArrayList<AtPlace>();
        var counts = Counts.NONE;
        for (Place place : assigned) {
            Pair pair = StepProgress.pairOf(step, place);
            if (numbers.putIfAbsent(pair, pairs.size()) == null) {
                pairs.add(pair);
                all.add(new AtPlace(place, waiting));
                counts = counts.add(waiting, 1);
            }
        }
        var chunks = new AtPlace[(all.size() + CHUNK - 1) / CHUNK][];
        for (int i = 0; i < chunks.length; i++) {
            int to = Math.min(all.size(), (i + 1) * CHUNK);
            chunks[i] = all.subList(i * CHUNK, to).toArray(AtPlace[]::new);
        }
        return new Places(numbers, List.copyOf(pairs), chunks, counts);
    }

    /** The same with another stage at one of the places. */
    Places with(Pair pair, PlaceStage stage) {
        Integer number = numbers.get(pair);
        if (number == null) {
            throw new IllegalStateException(pair + " is no part of this run");
        }
        AtPlace before = at(number);
        var changed = chunks.clone();
        var chunk = changed[number / CHUNK].clone();
        chunk[number % CHUNK] = new AtPlace(before.place(), stage);
        changed[number / CHUNK] = chunk;
        return new Places(numbers, pairs, changed, counts.add(before.stage(), -1).add(stage, 1));
    }

    private AtPlace at(int number) {
        return chunks[number / CHUNK][number % CHUNK];
    }

    /** How many places nothing has happened at. */
    int waiting() {
        return counts.waiting();
    }

    /** How many places wait for another try. */
    int backingOff() {
        return counts.backingOff();
    }

    /** How many places it is over at. */
    int ended() {
        return counts.ended();
    }

    /** How many places it has failed at. */
    int failed() {
        return counts.failed();
    }

    /** How many places have set outputs. */
    int withOutputs() {
        return counts.withOutputs();
    }

    /** How many places a command is at, or another try is waited for. */
    int busy() {
        return size() - counts.waiting() - counts.ended();
    }

    @Override
    public int size() {
        return pairs.size();
    }

    @Override
    public boolean containsKey(@Nullable Object pair) {
        return numbers.containsKey(pair);
    }

    @Override
    public @Nullable AtPlace get(@Nullable Object pair) {
        Integer number = numbers.get(pair);
        return number == null ? null : at(number);
    }

    @Override
    public Set<Map.Entry<Pair, AtPlace>> entrySet() {
        return new Entries();
    }

    private final class Entries extends AbstractSet<Map.Entry<Pair, AtPlace>> {
        @Override
        public int size() {
            return pairs.size();
        }

        @Override
        public Iterator<Map.Entry<Pair, AtPlace>> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < pairs.size();
                }

                @Override
                public Map.Entry<Pair, AtPlace> next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    int number = next++;
                    return Map.entry(pairs.get(number), at(number));
                }
            };
        }
    }
}
