package stagecoach.runtime.secrets;

import jakarta.enterprise.context.ApplicationScoped;

/**
 * Seals bytes with AES-256-GCM and the key from {@code STAGECOACH_SECRET_KEY} (base64 of 32 bytes)
 * or the file that {@code STAGECOACH_SECRET_KEY_FILE} names.
 */
@ApplicationScoped
public class SecretBox {
    /**
     * The ciphertext of {@code plain}; different each time.
     *
     * @param context where it is kept, such as {@code payload:<ticket>}; it must be given again to
     *     open
     */
    public byte[] seal(byte[] plain, String context) {
        throw new UnsupportedOperationException("not built yet");
    }

    /**
     * What was sealed.
     *
     * @throws IllegalStateException if the bytes, the context or the key are not those of the
     *     sealing
     */
    public byte[] open(byte[] sealed, String context) {
        throw new UnsupportedOperationException("not built yet");
    }
}
