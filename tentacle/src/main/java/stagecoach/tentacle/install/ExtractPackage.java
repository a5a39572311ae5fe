package stagecoach.tentacle.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import stagecoach.tentacle.journal.TicketFolder;

/**
 * Unpacks the package into a new folder. Nothing that the archive says is believed: names must stay
 * inside, links are refused, names that differ in case only too, and bytes are counted as they
 * come.
 */
final class ExtractPackage implements Behaviour {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int OWNER_EXECUTES = 0100;

    private final ArchiveLimits limits;

    ExtractPackage(ArchiveLimits limits) {
        this.limits = limits;
    }

    @Override
    public void apply(Installation installation)
            throws InstallFailed, IOException, InterruptedException {
        if (installation.isUnpacked()) {
            return;
        }
        Path content = installation.content();
        TicketFolder.deleteTree(content);
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
                    continue;
                }
                left -= write(zip, entry, file, buffer, left);
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

    private static Path resolve(Path content, List<String> segments) throws InstallFailed {
        Path path = content;
        for (String segment : segments) {
            path = path.resolve(segment);
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
        keepExecutable(entry, file);
        return written;
    }

    private static void keepExecutable(ZipArchiveEntry entry, Path file) throws IOException {
        if ((entry.getUnixMode() & OWNER_EXECUTES) == 0
                || !file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        // A program is one for all who may read it here.
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        permissions.add(PosixFilePermission.OWNER_EXECUTE);
        if (permissions.contains(PosixFilePermission.GROUP_READ)) {
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        Files.setPosixFilePermissions(file, permissions);
    }
}
