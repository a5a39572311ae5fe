package stagecoach.tentacle.script;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Collection;
import java.util.Optional;

/**
 * How a process spells names of files and variables of environments, which it takes from its
 * locale. What it cannot spell would reach scripts as other values than were given, secrets among
 * them, which no mask would find in their output.
 */
public final class Spelling {
    private final Charset letters;

    private Spelling(Charset letters) {
        this.letters = letters;
    }

    /** That of this process. Where there are no such locales, all can be spelled. */
    public static Spelling ofThisProcess() {
        String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
        return System.getProperty("os.name", "").startsWith("Windows")
                ? new Spelling(StandardCharsets.UTF_8)
                : of(encoding);
    }

    /** The one with the letters of this encoding; only those of ASCII, if Java does not know it. */
    static Spelling of(String encoding) {
        try {
            return new Spelling(Charset.forName(encoding));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return new Spelling(StandardCharsets.US_ASCII);
        }
    }

    /** What it cannot do, and what to do about it. */
    public Optional<String> shortcoming() {
        return letters.equals(StandardCharsets.UTF_8)
                ? Optional.empty()
                : Optional.of(
                        "this tentacle was started with a locale that knows only the letters of %s, and refuses scripts with values of others; start it with LC_ALL=C.UTF-8 in its environment, or another locale of UTF-8"
                                .formatted(letters));
    }

    /** Whether it can spell all of these. */
    boolean knows(Collection<String> texts) {
        CharsetEncoder encoder = letters.newEncoder();
        return texts.stream().allMatch(encoder::canEncode);
    }
}
