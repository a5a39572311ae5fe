package stagecoach.vocabulary.template.filter;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of a text's UTF-8, hexadecimal, to compare with those that others tell. */
public final class Digests {
    private Digests() {}

    /** The digest, by the name that Java has for it. */
    public static String hex(String algorithm, String value) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance(algorithm)
                                    .digest(value.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
