package stagecoach.runtime.request;

import java.util.ArrayList;
import java.util.List;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;

/** What is wrong with a request so far; it is refused once, with all of it. */
public final class Mistakes {
    /** More than these would not be read by anyone. */
    private static final int TOLD_MAX = 100;

    private final List<FieldError> found = new ArrayList<>();

    /**
     * Adds one.
     *
     * @param pointer the JSON pointer of the place; empty for the whole body
     * @param sentence what is wrong and what to do
     */
    public void add(String pointer, String sentence) {
        if (found.size() < TOLD_MAX) {
            found.add(new FieldError(pointer, sentence));
        }
    }

    /** Whether there is none yet. */
    public boolean none() {
        return found.isEmpty();
    }

    /**
     * Refuses the request if there is any.
     *
     * @throws InvalidInput with all of them
     */
    public void refuseIfAny() {
        if (!found.isEmpty()) {
            throw new InvalidInput(List.copyOf(found));
        }
    }

    /** All of them, in the order they were found. */
    public List<FieldError> all() {
        return List.copyOf(found);
    }
}
