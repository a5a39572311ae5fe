package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;
import stagecoach.runtime.aggregate.Tx;

/**
 * One effect per {@code Idempotency-Key}: the answer is kept for 24 hours in the transaction that
 * has the effect.
 */
@ApplicationScoped
public class Idempotency {
    /**
     * What a request was answered.
     *
     * @param location for the header of that name
     * @param body JSON text
     */
    public record Answer(int status, Optional<String> location, Optional<String> body) {}

    /**
     * Runs {@code work} in a transaction, or gives the answer that the same request got before; of
     * two at the same time the second waits for the first. A refusal (an exception) is not
     * remembered.
     *
     * @param key the header; without one {@code work} simply runs
     * @param caller the actor, whose keys are his own
     * @param methodAndPath such as {@code POST /api/v1/deployments}
     * @param body the request's bytes
     * @throws OtherRequest if the key was used for another request: a 422
     */
    public Answer once(
            Optional<String> key,
            String caller,
            String methodAndPath,
            byte[] body,
            Function<Tx, Answer> work) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** The key was used for another request. */
    public static final class OtherRequest extends RuntimeException {
        OtherRequest(String key) {
            super(
                    "Idempotency-Key \"%s\" was used with another request. Take a fresh key for each new request."
                            .formatted(key));
        }
    }
}
