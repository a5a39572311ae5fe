package stagecoach.vocabulary.identity;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a tentacle listens: a host and a port, written {@code web-1.example:10933}, {@code
 * 10.0.0.7:10933} or {@code [fd00::7]:10933}.
 *
 * @param host a name or an address, without brackets, in lower case
 */
public record MachineAddress(String host, int port) {
    private static final int PORT_MAX = 65_535;

    /** Of a name, with a port behind it. */
    private static final int TEXT_MAX_CHARS = 253 + 6;

    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9a-fA-F:.]{2,45})]|([^\\[\\]:/@\\s]+)):([0-9]{1,5})");
    private static final Pattern NAME =
            Pattern.compile(
                    "[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*");

    /** Refuses ports that there are not. */
    public MachineAddress {
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException(
                    "%d is no port: use a number from 1 to %d".formatted(port, PORT_MAX));
        }
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException with a sentence
     */
    public static MachineAddress parse(String text) {
        Matcher parts = FORM.matcher(text);
        // The length first: a pattern that repeats goes as deep as the text is long.
        if (text.length() <= TEXT_MAX_CHARS && parts.matches()) {
            String six = parts.group(1);
            String host = (six == null ? parts.group(2) : six).toLowerCase(Locale.ROOT);
            boolean isHost = six != null ? six.contains(":") : NAME.matcher(host).matches();
            if (isHost) {
                return new MachineAddress(host, Integer.parseInt(parts.group(3)));
            }
        }
        throw new IllegalArgumentException(
                "\"%s\" is no address of a machine: write its host and port, such as web-1.example:10933 or [fd00::7]:10933"
                        .formatted(
                                text.length() <= TEXT_MAX_CHARS
                                        ? text
                                        : text.substring(0, TEXT_MAX_CHARS) + "…"));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
