package stagecoach.vocabulary.packages;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import stagecoach.vocabulary.identity.Printable;

/**
 * A SHA-512 digest of some bytes: what a package's content is known by on every hop.
 *
 * @param value the 64 bytes as 128 lower-case hexadecimal digits
 */
public record Sha512(String value) {

    /** The length of a digest, in bytes. */
    public static final int LENGTH_BYTES = 64;

    private static final Pattern RULE = Pattern.compile("[0-9a-f]{" + 2 * LENGTH_BYTES + "}");

    public Sha512 {
        if (!RULE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + Printable.of(value)
                            + "' is no SHA-512: write its 64 bytes as 128 lower-case hexadecimal"
                            + " digits.");
        }
    }

    /** Whether a text is a digest as {@link #value} is written. */
    public static boolean isHex(String text) {
        return RULE.matcher(text).matches();
    }

    /**
     * Reads 128 hexadecimal digits of either case.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static Sha512 parseHex(String hex) {
        return new Sha512(hex.toLowerCase(Locale.ROOT));
    }

    /**
     * Reads standard base64, the form that NuGet documents use.
     *
     * @throws IllegalArgumentException if the text is no base64 of exactly 64 bytes
     */
    public static Sha512 parseBase64(String base64) {
        return ofBytes(Base64.getDecoder().decode(base64));
    }

    /**
     * Takes the 64 bytes of a finished digest (not the content: see {@link #hashOf}).
     *
     * @throws IllegalArgumentException if there are not exactly 64 bytes
     */
    public static Sha512 ofBytes(byte[] digest) {
        if (digest.length != LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "A SHA-512 has 64 bytes, not " + digest.length + ".");
        }
        return new Sha512(HexFormat.of().formatHex(digest));
    }

    /** The digest of content that lies in memory. */
    public static Sha512 hashOf(byte[] content) {
        return ofBytes(hasher().digest(content));
    }

    /** A fresh SHA-512 computation; finish it with {@link #finish}. */
    public static MessageDigest hasher() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("This Java runtime lacks SHA-512.", impossible);
        }
    }

    /** The digest of all that was fed to a {@link #hasher()}, which is reset. */
    public static Sha512 finish(MessageDigest hasher) {
        return ofBytes(hasher.digest());
    }

    /** The 64 bytes, a fresh copy. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(value);
    }

    /** 128 lower-case hexadecimal digits. */
    public String hex() {
        return value;
    }

    /** Standard base64 with padding, as NuGet documents write a package's hash. */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes());
    }

    @Override
    public String toString() {
        return value;
    }
}
