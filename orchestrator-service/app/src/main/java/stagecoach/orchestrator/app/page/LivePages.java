package stagecoach.orchestrator.app.page;

import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import stagecoach.orchestrator.app.live.LiveStream;
import stagecoach.orchestrator.app.live.Subject;
import stagecoach.orchestrator.app.page.session.Sessions;
import stagecoach.vocabulary.identity.Digest;

/**
 * Keeps a page as things are: each second its parts are drawn anew from the tables, and those that
 * look different are sent, whole. So a browser that was away is right again with the first answer,
 * whatever it has missed.
 */
@Singleton
public class LivePages {
    private static final Duration LOOKED_AT_EACH = Duration.ofSeconds(1);
    private static final String NOTHING_SENT = "-";

    private final LiveStream live;
    private final Sessions sessions;

    LivePages(LiveStream live, Sessions sessions) {
        this.live = live;
        this.sessions = sessions;
    }

    /**
     * The parts for one browser: all at once, then what changes.
     *
     * @param session whose end is the end of this
     * @param parts draws them, by their names, in a transaction of its own
     */
    public Multi<OutboundSseEvent> follow(
            Sse sse, String session, Supplier<Map<String, String>> parts) {
        return live.follow(
                sse,
                new LiveStream.Manner(
                        Subject.NOTHING,
                        LOOKED_AT_EACH,
                        () -> sessions.holder(session).isPresent()),
                () -> NOTHING_SENT,
                sent -> changed(sent, parts.get()));
    }

    /** The parts that were not sent as they are; what was sent is told by the place. */
    private static LiveStream.Found changed(String sent, Map<String, String> parts) {
        Set<String> known = Set.of(sent.split(" ", -1));
        List<LiveStream.Item> items = new ArrayList<>();
        Map<String, String> marks = new TreeMap<>();
        parts.forEach(
                (name, html) -> {
                    String mark = name + "=" + Digest.of(html).value();
                    marks.put(name, mark);
                    if (!known.contains(mark)) {
                        items.add(new LiveStream.Item("", html, name));
                    }
                });
        return new LiveStream.Found(
                items, marks.values().stream().collect(Collectors.joining(" ")));
    }
}
