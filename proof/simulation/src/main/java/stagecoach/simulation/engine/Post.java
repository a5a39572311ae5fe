package stagecoach.simulation.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import stagecoach.simulation.draw.Dice;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.engine.Letter.Channel;

/**
 * Brings letters to those who listen: in order per key, in any order otherwise, late, and sometimes
 * again.
 */
public final class Post {
    private static final int REMEMBERED = 8;

    private final Scenario scenario;
    private final Timeline time;
    private final Dice dice;
    private final List<Listener> listeners = new ArrayList<>();
    private final Map<Place, Lane> lanes = new LinkedHashMap<>();

    /** A post without listeners. */
    public Post(Scenario scenario, Timeline time, Dice dice) {
        this.scenario = scenario;
        this.time = time;
        this.dice = dice;
    }

    private record Listener(Channel channel, Service service, Consumer<Letter> take) {}

    private record Place(int listener, String key) {}

    private static final class Lane {
        private final Deque<Letter> waiting = new ArrayDeque<>();
        private final Deque<Letter> taken = new ArrayDeque<>();
        private long lastMillis;
    }

    /** {@code service} takes what comes on {@code channel}, as long as it is up. */
    public void listen(Channel channel, Service service, Consumer<Letter> take) {
        listeners.add(new Listener(channel, service, take));
    }

    /** Takes a letter on. */
    public void send(Letter letter) {
        for (int i = 0; i < listeners.size(); i++) {
            if (listeners.get(i).channel() == letter.channel()) {
                var place = new Place(i, letter.key());
                var lane = lanes.computeIfAbsent(place, _ -> new Lane());
                lane.waiting.addLast(letter);
                long due = time.millis() + Play.delayMillis(scenario, dice);
                lane.lastMillis = Math.max(lane.lastMillis, due);
                time.after(lane.lastMillis - time.millis(), () -> deliver(place, lane));
            }
        }
    }

    private void deliver(Place place, Lane lane) {
        var listener = listeners.get(place.listener());
        var letter = lane.waiting.peekFirst();
        if (letter == null || !listener.service().isUp()) {
            return;
        }
        lane.waiting.removeFirst();
        lane.taken.addLast(letter);
        if (lane.taken.size() > REMEMBERED) {
            lane.taken.removeFirst();
        }
        listener.take().accept(letter);
        if (dice.percent(scenario.weather().repeatPercent())) {
            rewind(place, lane);
        }
    }

    /** What was taken last is taken again: whoever took it had not yet said so. */
    private void rewind(Place place, Lane lane) {
        int count = lane.taken.isEmpty() ? 0 : 1 + dice.below(lane.taken.size());
        for (int i = 0; i < count; i++) {
            lane.waiting.addFirst(lane.taken.removeLast());
            time.after(dice.between(0, 50), () -> deliver(place, lane));
        }
    }

    /** A service is up again: it takes what waits, and some of what it had taken. */
    void resume(Service service) {
        lanes.forEach(
                (place, lane) -> {
                    if (listeners.get(place.listener()).service() == service) {
                        rewind(place, lane);
                        lane.waiting.forEach(
                                _ -> time.after(dice.between(0, 200), () -> deliver(place, lane)));
                    }
                });
    }

    /**
     * All that waits on a channel of events is lost.
     *
     * @return what was lost
     */
    List<Letter> lose(Channel channel) {
        var lost = new ArrayList<Letter>();
        lanes.forEach(
                (place, lane) -> {
                    if (listeners.get(place.listener()).channel() == channel) {
                        lost.addAll(lane.waiting);
                        lane.waiting.clear();
                    }
                });
        return lost;
    }
}
