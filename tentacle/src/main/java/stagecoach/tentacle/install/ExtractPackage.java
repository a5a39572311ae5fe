package stagecoach.tentacle.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import stagecoach.tentacle.trash.Trash;

/**
 * Unpacks the package into a new folder. Nothing that the archive says is believed: names must stay
 * inside, links are refused, names that differ in case only too, and bytes are counted as they
 * come.
 */
final class ExtractPackage implements Behaviour {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int ALL_MAY_ALL = 0777;

    private final ArchiveLimits limits;
    private final Trash trash;

    ExtractPackage(ArchiveLimits limits, Trash trash) {
        this.limits = limits;
        this.trash = trash;
    }

    @Override
    public void apply(Installation installation)
            throws InstallFailed, IOException, InterruptedException {
        if (installation.isUnpacked()) {
            return;
        }
        Path content = installation.content();
        trash.throwAway(content);
        Path packed = installation.packageFile().orElseThrow();
        int files =
                installation
                        .live()
                        .interruptibly(() -> unpack(packed, content, installation::checkTime));
        installation.live().info("Unpacked %d files.".formatted(files));
    }

    /** Ends the work if its time is over. */
    interface TimeCheck {
        /** Looks at the time. */
        void look() throws InstallFailed;
    }

    /**
     * Unpacks into a folder that is not there yet.
     *
     * @param time looked at now and then
     * @return how many files there are
     */
    int unpack(Path packed, Path content, TimeCheck time)
            throws InstallFailed, IOException, InterruptedException {
        long left = limits.bytesMax(Files.size(packed));
        int files = 0;
        Map<String, String> names = new HashMap<>();
        Files.createDirectories(content);
        Set<PosixFilePermission> usual =
                hasModes(content) ? Files.getPosixFilePermissions(content) : Set.of();
        try (ZipFile zip = ZipFile.builder().setPath(packed).get()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            int entries = 0;
            Enumeration<ZipArchiveEntry> all = zip.getEntries();
            while (all.hasMoreElements()) {
                ZipArchiveEntry entry = all.nextElement();
                if (++entries > limits.entriesMax()) {
                    throw new InstallFailed(
                            "The package cannot be unpacked: it has more than %d entries."
                                    .formatted(limits.entriesMax()));
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException("asked to stop");
                }
                time.look();
                List<String> segments = EntryName.segments(entry.getName());
                if (EntryName.isPaper(segments)) {
                    continue;
                }
                check(zip, entry, segments, names);
                Path file = resolve(content, segments);
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    keepMode(entry, file, usual, "rwx------");
                    continue;
                }
                left -= write(zip, entry, file, buffer, left);
                keepMode(entry, file, usual, "rw-------");
                files++;
            }
        }
        return files;
    }

    private static void check(
            ZipFile zip, ZipArchiveEntry entry, List<String> segments, Map<String, String> names)
            throws InstallFailed {
        int type = entry.getUnixMode() & UnixStat.FILE_TYPE_FLAG;
        if (type != 0 && type != UnixStat.FILE_FLAG && type != UnixStat.DIR_FLAG) {
            throw EntryName.refused(entry.getName(), "is a link or a device");
        }
        if (!zip.canReadEntryData(entry)) {
            throw EntryName.refused(
                    entry.getName(), "is encrypted or packed in a way that is not known here");
        }
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < segments.size(); i++) {
            path.append('/').append(segments.get(i));
            String spelled = path.toString();
            boolean last = i == segments.size() - 1;
            String kind = (last && !entry.isDirectory() ? "file:" : "folder:") + spelled;
            String before = names.putIfAbsent(spelled.toLowerCase(Locale.ROOT), kind);
            if (before != null && !(before.equals(kind) && kind.startsWith("folder:"))) {
                throw EntryName.refused(
                        entry.getName(),
                        "is there twice, or differs from another in upper and lower case only");
            }
        }
    }

    static Path resolve(Path content, List<String> segments) throws InstallFailed {
        Path path = content;
        try {
            for (String segment : segments) {
                path = path.resolve(segment);
            }
        } catch (InvalidPathException e) {
            throw EntryName.refused(
                    String.join("/", segments), "has a name that this machine cannot spell");
        }
        if (!path.normalize().equals(path) || !path.startsWith(content)) {
            throw EntryName.refused(
                    String.join("/", segments), "would lead out of the install directory");
        }
        return path;
    }

    private long write(ZipFile zip, ZipArchiveEntry entry, Path file, byte[] buffer, long left)
            throws IOException, InstallFailed {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        long written = 0;
        try (InputStream in = zip.getInputStream(entry);
                OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                written += count;
                if (written > left) {
                    throw new InstallFailed(
                            "The package cannot be unpacked: it would become more than %d times as big as it is."
                                    .formatted(limits.ratioMax()));
                }
                out.write(buffer, 0, count);
            }
        }
        return written;
    }

    /**
     * Gives what was unpacked the mode that it has in its package, as far as this process may give
     * any: never more than that, and no set-user-id. Its owner may always read and write it. What
     * says nothing of modes keeps the usual one.
     *
     * @param usual what this process may give a folder
     */
    private static void keepMode(
            ZipArchiveEntry entry, Path path, Set<PosixFilePermission> usual, String ownersOwn)
            throws IOException {
        int mode = entry.getUnixMode() & ALL_MAY_ALL;
        if (mode == 0 || !hasModes(path)) {
            return;
        }
        Set<PosixFilePermission> permissions = permissions(mode);
        permissions.retainAll(usual);
        permissions.addAll(PosixFilePermissions.fromString(ownersOwn));
        Files.setPosixFilePermissions(path, permissions);
    }

    private static boolean hasModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        String all = "rwxrwxrwx";
        StringBuilder said = new StringBuilder(all);
        for (int at = 0; at < all.length(); at++) {
            if ((mode & (1 << (all.length() - 1 - at))) == 0) {
                said.setCharAt(at, '-');
            }
        }
        return PosixFilePermissions.fromString(said.toString());
    }
}
