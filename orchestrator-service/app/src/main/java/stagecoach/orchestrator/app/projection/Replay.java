package stagecoach.orchestrator.app.projection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.projection.Projection.Part;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Codecs;

/**
 * Handles events of the feed again, into the shadow, inside one transaction: each once, in the
 * order of its stream, and none that its handler itself has not dealt with.
 */
final class Replay {
    /** The version that comes next; of a stream of which few events count, the one that does. */
    private static final String NEXT =
            "CASE WHEN i.handler = ANY(?2) THEN i.version ELSE coalesce(p.version, 0) + 1 END";

    private final Tx tx;
    private final Projection projection;
    private final Shadow shadow;
    private final Codecs codecs;
    private final String position;

    Replay(Tx tx, Projection projection, Shadow shadow, Codecs codecs) {
        this.tx = tx;
        this.projection = projection;
        this.shadow = shadow;
        this.codecs = codecs;
        this.position = shadow.position(projection);
    }

    /** The next events of the feed behind {@code seq}. */
    List<FeedEvent> behind(long seq, int limit) {
        return tx
                .select(
                        "SELECT %s FROM feed f WHERE f.seq > ?1 ORDER BY f.seq LIMIT ?2"
                                .formatted(FeedEvent.COLUMNS),
                        seq,
                        limit)
                .stream()
                .map(FeedEvent::of)
                .toList();
    }

    /**
     * What comes next in streams in which the handlers have gone further than the shadow, as far as
     * the feed has it.
     */
    List<FeedEvent> lagging(int limit) {
        return tx
                .select(
                        """
                        SELECT %s FROM inbox i LEFT JOIN %s p ON p.handler = i.handler AND p.stream = i.stream
                        JOIN feed f ON f.stream = i.stream AND f.version = %s
                        WHERE i.handler = ANY(?1) AND i.version > coalesce(p.version, 0)
                        ORDER BY f.seq LIMIT ?3"""
                                .formatted(FeedEvent.COLUMNS, position, NEXT),
                        handlers(true, false),
                        handlers(false),
                        limit)
                .stream()
                .map(FeedEvent::of)
                .toList();
    }

    /** What the feed does not tell: not yet, or no more. */
    Missing missing() {
        boolean behind = false;
        Set<String> owners = new TreeSet<>();
        for (var row :
                tx.select(
                        """
                        SELECT i.stream, i.handler = ANY(?2), EXISTS (
                            SELECT 1 FROM feed_seen s WHERE s.stream = i.stream AND s.version = %1$s),
                            EXISTS (
                            SELECT 1 FROM feed_seen s WHERE s.stream = i.stream AND s.version > %1$s)
                        FROM inbox i LEFT JOIN %2$s p ON p.handler = i.handler AND p.stream = i.stream
                        WHERE i.handler = ANY(?1) AND i.version > coalesce(p.version, 0)"""
                                .formatted(NEXT, position),
                        handlers(true, false),
                        handlers(false))) {
            boolean follows = !row.flag(1);
            boolean wasThere = row.flag(2);
            // The handler went on behind events that their owner keeps no longer.
            boolean passedOver = !wasThere && row.flag(3);
            behind |= !wasThere && !passedOver;
            if (follows && (wasThere || passedOver)) {
                owners.add(projection.ownerOf(new StreamId(row.text(0))));
            }
        }
        return new Missing(behind, List.copyOf(owners));
    }

    /**
     * What a feed does not tell.
     *
     * @param yet whether some of it must still come
     * @param forgotten whose history it no longer has from its beginning
     */
    record Missing(boolean yet, List<String> forgotten) {}

    private String[] handlers(Boolean... inOrder) {
        return projection.parts().stream()
                .filter(part -> List.of(inOrder).contains(part.inOrder()))
                .map(Part::handler)
                .toArray(String[]::new);
    }

    /**
     * Handles those of {@code events} whose turn it is.
     *
     * @return how many
     */
    int handle(List<FeedEvent> events) {
        int handled = 0;
        for (Part<?> part : projection.parts()) {
            List<FeedEvent> its =
                    events.stream()
                            .filter(e -> e.stream().kind().equals(part.streams()))
                            .filter(e -> part.inOrder() || part.only().contains(e.bareName()))
                            .toList();
            handled += its.isEmpty() ? 0 : handle(part, its);
        }
        return handled;
    }

    private <E> int handle(Part<E> part, List<FeedEvent> events) {
        String[] streams =
                events.stream().map(e -> e.stream().value()).distinct().toArray(String[]::new);
        Map<String, Long> done = versions(position, part, streams);
        Map<String, Long> live = versions("inbox", part, streams);
        Map<String, Long> begins = begins(part, streams, done);
        Map<String, Long> moved = new HashMap<>();
        int handled = 0;
        for (FeedEvent event : events) {
            String stream = event.stream().value();
            Optional<Long> begin = Optional.ofNullable(begins.get(stream));
            if (begin.filter(version -> version == event.version()).isPresent()) {
                shadow.leave(tx, projection, List.of(projection.ownerOf(event.stream())));
                done.put(stream, event.version() - 1);
            }
            long at = done.getOrDefault(stream, 0L);
            boolean next =
                    part.inOrder()
                            ? event.version() == at + 1
                                    && event.version() <= live.getOrDefault(stream, 0L)
                            : event.version() > at;
            if (next) {
                part.work()
                        .handle(tx, List.of(event.arrived(part.handler(), part.family(), codecs)));
                done.put(stream, event.version());
                moved.put(stream, event.version());
                handled++;
            }
        }
        move(part, moved);
        return handled;
    }

    /** Where streams begin by now whose beginning the feed has forgotten, if that is enough. */
    private Map<String, Long> begins(Part<?> part, String[] streams, Map<String, Long> done) {
        String[] unknown =
                Stream.of(streams)
                        .filter(stream -> !done.containsKey(stream))
                        .toArray(String[]::new);
        if (part.whole().isEmpty() || unknown.length == 0) {
            return Map.of();
        }
        Map<String, Long> begins = new HashMap<>();
        for (var row :
                tx.select(
                        """
                        SELECT f.stream, min(f.version) FROM feed f WHERE f.stream = ANY(?1)
                        GROUP BY f.stream
                        HAVING min(f.version) > 1 AND bool_or(f.type = ANY(?2)) AND EXISTS (
                            SELECT 1 FROM feed_seen s WHERE s.stream = f.stream AND s.version = 1)""",
                        unknown,
                        part.whole().toArray(String[]::new))) {
            begins.put(row.text(0), row.number(1));
        }
        return begins;
    }

    private Map<String, Long> versions(String table, Part<?> part, String[] streams) {
        Map<String, Long> versions = new HashMap<>();
        for (var row :
                tx.select(
                        "SELECT stream, version FROM %s WHERE handler = ?1 AND stream = ANY(?2)"
                                .formatted(table),
                        part.handler(),
                        streams)) {
            versions.put(row.text(0), row.number(1));
        }
        return versions;
    }

    private void move(Part<?> part, Map<String, Long> moved) {
        if (moved.isEmpty()) {
            return;
        }
        var streams = new ArrayList<>(moved.keySet());
        tx.execute(
                """
                INSERT INTO %s (handler, stream, version)
                SELECT ?1, s, v FROM unnest(CAST(?2 AS text[]), CAST(?3 AS bigint[])) AS m (s, v)
                ON CONFLICT (handler, stream) DO UPDATE SET version = excluded.version"""
                        .formatted(position),
                part.handler(),
                streams.toArray(String[]::new),
                streams.stream().map(moved::get).toArray(Long[]::new));
    }
}
