package stagecoach.tentacle.install.configuration;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A text and how it is written in a file, so that another text can be written the same way.
 *
 * @param mark the byte order mark before it, in hexadecimal digits; empty if there is none
 * @param text without the mark; line ends are as in the file
 */
public record TextFile(Charset charset, String mark, String text) {
    private record Marked(String mark, Charset charset) {}

    private static final List<Marked> MARKS =
            List.of(
                    new Marked("efbbbf", StandardCharsets.UTF_8),
                    new Marked("fffe", StandardCharsets.UTF_16LE),
                    new Marked("feff", StandardCharsets.UTF_16BE));

    /**
     * Reads a file.
     *
     * @param unmarked how it is written where no mark says so
     * @throws CharacterCodingException if it is written in another way
     */
    public static TextFile decode(byte[] bytes, Charset unmarked) throws CharacterCodingException {
        for (Marked one : MARKS) {
            byte[] mark = HexFormat.of().parseHex(one.mark());
            if (startsWith(bytes, mark)) {
                return new TextFile(
                        one.charset(), one.mark(), text(bytes, mark.length, one.charset()));
            }
        }
        return new TextFile(unmarked, "", text(bytes, 0, unmarked));
    }

    private static boolean startsWith(byte[] bytes, byte[] mark) {
        return bytes.length >= mark.length
                && Arrays.equals(bytes, 0, mark.length, mark, 0, mark.length);
    }

    private static String text(byte[] bytes, int from, Charset charset)
            throws CharacterCodingException {
        return charset.newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
                .toString();
    }

    /** The same file with another text. */
    public TextFile with(String other) {
        return new TextFile(charset, mark, other);
    }

    /** Whether {@code character}, a Unicode code point, can be written in it. */
    boolean canHold(int character) {
        return charset.newEncoder().canEncode(Character.toString(character));
    }

    /**
     * The file's bytes.
     *
     * @throws CharacterCodingException if the text has characters that cannot be written so
     */
    public byte[] encode() throws CharacterCodingException {
        var bytes = new ByteArrayOutputStream(text.length() + 2);
        bytes.writeBytes(HexFormat.of().parseHex(mark));
        ByteBuffer encoded = charset.newEncoder().encode(CharBuffer.wrap(text));
        bytes.write(encoded.array(), encoded.arrayOffset(), encoded.limit());
        return bytes.toByteArray();
    }
}
