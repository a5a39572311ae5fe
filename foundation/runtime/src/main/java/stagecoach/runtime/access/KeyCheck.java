package stagecoach.runtime.access;

import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.Digest;

/**
 * Knows the API keys: who holds which, from the table {@code api_key} in the service's own schema.
 */
@ApplicationScoped
public class KeyCheck {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A fresh key of 256 random bits, to be shown once. */
    public static String mint() {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return "sc_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** What is kept of a key: the SHA-256 of its text, hexadecimal. */
    public static String sha256Of(String key) {
        return Digest.of(key).value();
    }

    /** The key's owner and roles, unless it is unknown, expired or removed. */
    public Optional<ApiKey> check(String presented) {
        throw new UnsupportedOperationException("not built yet");
    }

    /**
     * Writes a key into the table, replacing the one with its id (for the service that owns keys).
     */
    public void put(Tx tx, ApiKey key) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Removes a key from the table. */
    public void remove(Tx tx, String id) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Whether there is any key at all. */
    public boolean any(Tx tx) {
        throw new UnsupportedOperationException("not built yet");
    }
}
