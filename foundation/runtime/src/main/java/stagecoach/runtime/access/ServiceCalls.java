package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;

/**
 * Calls of {@code stagecoach.contracts.internal} to another service: blocking, JSON both ways, with
 * a service token; tried again a few times while the other one does not answer.
 */
@ApplicationScoped
public class ServiceCalls {
    /**
     * Posts {@code body} to {@code baseUrl + path}; the call must be repeatable.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if the other service did not answer in time
     * @throws Refused if it answered with an error
     */
    public <R> R post(String baseUrl, String path, Object body, Class<R> answer) {
        throw new UnsupportedOperationException("not built yet");
    }

    /**
     * Gets {@code baseUrl + path}.
     *
     * @throws stagecoach.runtime.store.TemporaryFailure if the other service did not answer in time
     * @throws Refused if it answered with an error
     */
    public <R> R get(String baseUrl, String path, Class<R> answer) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** The other service answered, and it will not do it. */
    public static final class Refused extends RuntimeException {
        private final int status;

        Refused(int status, String detail) {
            super(detail);
            this.status = status;
        }

        /** The HTTP status, 400 to 499. */
        public int status() {
            return status;
        }
    }
}
