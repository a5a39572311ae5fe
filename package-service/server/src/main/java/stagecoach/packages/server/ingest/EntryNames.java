package stagecoach.packages.server.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static stagecoach.packages.server.ingest.Refusal.Code.DUPLICATE_NAME;
import static stagecoach.packages.server.ingest.Refusal.Code.TOO_MANY_ENTRIES;
import static stagecoach.packages.server.ingest.Refusal.Code.UNSAFE_NAME;

import java.net.URLDecoder;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The names of an archive's entries: each must be safe to extract on any machine, also if it is
 * percent-decoded as NuGet clients do, and no two files may end up as one.
 */
final class EntryNames {

    private static final int LENGTH_MAX = 1024;
    private static final int DEPTH_MAX = 64;

    /** File systems know no longer name. */
    private static final int SEGMENT_BYTES_MAX = 255;

    /** Files and all folders on the way to them; what many deep names would take in memory. */
    private static final int SEEN_MAX = 500_000;

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private enum Role {
        FILE,
        /** Also one that is only seen in the path of something in it. */
        FOLDER
    }

    private final Map<String, Role> seen = new HashMap<>();

    /** Takes the next entry's name; one that ends with a slash is a folder. */
    void add(String name) throws PackageRefusedException {
        checkSafe(name, name);
        checkSafe(name, decoded(name));
        var isFolder = name.endsWith("/");
        var key = key(isFolder ? name.substring(0, name.length() - 1) : name);
        for (var slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
            if (seen.putIfAbsent(key.substring(0, slash), Role.FOLDER) == Role.FILE) {
                throw clash(name, "lies in a folder that is also a file");
            }
        }
        if (seen.size() > SEEN_MAX) {
            throw new PackageRefusedException(
                    TOO_MANY_ENTRIES,
                    "The archive has more than " + SEEN_MAX + " files and folders.");
        }
        var before = seen.put(key, isFolder ? Role.FOLDER : Role.FILE);
        // A folder that is listed twice is still that folder: nothing is lost.
        if (before != null && !(isFolder && before == Role.FOLDER)) {
            throw clash(
                    name, "is there twice, perhaps in another spelling of upper and lower case");
        }
    }

    private static void checkSafe(String name, String path) throws PackageRefusedException {
        if (path.isEmpty() || path.length() > LENGTH_MAX) {
            throw unsafe(name, "is empty or longer than " + LENGTH_MAX + " characters");
        }
        if (path.startsWith("/") || DRIVE.matcher(path).matches()) {
            throw unsafe(name, "is an absolute path");
        }
        if (path.indexOf('\\') >= 0) {
            throw unsafe(name, "has a backslash, which is a separator on some machines only");
        }
        if (CONTROL.matcher(path).find()) {
            throw unsafe(name, "has a control character");
        }
        var inner = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        var segments = inner.split("/", -1);
        if (segments.length > DEPTH_MAX) {
            throw unsafe(name, "lies more than " + DEPTH_MAX + " folders deep");
        }
        for (var segment : segments) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw unsafe(
                        name, "has a '.', '..' or empty step, which may lead out of the folder");
            }
            // Machines refuse both; they must not meet them in the middle of a deployment.
            if (segment.indexOf(':') >= 0) {
                throw unsafe(
                        name, "has a colon, which leads to a drive or stream on some machines");
            }
            if (segment.getBytes(UTF_8).length > SEGMENT_BYTES_MAX) {
                throw unsafe(
                        name, "has a step of more than " + SEGMENT_BYTES_MAX + " bytes in UTF-8");
            }
        }
    }

    /** Whether a path that a document within the archive tells leads to that entry. */
    static boolean leads(String path, String entry) {
        return key(path.startsWith("/") ? path.substring(1) : path).equals(key(entry));
    }

    private static String decoded(String name) {
        try {
            // Form decoding but for the plus sign, which stands for itself in a path.
            return URLDecoder.decode(name.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return name;
        }
    }

    private static String key(String name) {
        return Normalizer.normalize(decoded(name), Normalizer.Form.NFC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
    }

    private static PackageRefusedException unsafe(String name, String why) {
        return new PackageRefusedException(
                UNSAFE_NAME, "The entry " + shown(name) + " " + why + ".");
    }

    private static PackageRefusedException clash(String name, String why) {
        return new PackageRefusedException(
                DUPLICATE_NAME, "The entry " + shown(name) + " " + why + ".");
    }

    /** A foreign name, made fit to stand in a sentence. */
    static String shown(String name) {
        var cut = name.length() > 200 ? name.substring(0, 200) + "…" : name;
        return "'" + CONTROL.matcher(cut).replaceAll("?") + "'";
    }
}
