package stagecoach.orchestrator.app.live;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Follows a table for one client: what is there, then what comes. It looks when its subject has
 * grown, on a virtual thread, and says that it lives when nothing comes. It ends when the client's
 * API key is removed or expires.
 */
@ApplicationScoped
public class LiveStream {
    /** Server-sent events for those who ask for them by name; whoever takes anything gets JSON. */
    public static final String MEDIA_TYPE = "text/event-stream;qs=0.1";

    private static final Duration SILENCE_MAX = Duration.ofSeconds(10);
    private static final Duration KEY_CHECKED_WITHIN = Duration.ofSeconds(10);

    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("live-", 0).factory());
    private final Heads heads;
    private final Caller caller;
    private final KeyCheck keys;
    private volatile boolean stopping;

    LiveStream(Heads heads, Caller caller, KeyCheck keys) {
        this.heads = heads;
        this.caller = caller;
        this.keys = keys;
    }

    @PreDestroy
    void stop() {
        stopping = true;
        threads.shutdownNow();
    }

    /**
     * An item.
     *
     * @param cursor the place behind it; empty if nobody goes on there
     * @param data what it is
     * @param name by which a client tells it from others; empty if all are of one kind
     */
    public record Item(String cursor, String data, String name) {
        /** One of a kind. */
        public Item(String cursor, String json) {
            this(cursor, json, "");
        }
    }

    /**
     * What was found.
     *
     * @param next the place to look from next; it may have moved although nothing was found
     */
    public record Found(List<Item> items, String next) {
        /** Copies the items. */
        public Found {
            items = List.copyOf(items);
        }
    }

    /**
     * How something is followed.
     *
     * @param subject when it grows it is looked at
     * @param unseenMax it is looked at after this time, too, for what grows in other places
     * @param mayGoOn whether the client may still see it, besides its API key being good
     */
    public record Manner(Subject subject, Duration unseenMax, BooleanSupplier mayGoOn) {
        /** Looks when the subject has grown. */
        public static Manner of(Subject subject) {
            return new Manner(subject, SILENCE_MAX, () -> true);
        }
    }

    /**
     * The events for one client.
     *
     * @param subject what is followed
     * @param from gives the place to begin at; called once, on a virtual thread
     * @param look finds what is behind a place, blockingly
     */
    public Multi<OutboundSseEvent> follow(
            Sse sse, Subject subject, Supplier<String> from, Function<String, Found> look) {
        return follow(sse, Manner.of(subject), from, look);
    }

    /** The same for what is followed in a manner of its own. */
    public Multi<OutboundSseEvent> follow(
            Sse sse, Manner manner, Supplier<String> from, Function<String, Found> look) {
        var follower = new Follower(sse, caller.id(), manner, from, look);
        return Multi.createBy()
                .repeating()
                .uni(() -> Uni.createFrom().item(follower::more).runSubscriptionOn(threads))
                .whilst(_ -> follower.open.get() && !stopping)
                .onItem()
                .transformToMultiAndConcatenate(events -> Multi.createFrom().iterable(events))
                .onTermination()
                .invoke(follower::close)
                .onCancellation()
                .invoke(follower::close);
    }

    private final class Follower {
        private final Sse sse;
        private final String key;
        private final Manner manner;
        private final Supplier<String> from;
        private final Function<String, Found> look;
        private final AtomicBoolean open = new AtomicBoolean(true);
        private String at = "";
        private long keyCheckedAt = System.nanoTime();

        Follower(
                Sse sse,
                String key,
                Manner manner,
                Supplier<String> from,
                Function<String, Found> look) {
            this.sse = sse;
            this.key = key;
            this.manner = manner;
            this.from = from;
            this.look = look;
            heads.enter(manner.subject());
        }

        private void close() {
            if (open.compareAndSet(true, false)) {
                heads.leave(manner.subject());
            }
        }

        /** Waits until there is something, or until it is time to say that one lives. */
        private List<OutboundSseEvent> more() {
            long end = System.nanoTime() + SILENCE_MAX.toNanos();
            while (open.get() && !stopping) {
                long seen = heads.changes(manner.subject());
                try {
                    if (!mayGoOn()) {
                        close();
                        return List.of(
                                sse.newEventBuilder()
                                        .comment(
                                                "the API key was removed or has expired, or the session has ended")
                                        .build());
                    }
                    if (at.isEmpty()) {
                        at = from.get();
                        return List.of(sse.newEventBuilder().comment("following").build());
                    }
                    Found found = look.apply(at);
                    at = found.next();
                    if (!found.items().isEmpty()) {
                        return found.items().stream().map(this::event).toList();
                    }
                } catch (TemporaryFailure away) {
                    // The database is away; the client is told that we live and waits with us.
                }
                if (System.nanoTime() > end) {
                    break;
                }
                try {
                    heads.awaitChange(manner.subject(), seen, Math.min(end, soon()));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    close();
                }
            }
            return List.of(sse.newEventBuilder().comment("nothing new").build());
        }

        private long soon() {
            return System.nanoTime() + manner.unseenMax().toNanos();
        }

        private boolean mayGoOn() {
            long now = System.nanoTime();
            if (!manner.mayGoOn().getAsBoolean()) {
                return false;
            }
            if (now - keyCheckedAt < KEY_CHECKED_WITHIN.toNanos()) {
                return true;
            }
            boolean valid = keys.isValid(key);
            keyCheckedAt = now;
            return valid;
        }

        private OutboundSseEvent event(Item item) {
            OutboundSseEvent.Builder event = sse.newEventBuilder().data(item.data());
            if (!item.cursor().isEmpty()) {
                event.id(item.cursor());
            }
            if (!item.name().isEmpty()) {
                event.name(item.name());
            }
            return event.build();
        }
    }
}
