package stagecoach.simulation.engine;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.engine.Letter.Channel;
import stagecoach.simulation.law.Broken;
import stagecoach.simulation.law.Invariant;
import stagecoach.wire.StagecoachJson;

/**
 * A service as the runtime makes it: streams, outbox, inbox and timers outlive a crash, what its
 * two pods remember does not. A decision is made on what one pod remembers and appended only if
 * that is still the present.
 */
public abstract class Service {
    private static final int PODS = 2;
    private static final long REPUBLISH_AFTER_MILLIS = 10_000;

    protected final Play play;
    private final String name;
    private final Map<StreamId, History> streams = new TreeMap<>();
    private final Deque<Letter> outbox = new ArrayDeque<>();
    private final Map<String, Long> inbox = new HashMap<>();
    private final Timers timers;
    private final List<Map<StreamId, Known>> pods = new ArrayList<>();
    private boolean up = true;
    private boolean relayDue;
    private int life;

    private record Known(int version, Object state) {}

    private static final class History {
        private final Kind<?, ?, ?> kind;
        private final List<Object> events = new ArrayList<>();

        History(Kind<?, ?, ?> kind) {
            this.kind = kind;
        }
    }

    /** A service with an empty store. */
    protected Service(String name, Play play) {
        this.name = name;
        this.play = play;
        for (int i = 0; i < PODS; i++) {
            pods.add(new HashMap<>());
        }
        this.timers = new Timers(play.time(), () -> up, this::fire);
    }

    /** What people call it. */
    public String name() {
        return name;
    }

    /** Whether it takes anything in. */
    public boolean isUp() {
        return up;
    }

    /** Changes with every crash: what belongs to an older life is gone. */
    protected int life() {
        return life;
    }

    /** Takes in an event, each once and in the order of its stream. */
    protected void once(String handler, Letter letter, Runnable effect) {
        String key = handler + " " + letter.stream();
        long seen = inbox.getOrDefault(key, 0L);
        if (play.has(Defect.REPEATS_ARE_TAKEN_AS_NEW)) {
            effect.run();
            return;
        }
        if (letter.version() == seen + 1) {
            inbox.put(key, letter.version());
            effect.run();
        }
    }

    /** Decides and appends; what happened. */
    protected <S, C, E> List<E> handle(Kind<S, C, E> kind, StreamId stream, C command) {
        var pod = pods.get(play.dice().below(PODS));
        Known known = known(pod, kind, stream);
        while (true) {
            List<E> events;
            try {
                events = kind.decider().decide(stateOf(kind, known), command);
            } catch (RuntimeException e) {
                if (known.version() == head(stream)) {
                    throw e;
                }
                known = caughtUp(pod, kind, stream, known);
                continue;
            }
            boolean blind = play.has(Defect.APPENDS_WITHOUT_EXPECTED_VERSION) && !events.isEmpty();
            if (known.version() != head(stream) && !blind) {
                known = caughtUp(pod, kind, stream, known);
                continue;
            }
            if (!events.isEmpty()) {
                append(pod, kind, stream, known, events);
            }
            return events;
        }
    }

    private <S, C, E> void append(
            Map<StreamId, Known> pod,
            Kind<S, C, E> kind,
            StreamId stream,
            Known known,
            List<E> events) {
        var decider = kind.decider();
        S before = stateOf(kind, known);
        S after = before;
        var history = streams.computeIfAbsent(stream, _ -> new History(kind));
        for (E event : events) {
            after = decider.evolve(after, event);
            history.events.add(event);
            outbox.addLast(letter(kind, stream, history.events.size()));
            for (var command : kind.commandsOf(after, event)) {
                outbox.addLast(
                        new Letter(
                                Channel.AGENT_COMMANDS,
                                command.agent().value(),
                                stream,
                                0,
                                command));
            }
        }
        pod.put(stream, new Known(history.events.size(), Objects.requireNonNull((Object) after)));
        timers.keep(kind, stream, decider.timersOf(before), decider.timersOf(after));
        relaySoon();
        kind.appended(stream, before, after, events);
    }

    private Letter letter(Kind<?, ?, ?> kind, StreamId stream, int version) {
        var history = Objects.requireNonNull(streams.get(stream));
        return new Letter(
                kind.channel(),
                kind.keyOf(stream),
                stream,
                version,
                history.events.get(version - 1));
    }

    private void fire(Kind<?, ?, ?> kind, StreamId stream, String timer, Instant due) {
        atTimer(kind, stream, timer, due);
    }

    private <S, C, E> void atTimer(Kind<S, C, E> kind, StreamId stream, String timer, Instant due) {
        handle(kind, stream, kind.atTimer(stream, timer, due));
    }

    /** The present state of a stream. */
    protected <S, C, E> S load(Kind<S, C, E> kind, StreamId stream) {
        var pod = pods.getFirst();
        return stateOf(kind, caughtUp(pod, kind, stream, known(pod, kind, stream)));
    }

    private <S, C, E> Known known(Map<StreamId, Known> pod, Kind<S, C, E> kind, StreamId stream) {
        @Nullable Known known = pod.get(stream);
        return known == null ? replayed(pod, kind, stream) : known;
    }

    /** From the stored bytes, as after a restart. */
    private <S, C, E> Known replayed(
            Map<StreamId, Known> pod, Kind<S, C, E> kind, StreamId stream) {
        S state = kind.decider().initial();
        @Nullable History history = streams.get(stream);
        int version = 0;
        if (history != null) {
            for (Object event : history.events) {
                E read = StagecoachJson.read(StagecoachJson.text(event), kind.family());
                if (!read.equals(event)) {
                    throw new Broken(
                            Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                            "%s reads %s as %s".formatted(name, event, read));
                }
                state = kind.decider().evolve(state, read);
                version++;
            }
        }
        var known = new Known(version, Objects.requireNonNull((Object) state));
        pod.put(stream, known);
        return known;
    }

    private <S, C, E> Known caughtUp(
            Map<StreamId, Known> pod, Kind<S, C, E> kind, StreamId stream, Known known) {
        @Nullable History history = streams.get(stream);
        if (history == null || history.events.size() == known.version()) {
            return known;
        }
        S state = stateOf(kind, known);
        for (Object event : history.events.subList(known.version(), history.events.size())) {
            state = kind.decider().evolve(state, kind.family().cast(event));
        }
        var now = new Known(history.events.size(), Objects.requireNonNull((Object) state));
        pod.put(stream, now);
        return now;
    }

    private int head(StreamId stream) {
        @Nullable History history = streams.get(stream);
        return history == null ? 0 : history.events.size();
    }

    // A stream is always read with its own kind, and the kind says which state this is.
    @SuppressWarnings({"unchecked", "UnusedVariable"})
    private static <S, C, E> S stateOf(Kind<S, C, E> kind, Known known) {
        return (S) known.state();
    }

    private void relaySoon() {
        if (!relayDue) {
            relayDue = true;
            play.time().after(play.dice().between(1, 30), this::relay);
        }
    }

    /** One relay cycle: sends in order, then forgets; sometimes it dies in between. */
    private void relay() {
        relayDue = false;
        if (!up || outbox.isEmpty()) {
            return;
        }
        int count = 1 + play.dice().below(outbox.size());
        sendOutbox(count);
        if (!play.dice().percent(play.scenario().weather().repeatPercent())) {
            for (int i = 0; i < count; i++) {
                outbox.removeFirst();
            }
        }
        if (!outbox.isEmpty()) {
            relaySoon();
        }
    }

    private void sendOutbox(int count) {
        var rows = new ArrayList<>(outbox).subList(0, count);
        (play.has(Defect.RELAY_SENDS_THE_NEWEST_FIRST) ? rows.reversed() : rows)
                .forEach(play.post()::send);
    }

    /** Ends it at once; it is back after so many seconds. */
    public void crash(long downSeconds) {
        if (!up) {
            return;
        }
        play.tale().tell(name, "is killed, and is back in %d s".formatted(downSeconds));
        up = false;
        life++;
        pods.forEach(Map::clear);
        if (!outbox.isEmpty() && play.dice().percent(50)) {
            sendOutbox(1 + play.dice().below(outbox.size()));
        }
        if (play.has(Defect.OUTBOX_DIES_WITH_THE_SERVICE)) {
            outbox.clear();
        }
        if (play.has(Defect.TIMERS_DIE_WITH_THE_SERVICE)) {
            timers.clear();
        }
        crashed();
        play.time()
                .after(
                        downSeconds * 1000 + 500,
                        () -> {
                            up = true;
                            relaySoon();
                            timers.set();
                            play.post().resume(this);
                            restarted();
                        });
    }

    /** One of its pods begins anew. */
    public void restartPod(int pod) {
        pods.get(Math.floorMod(pod, PODS)).clear();
    }

    /** What was in memory only is gone. */
    protected void crashed() {}

    /** It is there again. */
    protected void restarted() {}

    /** The clock has jumped. */
    public void clockJumped() {
        timers.set();
    }

    /** A topic loses what was not yet read; the relay notices and publishes from the store. */
    public void loseLog(Channel channel) {
        var lost = play.post().lose(channel);
        play.tale().tell(name, "its log loses %d letters".formatted(lost.size()));
        var from = new LinkedHashMap<StreamId, Long>();
        lost.forEach(letter -> from.merge(letter.stream(), letter.version(), Math::min));
        play.time()
                .after(
                        REPUBLISH_AFTER_MILLIS,
                        () -> {
                            from.forEach(this::republish);
                            relaySoon();
                        });
    }

    private void republish(StreamId stream, long from) {
        var history = Objects.requireNonNull(streams.get(stream));
        for (int version = (int) from; version <= history.events.size(); version++) {
            outbox.addLast(letter(history.kind, stream, version));
        }
    }

    /**
     * Everything it remembers can be had from its streams, and nothing waits.
     *
     * @throws Broken if not
     */
    public void verify() {
        streams.forEach((stream, history) -> verify(stream, history.kind));
        if (!outbox.isEmpty()) {
            throw new Broken(
                    Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                    name + " has not published all that has happened");
        }
    }

    private <S, C, E> void verify(StreamId stream, Kind<S, C, E> kind) {
        var replayed = replayed(new HashMap<>(), kind, stream);
        for (var pod : pods) {
            @Nullable Known known = pod.get(stream);
            if (known != null && !caughtUp(pod, kind, stream, known).equals(replayed)) {
                throw new Broken(
                        Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                        "%s remembers of %s something else than its history says"
                                .formatted(name, stream));
            }
        }
    }

    /** The history of each stream, for those who keep some. */
    public Map<StreamId, List<Object>> histories() {
        var histories = new TreeMap<StreamId, List<Object>>();
        streams.forEach((stream, history) -> histories.put(stream, List.copyOf(history.events)));
        return histories;
    }
}
