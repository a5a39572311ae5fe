package stagecoach.runtime.inbox;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.inbox.InboxTable.Position;
import stagecoach.runtime.inbox.InboxTable.Step;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;

/**
 * One handler's view of streams, inside a transaction: which of the events at hand are next, and
 * what becomes of those that are not.
 */
final class Subscriber<E> {
    private final String handler;
    private final Class<E> family;
    private final InboxHandler<E> work;
    private final Codecs codecs;
    private final Alarm alarm;
    private final Clock clock;
    private final InboxTable table;

    Subscriber(
            String handler,
            Class<E> family,
            InboxHandler<E> work,
            Codecs codecs,
            Alarm alarm,
            Clock clock) {
        this.handler = handler;
        this.family = family;
        this.work = work;
        this.codecs = codecs;
        this.alarm = alarm;
        this.clock = clock;
        this.table = new InboxTable(handler);
    }

    InboxTable table() {
        return table;
    }

    /**
     * Handles what is next of each stream. The plain case, in which all of it is, takes two
     * statements besides the handler's own, however many streams there are.
     */
    void handle(Tx tx, Map<StreamId, List<Arrived>> streams) {
        var sorted = new LinkedHashMap<StreamId, NavigableMap<Long, Arrived>>();
        streams.forEach((stream, arrived) -> sorted.put(stream, sorted(arrived)));
        var steps = new ArrayList<Step>();
        sorted.forEach((stream, events) -> step(stream, events).ifPresent(steps::add));
        Set<StreamId> advanced = table.advance(tx, steps);
        sorted.forEach(
                (stream, events) -> {
                    if (advanced.contains(stream)) {
                        work.handle(tx, decode(events.values()));
                    } else {
                        advance(tx, stream, events, Integer.MAX_VALUE);
                    }
                });
    }

    /** From before the first to the last, if nothing is missing between them. */
    private static Optional<Step> step(StreamId stream, NavigableMap<Long, Arrived> events) {
        long first = events.firstKey();
        long last = events.lastKey();
        boolean whole = last - first + 1 == events.size();
        return whole
                ? Optional.of(
                        new Step(stream, events.firstEntry().getValue().deployment(), first, last))
                : Optional.empty();
    }

    /** Lets the handler get what it will need, outside of any transaction. */
    void prepare(List<Arrived> arrived) {
        var events = new ArrayList<InboxEvent<E>>();
        try {
            for (Arrived event : sorted(arrived).values()) {
                events.addAll(decode(List.of(event)));
            }
        } catch (RuntimeException | StackOverflowError e) {
            // The transaction will find the culprit and park it; what comes before it is handled.
            alarm.undecodable(handler, e);
        }
        if (!events.isEmpty()) {
            work.prepare(List.copyOf(events));
        }
    }

    /** Events that were kept come into play; the handler must be prepared for them, too. */
    static final class KeptBefore extends RuntimeException {
        private final transient List<Arrived> kept;

        private KeptBefore(List<Arrived> kept) {
            super("kept events come into play", null, false, false);
            this.kept = kept;
        }

        List<Arrived> with(List<Arrived> arrived) {
            var all = new ArrayList<>(arrived);
            all.addAll(kept);
            return List.copyOf(all);
        }
    }

    /**
     * Handles at most one event.
     *
     * @return whether one was handled, so that there may be another one
     */
    boolean handleOne(Tx tx, StreamId stream, List<Arrived> arrived) {
        return advance(tx, stream, sorted(arrived), 1);
    }

    private boolean advance(Tx tx, StreamId stream, NavigableMap<Long, Arrived> events, int limit) {
        if (isRetired(tx, events)) {
            return false;
        }
        Position position = table.lock(tx, stream);
        // Older ones were handled: a repeat has no effect.
        events.headMap(position.version(), true).clear();
        if (position.parked()) {
            events.values().forEach(e -> park(tx, e, "behind a parked event"));
            return false;
        }
        if (position.held()) {
            var kept = heldBehind(tx, stream, position);
            if (kept.stream().anyMatch(k -> !events.containsKey(k.version()))) {
                throw new KeptBefore(kept);
            }
        }
        var next = new ArrayList<Arrived>();
        long version = position.version();
        while (next.size() < limit && events.containsKey(version + 1)) {
            version++;
            next.add(events.remove(version));
        }
        boolean missing = !events.isEmpty() && !events.containsKey(version + 1);
        if (missing) {
            holdAll(tx, events, version);
        }
        boolean held = missing || (position.held() && !events.isEmpty());
        if (next.isEmpty()) {
            if (held != position.held()) {
                table.set(tx, stream, new Position(version, held, false));
            }
            return false;
        }
        table.set(tx, stream, new Position(version, held, false));
        if (position.held()) {
            table.release(tx, stream, version);
        }
        work.handle(tx, decode(next));
        return true;
    }

    private List<Arrived> heldBehind(Tx tx, StreamId stream, Position position) {
        return table.held(tx, stream).stream()
                .filter(kept -> kept.version() > position.version())
                .toList();
    }

    /** A late event of a deployment that is kept no longer must not be handled again from 1. */
    private static boolean isRetired(Tx tx, NavigableMap<Long, Arrived> events) {
        return events.values().stream()
                .map(Arrived::deployment)
                .flatMap(Optional::stream)
                .distinct()
                .anyMatch(deployment -> InboxTable.isRetired(tx, deployment));
    }

    /**
     * An event from the future means that the log is out of order after trouble with a producer, so
     * that what is missing comes behind it, or that the log lost it, so that its owner is asked for
     * it. The early one is kept until then.
     */
    private void holdAll(Tx tx, NavigableMap<Long, Arrived> early, long version) {
        for (Arrived event : early.values()) {
            if (table.hold(tx, event, clock.instant())) {
                alarm.gap(handler, event.stream(), version, event.version());
            }
        }
    }

    /** Parks the event that is next of {@code arrived}, and all later ones that are at hand. */
    void park(Tx tx, StreamId stream, List<Arrived> arrived, String reason) {
        var events = sorted(arrived);
        Position position = table.lock(tx, stream);
        events.headMap(position.version(), true).clear();
        if (position.held()) {
            heldBehind(tx, stream, position).forEach(h -> events.putIfAbsent(h.version(), h));
            table.release(tx, stream, Long.MAX_VALUE);
        }
        if (events.isEmpty()) {
            return;
        }
        table.set(tx, stream, new Position(position.version(), false, true));
        long culprit = events.firstKey();
        for (Arrived event : events.values()) {
            park(tx, event, event.version() == culprit ? reason : "behind a parked event");
        }
    }

    /** Parks one record. */
    void park(Tx tx, Arrived event, String reason) {
        if (table.park(tx, event, reason, clock.instant())) {
            alarm.parked(handler, event.stream(), event.version(), reason);
        }
    }

    /**
     * Handles the first parked event of a stream again.
     *
     * @return whether it was handled and there may be another one
     */
    boolean replayOne(Tx tx, StreamId stream) {
        Position position = table.lock(tx, stream);
        if (!position.parked()) {
            return false;
        }
        var parked = table.parked(tx, stream);
        var next = parked.stream().filter(p -> p.version() == position.version() + 1).findFirst();
        if (next.isEmpty()) {
            // Drained; what is left came too early even for the parked ones.
            parked.forEach(p -> table.hold(tx, p, clock.instant()));
            table.unpark(tx, stream, Long.MAX_VALUE);
            table.set(tx, stream, new Position(position.version(), !parked.isEmpty(), false));
            return false;
        }
        long version = next.get().version();
        table.unpark(tx, stream, version);
        table.set(tx, stream, new Position(version, false, true));
        work.handle(tx, decode(List.of(next.get())));
        return true;
    }

    static List<Arrived> inOrder(List<Arrived> arrived) {
        return List.copyOf(sorted(arrived).values());
    }

    private static NavigableMap<Long, Arrived> sorted(List<Arrived> arrived) {
        var sorted = new TreeMap<Long, Arrived>();
        arrived.forEach(a -> sorted.putIfAbsent(a.version(), a));
        return sorted;
    }

    private List<InboxEvent<E>> decode(Iterable<Arrived> arrived) {
        var events = new ArrayList<InboxEvent<E>>();
        for (Arrived a : arrived) {
            // A record is one handler's, and so is what it was read as.
            @SuppressWarnings("unchecked")
            var event = (InboxEvent<E>) a.decoded(this::read);
            events.add(event);
        }
        return List.copyOf(events);
    }

    private InboxEvent<E> read(Arrived a) {
        var envelope = a.envelope();
        return new InboxEvent<>(
                handler,
                a.stream(),
                a.version(),
                envelope.time(),
                envelope.type(),
                codecs.decode(family, envelope.type(), a.data()),
                attributes(envelope),
                envelope.actor());
    }

    private static EventAttributes attributes(Envelope envelope) {
        Optional<DeploymentId> deployment = envelope.deployment().map(DeploymentId::new);
        return new EventAttributes(
                deployment,
                envelope.project().map(ProjectId::new),
                envelope.environment().map(EnvironmentId::new),
                envelope.run().map(Run::new));
    }
}
