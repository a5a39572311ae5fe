package stagecoach.runtime.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Singleton;
import java.util.Optional;
import stagecoach.decider.StreamId;

/**
 * The last known state of streams in this process, so that a command costs the same however long a
 * stream is. It may be behind: the append finds out.
 */
@Singleton
public class StateCache {
    private static final int STREAMS_MAX = 10_000;

    private final Cache<StreamId, Entry> entries =
            Caffeine.newBuilder().maximumSize(STREAMS_MAX).executor(Runnable::run).build();

    /**
     * A state.
     *
     * @param suspect whether it is known to be behind
     */
    public record Entry(long version, Object state, boolean suspect) {}

    /** What is known of a stream. */
    public Optional<Entry> get(StreamId stream) {
        return Optional.ofNullable(entries.getIfPresent(stream));
    }

    /** Remembers a committed state, unless a later one is known. */
    public void put(StreamId stream, long version, Object state) {
        entries.asMap()
                .merge(
                        stream,
                        new Entry(version, state, false),
                        (known, given) -> known.version() > given.version() ? known : given);
    }

    /** The stream has gone on: the known state is only a beginning. */
    public void suspect(StreamId stream) {
        entries.asMap()
                .computeIfPresent(
                        stream, (s, known) -> new Entry(known.version(), known.state(), true));
    }

    /** Forgets everything, as a restart does. */
    public void clear() {
        entries.invalidateAll();
    }
}
