package stagecoach.runtime.inbox;

import java.nio.charset.StandardCharsets;
import stagecoach.runtime.codec.Envelope;

/**
 * An event as it was published.
 *
 * @param json its data
 */
public record PublishedEvent(Envelope envelope, String json) {
    static PublishedEvent of(Arrived arrived) {
        return new PublishedEvent(
                arrived.envelope(), new String(arrived.data(), StandardCharsets.UTF_8));
    }
}
