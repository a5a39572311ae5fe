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
import java.util.List;
import java.util.Set;
import stagecoach.tentacle.install.archive.ArchiveReader;
import stagecoach.tentacle.install.archive.ArchiveReader.Entry;
import stagecoach.tentacle.install.archive.NameSet;
import stagecoach.tentacle.trash.Trash;

/**
 * Unpacks the package into a new folder. Nothing that the archive says is believed: names must stay
 * inside, links are refused, names that differ in case only too, and bytes are counted as they
 * come. It takes little memory, however many files there are.
 */
final class ExtractPackage implements Behaviour {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int TYPE = 0170000;
    private static final int TYPE_FILE = 0100000;
    private static final int TYPE_FOLDER = 040000;
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
        NameSet names = new NameSet();
        Files.createDirectories(content);
        checkRoom(packed, content);
        Set<PosixFilePermission> usual =
                hasModes(content) ? Files.getPosixFilePermissions(content) : Set.of();
        try (ArchiveReader archive = ArchiveReader.open(packed)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            int entries = 0;
            for (var next = archive.next(); next.isPresent(); next = archive.next()) {
                Entry entry = next.get();
                checkCount(++entries);
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException("asked to stop");
                }
                time.look();
                List<String> segments = EntryName.segments(entry.name());
                if (EntryName.isPaper(segments)) {
                    continue;
                }
                check(entry, segments, names);
                Path file = resolve(content, segments);
                if (entry.isFolder()) {
                    Files.createDirectories(file);
                    keepMode(entry, file, usual, "rwx------");
                    continue;
                }
                left -= write(archive, entry, file, buffer, left);
                keepMode(entry, file, usual, "rw-------");
                files++;
            }
        }
        return files;
    }

    private void checkCount(long entries) throws InstallFailed {
        if (entries > limits.entriesMax()) {
            throw new InstallFailed(
                    "The package cannot be unpacked: it has more than %d entries."
                            .formatted(limits.entriesMax()));
        }
    }

    /** Sees before anything is written whether there is room for what the archive says it holds. */
    private void checkRoom(Path packed, Path content) throws InstallFailed, IOException {
        long bytes = 0;
        try (ArchiveReader archive = ArchiveReader.open(packed)) {
            checkCount(archive.entries());
            long entries = 0;
            for (var next = archive.next(); next.isPresent(); next = archive.next()) {
                checkCount(++entries);
                // What is more than all that may come out is found when it comes.
                long more = next.get().bytes();
                boolean fits = more >= 0 && more <= limits.bytesMax() - bytes;
                bytes = fits ? bytes + more : limits.bytesMax();
            }
        }
        long free = Files.getFileStore(content).getUsableSpace();
        if (bytes > free && bytes <= limits.bytesMax(Files.size(packed))) {
            throw new InstallFailed(
                    "The package cannot be unpacked: it needs %d MiB in %s, and %d MiB are free there."
                            .formatted(bytes >> 20, content.getParent(), free >> 20));
        }
    }

    private static void check(Entry entry, List<String> segments, NameSet names)
            throws InstallFailed {
        int type = entry.unixMode() & TYPE;
        // Maven's archivers used to mark some folders with all bits, which is no kind of file.
        boolean isFolderOfMaven = entry.isFolder() && type == TYPE;
        if (type != 0 && type != TYPE_FILE && type != TYPE_FOLDER && !isFolderOfMaven) {
            throw EntryName.refused(entry.name(), "is a link or a device");
        }
        if (!entry.isReadable()) {
            throw EntryName.refused(
                    entry.name(), "is encrypted or packed in a way that is not known here");
        }
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < segments.size(); i++) {
            path.append('/').append(segments.get(i));
            boolean isFolder = i < segments.size() - 1 || entry.isFolder();
            switch (names.add(path.toString(), isFolder)) {
                case TAKEN -> {}
                case CLASHES ->
                        throw EntryName.refused(
                                entry.name(),
                                "is there twice, or differs from another in upper and lower case only");
                case TOO_MANY ->
                        throw new InstallFailed(
                                "The package cannot be unpacked: it has more than %d files and folders."
                                        .formatted(NameSet.SEEN_MAX));
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

    private long write(ArchiveReader archive, Entry entry, Path file, byte[] buffer, long left)
            throws IOException, InstallFailed {
        Path folder = file.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        long written = 0;
        try (InputStream in = archive.content(entry);
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
        if (written != entry.bytes()) {
            throw EntryName.refused(entry.name(), "has another length than its archive says");
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
            Entry entry, Path path, Set<PosixFilePermission> usual, String ownersOwn)
            throws IOException {
        int mode = entry.unixMode() & ALL_MAY_ALL;
        if (mode == 0 || !hasModes(path)) {
            return;
        }
        Set<PosixFilePermission> permissions = permissions(mode);
        permissions.retainAll(usual);
        permissions.addAll(PosixFilePermissions.fromString(ownersOwn));
        // A mode that is right already stays with all that this interface cannot say of it.
        if (!permissions.equals(Files.getPosixFilePermissions(path))) {
            Files.setPosixFilePermissions(path, permissions);
        }
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
