package stagecoach.runtime.secrets;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.sealing.KeyRing;

/**
 * The keys of a source; a file is looked at again every second, so that a new key needs no restart.
 */
final class HeldKeys {
    private static final long LOOKED_AT_NANOS_MAX = Duration.ofSeconds(1).toNanos();

    private final KeySource source;
    private volatile @Nullable Held held;

    HeldKeys(KeySource source) {
        this.source = source;
    }

    /** What was read, when it was compared with the source, and why the source is no longer it. */
    private record Held(KeyRing ring, String text, long lookedAt, Optional<String> problem) {}

    /**
     * The keys.
     *
     * @throws IllegalStateException if there have never been any
     */
    KeyRing ring() {
        Held now = held;
        if (now != null
                && (!source.mayChange()
                        || System.nanoTime() - now.lookedAt() < LOOKED_AT_NANOS_MAX)) {
            return now.ring();
        }
        return lookAgain();
    }

    /** The keys as they are this very moment. */
    synchronized KeyRing lookAgain() {
        Held before = held;
        if (before == null) {
            String text = source.text();
            return hold(ringOf(text), text, Optional.empty());
        }
        try {
            String text = source.text();
            return hold(
                    text.equals(before.text()) ? before.ring() : ringOf(text),
                    text,
                    Optional.empty());
        } catch (IllegalStateException e) {
            // What is sealed can be opened as before; whoever asks for the keys is told.
            String problem = String.valueOf(e.getMessage());
            if (!before.problem().equals(Optional.of(problem))) {
                Log.errorf("The keys stay as they were: %s keys=%s", problem, before.ring());
            }
            return hold(before.ring(), before.text(), Optional.of(problem));
        }
    }

    /** Why the source cannot be used any more, if so. */
    Optional<String> problem() {
        Held now = held;
        return now == null ? Optional.empty() : now.problem();
    }

    private KeyRing hold(KeyRing ring, String text, Optional<String> problem) {
        held = new Held(ring, text, System.nanoTime(), problem);
        return ring;
    }

    private KeyRing ringOf(String text) {
        try {
            return KeyRing.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "%s cannot be used: %s".formatted(source.name(), e.getMessage()), e);
        }
    }
}
