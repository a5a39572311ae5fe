package stagecoach.vocabulary.sealing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import stagecoach.vocabulary.identity.Digest;

/** A key of 256 bits; it is known to people by its id, and never shown otherwise. */
public final class SealingKey {
    private static final int BYTES = 32;
    private static final byte[] ID_PREFIX =
            "stagecoach sealing key\n".getBytes(StandardCharsets.UTF_8);

    private static final String NAME_PREFIX = "stagecoach name of\n";
    private static final String HMAC = "HmacSHA256";

    private final byte[] bytes;
    private final KeyId id;

    private SealingKey(byte[] bytes) {
        this.bytes = bytes;
        this.id = idOf(bytes);
    }

    /**
     * The key that {@code text} is the base64 of.
     *
     * @throws IllegalArgumentException with a sentence that does not tell the text
     */
    public static SealingKey parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // Its message and the text would tell of the key.
            throw new IllegalArgumentException("is no base64");
        }
        return of(bytes);
    }

    /**
     * The key of these bytes, which must be random.
     *
     * @throws IllegalArgumentException if they are not 32
     */
    public static SealingKey of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "has %d bytes; it must be the base64 of exactly %d"
                            .formatted(bytes.length, BYTES));
        }
        return new SealingKey(bytes.clone());
    }

    /** Its name. */
    public KeyId id() {
        return id;
    }

    /** What a cipher takes. */
    public SecretKeySpec spec() {
        return new SecretKeySpec(bytes, "AES");
    }

    /**
     * Names bytes for who does not know them: equal ones have equal names, and without this key no
     * guess can be tried. Of other keys the names are others.
     *
     * @param purpose what is named; equal bytes of two purposes have different names
     */
    public Digest nameOf(byte[] named, String purpose) {
        byte[] derived = hmac(bytes, (NAME_PREFIX + purpose).getBytes(StandardCharsets.UTF_8));
        return new Digest(HexFormat.of().formatHex(hmac(derived, named)));
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            var hmac = Mac.getInstance(HMAC);
            hmac.init(new SecretKeySpec(key, HMAC));
            return hmac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC with SHA-256", e);
        }
    }

    /** As it stands in a key file. */
    String text() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static KeyId idOf(byte[] key) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(ID_PREFIX);
            return KeyId.of(Arrays.copyOf(sha256.digest(key), KeyId.BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealingKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Its id. */
    @Override
    public String toString() {
        return id.value();
    }
}
