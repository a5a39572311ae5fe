package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Tokens of 60 seconds by which services know each other, signed with HMAC-SHA256 and the key from
 * {@code STAGECOACH_SERVICE_KEY} (base64 of at least 32 bytes) or the file that {@code
 * STAGECOACH_SERVICE_KEY_FILE} names.
 */
@ApplicationScoped
public class ServiceToken {
    /** A token that says that this service calls, valid from now. */
    public String issue() {
        throw new UnsupportedOperationException("not built yet");
    }

    /** The service that a token speaks for, unless it is forged, broken or too old. */
    public Optional<String> verify(String token) {
        throw new UnsupportedOperationException("not built yet");
    }
}
