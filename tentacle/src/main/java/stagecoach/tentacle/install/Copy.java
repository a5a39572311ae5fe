package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One copy of an installation on its way: looked through, then purged, then brought. However many
 * files there are, it keeps no list of them. No link is followed.
 */
final class Copy {
    private static final long PIECE = 16 << 20;

    private final Installation installation;
    private final FolderSync disk;
    private final Path content;
    private final Path directory;
    private final boolean purge;
    private final CopyWalk ways;

    private int removed;
    private int copied;

    /**
     * A copy into {@code directory}.
     *
     * @param purge whether what is there goes first
     * @param except what of it stays then, relative to the directory
     */
    Copy(
            Installation installation,
            FolderSync disk,
            Path directory,
            boolean purge,
            List<PathMatcher> except) {
        this.installation = installation;
        this.disk = disk;
        this.content = installation.content();
        this.directory = directory;
        this.purge = purge;
        this.ways = new CopyWalk(installation, directory, except);
    }

    /** What a file is called until it is complete. */
    static String partOf(Installation installation) {
        return ".stagecoach-" + installation.live().ticket() + ".part";
    }

    /**
     * Makes it, and returns how many files and folders it has brought.
     *
     * @throws InstallFailed if it cannot be, with whether anything was changed
     */
    int make() throws InstallFailed, IOException, InterruptedException {
        int inside = new CopyCheck(installation, directory, purge, ways).lookThrough();
        installation.copying();
        boolean complete = false;
        try {
            Files.createDirectories(directory);
            if (purge) {
                CopyWalk.walk(directory, new Purge(ways));
            }
            try (var batch = disk.batch(directory)) {
                CopyWalk.walk(content, new Bring(ways, batch));
                if (directory.getParent() != null) {
                    batch.add(directory.getParent());
                }
                batch.finish();
            }
            complete = true;
        } catch (IOException e) {
            ways.look();
            throw new InstallFailed(
                    installation
                            .live()
                            .masks()
                            .apply(
                                    "What is installed could not be copied to %s, which is incomplete now (%d removed, %d copied): %s: %s."
                                            .formatted(
                                                    directory,
                                                    removed,
                                                    copied,
                                                    e.getClass().getSimpleName(),
                                                    e.getMessage())));
        } finally {
            installation.tell(
                    "%s: %d removed, %d of %d copied%s."
                            .formatted(
                                    directory,
                                    removed,
                                    copied,
                                    inside,
                                    complete ? "" : ", then it ended"));
        }
        return copied;
    }

    /** Whether files there have the modes of POSIX. */
    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Removes what no pattern names; links go, and nothing behind them. */
    private final class Purge extends CopyWalk.Outside {
        Purge(CopyWalk ways) {
            ways.super();
        }

        @Override
        void goes(Path path, BasicFileAttributes is) throws IOException {
            if (Files.deleteIfExists(path)) {
                removed++;
            }
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why)
                throws IOException {
            if (why != null) {
                throw why;
            }
            if (!folder.equals(directory)) {
                try {
                    if (Files.deleteIfExists(folder)) {
                        removed++;
                    }
                } catch (DirectoryNotEmptyException holdsWhatStays) {
                    return FileVisitResult.CONTINUE;
                }
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Puts each file there in one step, and has it synced before the folder that it lies in. */
    private final class Bring extends CopyWalk.Inside {
        private final FolderSync.Batch batch;

        Bring(CopyWalk ways, FolderSync.Batch batch) {
            ways.super();
            this.batch = batch;
        }

        @Override
        void met(Path relative, BasicFileAttributes is)
                throws InstallFailed, IOException, InterruptedException {
            Path from = content.resolve(relative);
            Path to = directory.resolve(relative);
            if (is.isDirectory()) {
                if (!Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(to);
                    if (isPosix(to)) {
                        Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
                    }
                }
            } else {
                Path part = to.resolveSibling(partOf(installation));
                try {
                    copyBytes(from, part);
                    // Whoever reads it, or runs it, has the one before or this one; a link goes.
                    Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(part);
                }
                batch.add(to);
            }
            copied++;
        }

        @Override
        void left(Path relative) throws IOException, InterruptedException {
            batch.add(directory.resolve(relative));
        }

        /** In pieces, so that who cancels need not wait for the end of a large file. */
        private void copyBytes(Path from, Path part)
                throws InstallFailed, IOException, InterruptedException {
            Files.deleteIfExists(part);
            FileAttribute<?>[] mode =
                    isPosix(part)
                            ? new FileAttribute<?>[] {
                                PosixFilePermissions.asFileAttribute(
                                        Files.getPosixFilePermissions(from))
                            }
                            : new FileAttribute<?>[0];
            var anew = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            try (var in = FileChannel.open(from, StandardOpenOption.READ);
                    var out = FileChannel.open(part, anew, mode)) {
                long size = in.size();
                for (long at = 0; at < size; ) {
                    ways.look();
                    long moved = in.transferTo(at, PIECE, out);
                    if (moved == 0) {
                        throw new IOException("it has become shorter meanwhile: " + from);
                    }
                    at += moved;
                }
            }
            if (isPosix(part)) {
                // Whatever the umask of this process has taken from it.
                Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(from));
            }
            Files.setLastModifiedTime(part, Files.getLastModifiedTime(from));
        }
    }
}
