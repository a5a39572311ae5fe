package audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Makes rows of events that come in any order across streams, perhaps more than once, perhaps late.
 * A deployment's own events count in their order: while one of them is missing, the later ones
 * wait.
 */
final class Audit {
    /** All that has to be remembered; a reader who starts again goes on with it. */
    static final class Memory {
        /** By stream. Grows by a line for each. */
        public Map<String, Seen> streams = new TreeMap<>();

        /** By the stream of the deployment. */
        public Map<String, Account> accounts = new TreeMap<>();

        /** Events of deployments that wait for one before them, by stream and version. */
        public Map<String, TreeMap<Long, Event>> waiting = new TreeMap<>();

        /** How many events have come again. */
        public long repeats;
    }

    private final Memory memory;
    private final Consumer<String> notes;

    /**
     * Goes on with a memory.
     *
     * @param notes gets a sentence for each gap that opens or closes
     */
    Audit(Memory memory, Consumer<String> notes) {
        this.memory = memory;
        this.notes = notes;
    }

    /** The rows that are complete with this event, mostly none. */
    List<Row> take(Event event) {
        Seen before = memory.streams.getOrDefault(event.stream(), Seen.NOTHING);
        if (before.has(event.version())) {
            memory.repeats++;
            return List.of();
        }
        Seen after = before.with(event.version());
        memory.streams.put(event.stream(), after);
        if (!after.missing().equals(before.missing())) {
            notes.accept(
                    after.missing().isEmpty()
                            ? event.stream() + " is whole again"
                            : "%s lacks %s".formatted(event.stream(), told(after.missing())));
        }
        return event.isOfDeployment() ? inOrder(event, after) : List.of();
    }

    private static String told(List<Seen.Gap> gaps) {
        return String.join(
                ", ",
                gaps.stream()
                        .map(
                                gap ->
                                        gap.from() == gap.upTo()
                                                ? "version " + gap.from()
                                                : "versions %d to %d"
                                                        .formatted(gap.from(), gap.upTo()))
                        .toList());
    }

    private List<Row> inOrder(Event event, Seen seen) {
        TreeMap<Long, Event> waiting =
                memory.waiting.computeIfAbsent(event.stream(), stream -> new TreeMap<>());
        waiting.put(event.version(), event);
        Account account = memory.accounts.getOrDefault(event.stream(), Account.NOTHING);
        var rows = new ArrayList<Row>();
        while (!waiting.isEmpty() && seen.isWholeUpTo(waiting.firstKey())) {
            Event next = waiting.remove(waiting.firstKey());
            account = account.after(next);
            if (Account.isEnd(next)) {
                rows.add(account.ended(next));
            }
        }
        if (waiting.isEmpty()) {
            memory.waiting.remove(event.stream());
        }
        memory.accounts.put(event.stream(), account);
        return rows;
    }
}
