package stagecoach.tentacle.trash;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes folders that nobody needs any more. Scripts write into these, perhaps as another user, so
 * some of it may not let itself be removed: that gets another name, is told in the log and is tried
 * again later; no work fails by it.
 */
public final class Trash {
    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);
    private static final String GONE = ".gone";
    private static final Set<PosixFilePermission> OWNER_MAY_ALL =
            PosixFilePermissions.fromString("rwx------");

    private final Deleter deleter;

    private Trash(Deleter deleter) {
        this.deleter = deleter;
    }

    /** Deletes one file, link or empty folder. */
    @FunctionalInterface
    public interface Deleter {
        /** Returns when it is gone. */
        void delete(Path path) throws IOException;
    }

    /** On the disk of this machine. */
    public static Trash onDisk() {
        return by(Files::deleteIfExists);
    }

    /** One that deletes by {@code deleter}. */
    public static Trash by(Deleter deleter) {
        return new Trash(deleter);
    }

    /**
     * Takes the folder away: when this returns nothing has its name any more, also if some of it
     * could not be removed.
     *
     * @throws IOException if it does not even let itself be renamed
     */
    public void throwAway(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Path gone = folder.resolveSibling("." + UUID.randomUUID() + GONE);
            Files.move(folder, gone);
            clear(gone);
        }
    }

    /** The same where it does not matter if it stays; that is told in the log. */
    public void discard(Path folder) {
        try {
            throwAway(folder);
        } catch (NoSuchFileException goneMeanwhile) {
            LOG.debug("somebody else has removed it path={}", folder, goneMeanwhile);
        } catch (IOException e) {
            tell(folder, e);
        }
    }

    /** Tries again to remove what was thrown away in {@code folder} before. */
    public void empty(Path folder) throws IOException {
        for (Path path : inside(folder)) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(".") && name.endsWith(GONE)) {
                clear(path);
            }
        }
    }

    /** Removes as much as possible; what stays is told in the log. */
    public void clear(Path path) {
        try {
            delete(path, deleter);
        } catch (IOException e) {
            tell(path, e);
        }
    }

    private static void tell(Path path, IOException why) {
        LOG.warn(
                "what is not needed any more cannot be removed, perhaps since it belongs to somebody else; remove it by hand path={}",
                path,
                why);
    }

    /**
     * Removes a folder and all in it, never following a link; nothing there is fine.
     *
     * @throws IOException if some of it stays; all else is gone then
     */
    public static void delete(Path folder) throws IOException {
        delete(folder, Files::deleteIfExists);
    }

    /**
     * How many bytes the files in a folder have; no link is followed, and what is closed to us
     * counts nothing.
     */
    public static long bytes(Path folder) throws IOException {
        var sum = new long[1];
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        sum[0] += attributes.isRegularFile() ? attributes.size() : 0;
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException notOurs) {
                        LOG.debug("its size is not known path={}", file, notOurs);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException notOurs) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        return sum[0];
    }

    private static void delete(Path path, Deleter deleter) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<IOException> failures = new ArrayList<>();
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            openToOurselves(path);
            try {
                for (Path inner : inside(path)) {
                    try {
                        delete(inner, deleter);
                    } catch (IOException e) {
                        failures.add(e);
                    }
                }
            } catch (IOException e) {
                failures.add(e);
            }
        }
        // A folder that is not empty would only tell so.
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        deleter.delete(path);
    }

    /** A folder of ours that a script has closed lets nothing in it be removed. */
    private static void openToOurselves(Path folder) {
        var view = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
        try {
            if (view != null) {
                Set<PosixFilePermission> mode = view.readAttributes().permissions();
                if (mode.addAll(OWNER_MAY_ALL)) {
                    view.setPermissions(mode);
                }
            }
        } catch (IOException notOurs) {
            LOG.debug("a folder belongs to somebody else path={}", folder, notOurs);
        }
    }

    private static List<Path> inside(Path folder) throws IOException {
        try (Stream<Path> listed = Files.list(folder)) {
            return listed.toList();
        } catch (NoSuchFileException goneMeanwhile) {
            return List.of();
        }
    }
}
