package stagecoach.tentacle.install.configuration;

import java.util.ArrayDeque;
import java.util.Deque;
import stagecoach.vocabulary.template.VariableNames;

/**
 * The name of a place in a tree of values: keys and indices (from 0), with colons between them, as
 * in {@code Servers:0:Name}.
 */
final class NamePath {
    /** What is nested deeper is no configuration. */
    static final int DEPTH_MAX = 200;

    private final StringBuilder text = new StringBuilder();
    private final Deque<Level> levels = new ArrayDeque<>();

    private static final class Level {
        final int length;
        final boolean list;
        int index = -1;

        Level(int length, boolean list) {
            this.length = length;
            this.list = list;
        }
    }

    /**
     * Goes into the value at this place.
     *
     * @return whether it is not too deep
     */
    boolean open(boolean list) {
        levels.push(new Level(text.length(), list));
        return levels.size() <= DEPTH_MAX;
    }

    /** Comes out again. */
    void close() {
        text.setLength(levels.pop().length);
    }

    /** Whether values here have indices instead of keys. */
    boolean inList() {
        return !levels.isEmpty() && levels.element().list;
    }

    /** Goes to the value of a key. */
    void key(String key) {
        segment(key);
    }

    /** Goes to the next element of a list. */
    void element() {
        Level level = levels.element();
        level.index++;
        segment(Integer.toString(level.index));
    }

    private void segment(String name) {
        Level level = levels.element();
        text.setLength(level.length);
        if (levels.size() > 1) {
            text.append(':');
        }
        text.append(name);
    }

    /** The name, or an empty one where no variable can have it. */
    String name() {
        return text.length() > VariableNames.LENGTH_MAX ? "" : text.toString();
    }
}
