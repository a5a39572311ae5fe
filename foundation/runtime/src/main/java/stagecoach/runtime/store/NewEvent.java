package stagecoach.runtime.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An event about to be appended, with what goes out with it.
 *
 * @param topic where it is published, under {@code key}
 * @param commands what goes out behind it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record NewEvent(
        String type,
        byte[] data,
        Instant at,
        String actor,
        Optional<String> causation,
        Optional<String> deployment,
        Optional<String> project,
        Optional<String> environment,
        Optional<Integer> run,
        String topic,
        String key,
        List<NewCommand> commands) {
    /**
     * An event stays below this size: room for the end of a run over all the steps and targets that
     * one deployment may have. What grows with something else belongs into a payload.
     */
    public static final int BYTES_MAX = 4 << 20;

    /** Refuses an event that is too large. */
    public NewEvent {
        commands = List.copyOf(commands);
        if (data.length > BYTES_MAX) {
            throw new IllegalStateException(
                    "An event of type %s has %d bytes; %d are the most."
                            .formatted(type, data.length, BYTES_MAX));
        }
    }

    /** A command to a tentacle. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    public record NewCommand(String topic, String key, String type, byte[] payload) {}
}
