package stagecoach.tentacle.install.configuration;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** How values are written in YAML, so that they are of the kind that was there before. */
final class YamlText {
    /**
     * What no reader of any version takes for anything but a text, also between brackets. It gives
     * nothing back, since what could would need the stack for each character.
     */
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z_/](?:[A-Za-z0-9_./@+=;\\\\-]|:(?=[A-Za-z0-9_./]))*+");

    private static final Pattern WORD = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

    /** What is longer is no number. */
    private static final int NUMBER_LENGTH_MAX = 300;

    private static final Resolver RESOLVER = new Resolver();

    private YamlText() {}

    /**
     * The value as it stands instead of a scalar.
     *
     * @param written whether there is anything; an empty place is null
     */
    static String insteadOf(ScalarEvent before, boolean written, String value) {
        if (before.getScalarStyle() == ScalarStyle.SINGLE_QUOTED && fitsInSingleQuotes(value)) {
            return "'" + value.replace("'", "''") + "'";
        }
        if (before.getScalarStyle() != ScalarStyle.PLAIN || before.getTag() != null) {
            return Kinds.quoted(value);
        }
        Tag kind = written ? kind(before.getValue()) : Tag.NULL;
        if (kind.equals(Tag.NULL)) {
            return ofUnknown(value);
        }
        if (kind.equals(Tag.INT) || kind.equals(Tag.FLOAT)) {
            return Kinds.number(value).orElseGet(() -> text(value));
        }
        if (kind.equals(Tag.BOOL)) {
            return Kinds.truth(value).orElseGet(() -> text(value));
        }
        return text(value);
    }

    /** The value where nothing says of what kind it is. */
    static String ofUnknown(String value) {
        return Kinds.number(value)
                .or(() -> Kinds.truth(value))
                .or(() -> Kinds.collection(value).map(YamlText::onOneLine))
                .orElseGet(() -> text(value));
    }

    private static Tag kind(String plain) {
        return plain.length() > NUMBER_LENGTH_MAX
                ? Tag.STR
                : RESOLVER.resolve(NodeId.scalar, plain, true);
    }

    private static String text(String value) {
        boolean plain =
                PLAIN.matcher(value).matches()
                        && !WORD.matcher(value).matches()
                        && kind(value).equals(Tag.STR);
        return plain ? value : Kinds.quoted(value);
    }

    private static boolean fitsInSingleQuotes(String value) {
        return value.codePoints()
                .allMatch(c -> c >= ' ' && c != 0x7F && (c < 0x80 || Character.isLetterOrDigit(c)));
    }

    /** JSON between whose signs no line ends: within its texts there are none. */
    static String onOneLine(String json) {
        return Kinds.printable(json.replace('\r', ' ').replace('\n', ' ').replace('\t', ' '));
    }
}
