package stagecoach.orchestrator.app.audit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.request.PageRequest;

/**
 * A place in the feed: behind the event with number {@code seq}.
 *
 * @param incarnation of the feed; another one means that it was restored from a backup
 */
record EventCursor(long incarnation, long seq) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18}):([0-9]{1,18})");

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws InvalidInput if it is not that
     */
    static EventCursor parse(String text) {
        Matcher form = FORM.matcher(PageRequest.keyOf(text));
        if (!form.matches()) {
            throw new InvalidInput(
                    "?cursor", "This cursor was not given by this feed. Begin with cursor=start.");
        }
        return new EventCursor(Long.parseLong(form.group(1)), Long.parseLong(form.group(2)));
    }

    /** The cursor as clients see it: opaque. */
    String text() {
        return PageRequest.cursorOf(incarnation + ":" + seq);
    }
}
