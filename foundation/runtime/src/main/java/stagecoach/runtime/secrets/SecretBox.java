package stagecoach.runtime.secrets;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Seals bytes with AES-256-GCM and the key from {@code STAGECOACH_SECRET_KEY} (base64 of 32 bytes)
 * or the file that {@code STAGECOACH_SECRET_KEY_FILE} names. Sealed bytes are a form number, a
 * random nonce of 12 bytes and the ciphertext with its tag of 16 bytes.
 */
@ApplicationScoped
public class SecretBox {
    private static final byte FORM = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeySource source;
    private @Nullable SecretKeySpec key;

    SecretBox(
            @ConfigProperty(name = "STAGECOACH_SECRET_KEY") Optional<String> value,
            @ConfigProperty(name = "STAGECOACH_SECRET_KEY_FILE") Optional<String> file) {
        this.source = new KeySource("STAGECOACH_SECRET_KEY", value, file);
    }

    /**
     * The ciphertext of {@code plain}; different each time.
     *
     * @param context where it is kept, such as {@code payload:<ticket>}; it must be given again to
     *     open
     */
    public byte[] seal(byte[] plain, String context) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, nonce, context);
            byte[] secret = cipher.doFinal(plain);
            return ByteBuffer.allocate(1 + NONCE_BYTES + secret.length)
                    .put(FORM)
                    .put(nonce)
                    .put(secret)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Sealing failed.", e);
        }
    }

    /**
     * What was sealed.
     *
     * @throws IllegalStateException if the bytes, the context or the key are not those of the
     *     sealing
     */
    public byte[] open(byte[] sealed, String context) {
        if (sealed.length < 1 + NONCE_BYTES + TAG_BITS / 8 || sealed[0] != FORM) {
            throw new IllegalStateException(
                    "These bytes were not sealed by Stagecoach: " + context);
        }
        byte[] nonce = new byte[NONCE_BYTES];
        System.arraycopy(sealed, 1, nonce, 0, NONCE_BYTES);
        try {
            int start = 1 + NONCE_BYTES;
            return cipher(Cipher.DECRYPT_MODE, nonce, context)
                    .doFinal(sealed, start, sealed.length - start);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "A secret cannot be opened: it was changed, belongs elsewhere or was sealed with another key than STAGECOACH_SECRET_KEY: "
                            + context,
                    e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private synchronized SecretKeySpec key() {
        if (key == null) {
            byte[] bytes = source.bytes();
            if (bytes.length != 32) {
                throw new IllegalStateException(
                        "STAGECOACH_SECRET_KEY has %d bytes; it must be the base64 of exactly 32."
                                .formatted(bytes.length));
            }
            key = new SecretKeySpec(bytes, "AES");
        }
        return key;
    }
}
