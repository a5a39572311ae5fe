package stagecoach.tentacle.journal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.agent.CommandPayload;

/**
 * Texts that must not leave the machine, looked for in bytes. A secret of several lines is looked
 * for line by line, as output is; what is hidden is shown as {@value #SHOWN}.
 */
public final class Masks {
    /** What stands for a hidden text. */
    public static final String SHOWN = "********";

    /**
     * The longest text that is looked for as one, in bytes; longer ones are looked for in pieces.
     */
    public static final int LENGTH_MAX = 4096;

    /** A shorter line of several is no secret by itself; the server, which masks too, agrees. */
    private static final int LINE_LENGTH_MIN = 6;

    /** Hides nothing. */
    static final Masks NONE = new Masks(List.of());

    private final List<byte[]> hidden;

    private Masks(List<byte[]> hidden) {
        this.hidden = hidden;
    }

    /** What a command has given to be masked. */
    static Masks of(Optional<CommandPayload> payload) {
        return of(
                switch (payload.orElse(null)) {
                    case null -> List.of();
                    case CommandPayload.Script script -> script.masks();
                    case CommandPayload.Install install -> install.masks();
                    case CommandPayload.Http http -> http.masks();
                });
    }

    /** Hides these; blank ones hide nothing. */
    public static Masks of(List<String> texts) {
        Set<String> lines = new LinkedHashSet<>();
        texts.forEach(text -> lines.addAll(linesOf(text)));
        List<byte[]> hidden = new ArrayList<>();
        for (String line : lines) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            // Pieces of one length: the short rest of a long text would hide what is no secret.
            int pieces = Math.ceilDiv(bytes.length, LENGTH_MAX);
            for (int n = 0; n < pieces; n++) {
                int start = (int) ((long) bytes.length * n / pieces);
                int end = (int) ((long) bytes.length * (n + 1) / pieces);
                hidden.add(Arrays.copyOfRange(bytes, start, end));
            }
        }
        return new Masks(hidden);
    }

    /**
     * What is looked for of a text: of several lines not the short ones, since braces are no
     * secret, unless it has no others.
     */
    private static List<String> linesOf(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        List<String> telling =
                lines.stream().filter(line -> line.length() >= LINE_LENGTH_MIN).toList();
        return lines.size() == 1 || telling.isEmpty() ? lines : telling;
    }

    /** Hides what {@code more} hides, too. */
    Masks and(Masks more) {
        List<byte[]> both = new ArrayList<>(hidden);
        both.addAll(more.hidden);
        return new Masks(both);
    }

    /** {@code text} with what must not be seen hidden. */
    public String apply(String text) {
        if (hidden.isEmpty()) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return apply(bytes, 0, bytes.length);
    }

    /** The UTF-8 text in {@code bytes} with what must not be seen hidden. */
    public String apply(byte[] bytes, int from, int to) {
        BitSet covered = new BitSet(to - from);
        for (Match match : matches(bytes, from, to)) {
            covered.set(match.start() - from, match.end() - from);
        }
        if (covered.isEmpty()) {
            return text(bytes, from, to);
        }
        StringBuilder shown = new StringBuilder();
        int at = 0;
        while (at < to - from) {
            int start = covered.nextSetBit(at);
            if (start < 0) {
                shown.append(text(bytes, from + at, to));
                break;
            }
            shown.append(text(bytes, from + at, from + start)).append(SHOWN);
            at = covered.nextClearBit(start);
        }
        return shown.toString();
    }

    /**
     * Where a line that is too long can be broken, at or before {@code wanted} and never at 0, so
     * that no hidden text lies across the break. {@code bytes} must hold {@link #LENGTH_MAX} bytes
     * behind {@code wanted}, or all there is.
     */
    int breakBefore(byte[] bytes, int length, int wanted) {
        List<Match> matches = matches(bytes, 0, length);
        int at = characterStart(bytes, wanted);
        boolean moved = true;
        while (moved && at > 0) {
            moved = false;
            for (Match match : matches) {
                if (match.start() < at && at < match.end()) {
                    at = match.start();
                    moved = true;
                }
            }
        }
        if (at > 0) {
            return at;
        }
        // One hidden text overlaps the next from the beginning on: break where the one begins that
        // reaches farthest, for it covers what those before it leave behind the break.
        Match farthest = new Match(characterStart(bytes, wanted), 0);
        for (Match match : matches) {
            if (match.start() > 0 && match.start() <= wanted && match.end() > farthest.end()) {
                farthest = match;
            }
        }
        return farthest.start();
    }

    private static int characterStart(byte[] bytes, int at) {
        int start = at;
        for (int i = 0; i < 3 && start > 1 && (bytes[start] & 0xC0) == 0x80; i++) {
            start--;
        }
        return start;
    }

    private List<Match> matches(byte[] bytes, int from, int to) {
        List<Match> matches = new ArrayList<>();
        for (byte[] text : hidden) {
            for (int start = from; start <= to - text.length; start++) {
                if (bytes[start] == text[0]
                        && Arrays.equals(bytes, start, start + text.length, text, 0, text.length)) {
                    matches.add(new Match(start, start + text.length));
                }
            }
        }
        return matches;
    }

    /** Bad bytes become the replacement character, and so does NUL, which databases refuse. */
    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8).replace('\0', '\uFFFD');
    }

    private record Match(int start, int end) {}
}
