package stagecoach.tentacle.install.configuration;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Puts the values of variables into a structured file. Only the values that change are written
 * anew: comments, order, blanks, line ends and encoding stay.
 */
public final class StructuredFile {
    private static final Comparator<Replacement> OUTER_FIRST =
            Comparator.comparingInt(Replacement::start)
                    .thenComparing(Comparator.comparingInt(Replacement::end).reversed())
                    .thenComparing(Replacement::variable);

    private StructuredFile() {}

    /**
     * A file with its new values.
     *
     * @param replaced the variables whose values are in it now, in the order of the file
     * @param written how these values are written, without quotes around them, by variable
     * @param leftOut why places that variables name are as they were, by variable; parts of
     *     sentences
     */
    public record Outcome(
            TextFile file,
            Set<String> replaced,
            Map<String, Set<String>> written,
            Map<String, String> leftOut) {
        /**
         * The file's bytes.
         *
         * @throws UnreadableFile if its encoding has not all characters of the values
         */
        public byte[] bytes() throws UnreadableFile {
            try {
                return file.encode();
            } catch (CharacterCodingException e) {
                throw UnreadableFile.whole(
                        "values have characters that %s has not; store the file as UTF-8"
                                .formatted(file.charset().name()));
            }
        }
    }

    /** Puts values into a file, however long that takes. */
    static Outcome replace(Format format, byte[] bytes, Map<String, String> variables)
            throws UnreadableFile {
        return replace(format, bytes, variables, () -> true);
    }

    /**
     * Puts values into a file.
     *
     * @param variables values by name
     * @param inTime whether there is time left
     * @throws UnreadableFile if the file is not of this format, or too long, before or afterwards,
     *     or if there was no time left
     */
    public static Outcome replace(
            Format format, byte[] bytes, Map<String, String> variables, BooleanSupplier inTime)
            throws UnreadableFile {
        TextFile file = format.decode(bytes);
        Found found = new Found(variables, inTime, format.bytesMax());
        format.reading().read(file, found);
        if (found.isTooMuch()) {
            throw tooLong(format);
        }
        var text = new StringBuilder();
        Set<String> replaced = new LinkedHashSet<>();
        Map<String, Set<String>> written = new TreeMap<>();
        int done = 0;
        List<Replacement> inOrder = new ArrayList<>(found.replacements());
        inOrder.sort(OUTER_FIRST);
        for (Replacement one : inOrder) {
            if (one.start() < done) {
                found.leave(
                        one.variable(), "another variable names the same place, or one around it");
                continue;
            }
            text.append(file.text(), done, one.start()).append(one.text());
            if (text.length() > format.bytesMax()) {
                throw tooLong(format);
            }
            done = one.end();
            replaced.add(one.variable());
            written.computeIfAbsent(one.variable(), _ -> new LinkedHashSet<>())
                    .add(bare(one.text()));
        }
        text.append(file.text(), done, file.text().length());
        TextFile fresh = file.with(text.toString());
        if (!replaced.isEmpty()) {
            // What is written must be read again: whatever goes wrong here goes wrong before it is
            // anywhere.
            if (fresh.text().length() > format.bytesMax()) {
                throw tooLong(format);
            }
            format.reading().read(fresh, new Found(Map.of(), inTime, 0));
        }
        return new Outcome(fresh, replaced, written, found.leftOut());
    }

    private static UnreadableFile tooLong(Format format) {
        return UnreadableFile.whole(
                "with the values it would be longer than %d KiB"
                        .formatted(format.bytesMax() >> 10));
    }

    private static String bare(String written) {
        String text = written.strip();
        boolean quoted =
                text.length() >= 2
                        && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                        && text.charAt(text.length() - 1) == text.charAt(0);
        return quoted ? text.substring(1, text.length() - 1) : text;
    }
}
