package stagecoach.tentacle.script;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import stagecoach.trust.PrivateFiles;

/**
 * Line ends as shells want them. Who writes scripts on Windows ends lines with CR and LF, and to a
 * shell the CR belongs to the last word of the line.
 */
final class LineEnds {
    /** What is longer is no script that somebody has written. */
    private static final long BYTES_MAX = 4L << 20;

    private LineEnds() {}

    /** The text with LF in the place of CR and LF. */
    static String unix(String text) {
        return text.replace("\r\n", "\n");
    }

    /**
     * The same in a file whose first line ends so; one with zero bytes stays as it is, for an
     * archive that unpacks itself is a script at its beginning only. Its mode is kept.
     */
    static void makeUnix(Path file) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            return;
        }
        // A character for a byte, whatever the encoding: CR and LF are the same in all of them.
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        if (end < 1 || text.charAt(end - 1) != '\r' || text.indexOf('\0') >= 0) {
            return;
        }
        boolean hasModes = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        Set<PosixFilePermission> mode =
                hasModes ? Files.getPosixFilePermissions(file) : Set.<PosixFilePermission>of();
        PrivateFiles.write(file, unix(text).getBytes(StandardCharsets.ISO_8859_1));
        if (hasModes) {
            Files.setPosixFilePermissions(file, mode);
        }
    }
}
