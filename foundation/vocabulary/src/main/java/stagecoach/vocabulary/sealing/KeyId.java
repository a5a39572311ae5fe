package stagecoach.vocabulary.sealing;

import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of a sealing key: eight hexadecimal digits that follow from the key and tell nothing of
 * it.
 */
public record KeyId(String value) implements Comparable<KeyId> {
    /** How many bytes it is in what is sealed. */
    public static final int BYTES = 4;

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}");

    /** Refuses anything but eight hexadecimal digits. */
    public KeyId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no key id: it has eight hexadecimal digits.".formatted(value));
        }
    }

    /** The id of four bytes. */
    public static KeyId of(byte[] bytes) {
        return new KeyId(HexFormat.of().formatHex(bytes));
    }

    /** Its four bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(value);
    }

    @Override
    public int compareTo(KeyId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
