package stagecoach.runtime.secrets;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.sealing.KeyId;
import stagecoach.vocabulary.sealing.KeyRing;
import stagecoach.vocabulary.sealing.SealingKey;

/**
 * Seals bytes with AES-256-GCM and the first of the keys in {@code STAGECOACH_SECRET_KEY} (each the
 * base64 of 32 bytes) or in the file that {@code STAGECOACH_SECRET_KEY_FILE} names, and opens them
 * with any of these. Sealed bytes are a form number, the four bytes of the key's id, a random nonce
 * of 12 bytes and the ciphertext with its tag of 16 bytes; an earlier form has no id.
 */
@ApplicationScoped
public class SecretBox {
    /** Without a key id: what was sealed before there could be several keys. */
    static final byte FORM_UNNAMED = 1;

    /** With a key id. */
    static final byte FORM_NAMED = 2;

    private static final int UNNAMED_BYTES = 1;
    private static final int NAMED_BYTES = 1 + KeyId.BYTES;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String VARIABLE = "STAGECOACH_SECRET_KEY";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final HeldKeys keys;

    SecretBox(
            @ConfigProperty(name = VARIABLE) Optional<String> value,
            @ConfigProperty(name = VARIABLE + "_FILE") Optional<String> file) {
        this.keys = new HeldKeys(new KeySource(VARIABLE, value, file));
    }

    /** What was sealed cannot be had; the message is for people and tells no secret. */
    public static final class Unopenable extends IllegalStateException {
        Unopenable(String sentence, String context) {
            super(sentence + ": " + context);
        }
    }

    /** The keys as they are now. */
    public KeyRing keys() {
        return keys.lookAgain();
    }

    /** Why the key file is not used as it stands, if so. */
    public Optional<String> problem() {
        return keys.problem();
    }

    /**
     * The ciphertext of {@code plain}; different each time.
     *
     * @param context where it is kept, such as {@code payload:<ticket>}; it must be given again to
     *     open
     */
    public byte[] seal(byte[] plain, String context) {
        return seal(plain, context, keys.ring().current());
    }

    /** The same with a key that was chosen before. */
    public byte[] seal(byte[] plain, String context, SealingKey key) {
        byte[] head = headOf(key.id());
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, key, head, nonce, context);
            byte[] secret = cipher.doFinal(plain);
            return ByteBuffer.allocate(NAMED_BYTES + NONCE_BYTES + secret.length)
                    .put(head)
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
     * @throws Unopenable if the bytes or the context are not those of the sealing, or its key is
     *     not here
     */
    public byte[] open(byte[] sealed, String context) {
        if (sealed.length > 0 && sealed[0] == FORM_NAMED && isLongEnough(sealed, NAMED_BYTES)) {
            return openNamed(sealed, context);
        }
        if (sealed.length > 0 && sealed[0] == FORM_UNNAMED && isLongEnough(sealed, UNNAMED_BYTES)) {
            return openUnnamed(sealed, context);
        }
        throw new Unopenable("These bytes were not sealed by Stagecoach", context);
    }

    /**
     * The name of bytes that hold secrets, for events: it tells nothing of them to who does not
     * have the key. With another key they get another name.
     *
     * @param purpose what they are, such as {@code plan}
     */
    public Digest nameOf(byte[] content, String purpose) {
        return keys.ring().current().nameOf(content, purpose);
    }

    /** What sealed bytes begin with if they were sealed with this key. */
    public static byte[] headOf(KeyId key) {
        return ByteBuffer.allocate(NAMED_BYTES).put(FORM_NAMED).put(key.bytes()).array();
    }

    private byte[] openNamed(byte[] sealed, String context) {
        KeyId id = KeyId.of(Arrays.copyOfRange(sealed, 1, NAMED_BYTES));
        // A key that is not known here may have come to the file this very moment.
        SealingKey key =
                keys.ring()
                        .find(id)
                        .or(() -> keys.lookAgain().find(id))
                        .orElseThrow(
                                () ->
                                        new Unopenable(
                                                "A secret is sealed with key %s, and %s holds %s only. Put that key back behind the first one"
                                                        .formatted(id, VARIABLE, keys.ring()),
                                                context));
        return opened(sealed, NAMED_BYTES, key, context)
                .orElseThrow(
                        () ->
                                new Unopenable(
                                        "A secret was changed or belongs elsewhere, since key %s does not open it"
                                                .formatted(id),
                                        context));
    }

    private byte[] openUnnamed(byte[] sealed, String context) {
        KeyRing ring = keys.ring();
        return ring.keys().stream()
                .flatMap(key -> opened(sealed, UNNAMED_BYTES, key, context).stream())
                .findFirst()
                .orElseThrow(
                        () ->
                                new Unopenable(
                                        "A secret cannot be opened: it was changed, belongs elsewhere, or was sealed (before keys had ids) with another key than those of %s, %s"
                                                .formatted(VARIABLE, ring),
                                        context));
    }

    private static boolean isLongEnough(byte[] sealed, int headBytes) {
        return sealed.length >= headBytes + NONCE_BYTES + TAG_BITS / 8;
    }

    private static Optional<byte[]> opened(
            byte[] sealed, int headBytes, SealingKey key, String context) {
        int start = headBytes + NONCE_BYTES;
        byte[] nonce = Arrays.copyOfRange(sealed, headBytes, start);
        // The earlier form did not vouch for its head, which said nothing.
        byte[] head = headBytes == NAMED_BYTES ? Arrays.copyOf(sealed, NAMED_BYTES) : new byte[] {};
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, key, head, nonce, context)
                            .doFinal(sealed, start, sealed.length - start));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Opening failed.", e);
        }
    }

    private static Cipher cipher(
            int mode, SealingKey key, byte[] head, byte[] nonce, String context)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.spec(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(head);
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
