package stagecoach.tentacle.install;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The name of a package's entry, made safe: names of folders down to a file, and nothing else. */
final class EntryName {
    private static final int SEGMENT_BYTES_MAX = 255;
    private static final int PATH_LENGTH_MAX = 1024;

    /** What NuGet clients leave out: the package's own papers. */
    private static final List<String> PAPER_FOLDERS = List.of("_rels", "package");

    private static final List<String> PAPERS = List.of("[content_types].xml", ".signature.p7s");

    private EntryName() {}

    /**
     * The folders and the file (or folder) that the entry names.
     *
     * @throws InstallFailed if it is no name that stays inside
     */
    static List<String> segments(String raw) throws InstallFailed {
        String name = unescape(raw).replace('\\', '/');
        boolean folder = name.endsWith("/");
        String bare = folder ? name.substring(0, name.length() - 1) : name;
        if (bare.isEmpty() || bare.length() > PATH_LENGTH_MAX) {
            throw refused(raw, "is empty or too long");
        }
        List<String> segments = List.of(bare.split("/", -1));
        for (String segment : segments) {
            boolean leads =
                    segment.isEmpty()
                            || segment.equals(".")
                            || segment.equals("..")
                            || segment.indexOf(':') >= 0
                            || segment.chars().anyMatch(c -> c < ' ' || c == 0x7F);
            if (leads) {
                throw refused(raw, "would lead out of the install directory");
            }
            if (segment.getBytes(StandardCharsets.UTF_8).length > SEGMENT_BYTES_MAX) {
                throw refused(raw, "has a part that is too long");
            }
        }
        return segments;
    }

    /** Whether the entry belongs to the package itself and not to what it brings. */
    static boolean isPaper(List<String> segments) {
        String first = segments.getFirst().toLowerCase(Locale.ROOT);
        if (segments.size() == 1) {
            return first.endsWith(".nuspec") || PAPERS.contains(first);
        }
        return PAPER_FOLDERS.contains(first);
    }

    /** Names in a package are parts of URIs, so {@code %20} is a blank; NuGet clients know that. */
    private static String unescape(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < raw.length()) {
            Optional<Integer> escaped = escaped(raw, at);
            if (escaped.isPresent()) {
                bytes.write(escaped.get());
                at += 3;
            } else {
                int next = raw.offsetByCodePoints(at, 1);
                bytes.writeBytes(raw.substring(at, next).getBytes(StandardCharsets.UTF_8));
                at = next;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException notEscaped) {
            // The percent signs meant something else: they stay.
            return raw;
        }
    }

    private static Optional<Integer> escaped(String raw, int at) {
        if (raw.charAt(at) != '%' || at + 2 >= raw.length()) {
            return Optional.empty();
        }
        int high = Character.digit(raw.charAt(at + 1), 16);
        int low = Character.digit(raw.charAt(at + 2), 16);
        return high < 0 || low < 0 ? Optional.empty() : Optional.of(high * 16 + low);
    }

    static InstallFailed refused(String raw, String why) {
        String shown = raw.length() > 100 ? raw.substring(0, 100) + "…" : raw;
        return new InstallFailed(
                "The package cannot be unpacked: its entry '%s' %s."
                        .formatted(shown.replaceAll("\\p{Cntrl}", "?"), why));
    }
}
