package stagecoach.vocabulary.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of something, or its keyed one where it holds secrets (a plan, a payload), as 64
 * lower-case hexadecimal digits.
 */
public record Digest(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /** Refuses anything but 64 lower-case hexadecimal digits. */
    public Digest {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("\"%s\" is no SHA-256 digest".formatted(value));
        }
    }

    /** The digest of {@code bytes}. */
    public static Digest of(byte[] bytes) {
        try {
            return new Digest(
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The digest of {@code text} in UTF-8. */
    public static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return value;
    }
}
