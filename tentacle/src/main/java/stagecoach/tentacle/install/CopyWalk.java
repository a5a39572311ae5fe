package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ways through what is installed, and through the folder that gets a copy of it. No link is
 * followed, and whoever cancels, or has set a time, ends them.
 */
final class CopyWalk {
    private final Installation installation;
    private final Path directory;
    private final List<PathMatcher> except;

    /**
     * Through the content of {@code installation} and through {@code directory}.
     *
     * @param except what stays in the directory, relative to it
     */
    CopyWalk(Installation installation, Path directory, List<PathMatcher> except) {
        this.installation = installation;
        this.directory = directory;
        this.except = except;
    }

    /** Ends the copy if it shall end. */
    void look() throws InstallFailed, InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("asked to stop");
        }
        installation.checkTime();
    }

    private boolean isNamed(Path relative) {
        return except.stream().anyMatch(matcher -> matcher.matches(relative));
    }

    /** Whether a pattern names it or a folder that it lies in. */
    boolean isExcepted(Path relative) {
        for (Path path = relative; path != null; path = path.getParent()) {
            if (isNamed(path)) {
                return true;
            }
        }
        return false;
    }

    /** Ends a walk with what a visitor may not throw. */
    private static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;

        Stopped(Exception why) {
            super(why);
        }
    }

    /** Goes through all of {@code root}. */
    static void walk(Path root, FileVisitor<Path> visitor)
            throws InstallFailed, IOException, InterruptedException {
        try {
            Files.walkFileTree(root, visitor);
        } catch (Stopped e) {
            if (e.getCause() instanceof InstallFailed why) {
                throw why;
            }
            if (e.getCause() instanceof InterruptedException asked) {
                throw asked;
            }
            throw e;
        }
    }

    /** A visitor's turn, which may end the walk. */
    private interface Turn {
        void take() throws InstallFailed, IOException, InterruptedException;
    }

    private static FileVisitResult go(Turn turn) throws IOException {
        try {
            turn.take();
            return FileVisitResult.CONTINUE;
        } catch (InstallFailed | InterruptedException e) {
            throw new Stopped(e);
        }
    }

    /** Goes through what is installed: a folder, what is in it, and that it was left. */
    abstract class Inside extends SimpleFileVisitor<Path> {
        abstract void met(Path relative, BasicFileAttributes is)
                throws InstallFailed, IOException, InterruptedException;

        void left(Path relative) throws IOException, InterruptedException {}

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is)
                throws IOException {
            return folder.equals(installation.content())
                    ? FileVisitResult.CONTINUE
                    : visitFile(folder, is);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            return go(
                    () -> {
                        look();
                        met(installation.content().relativize(file), is);
                    });
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException why) throws IOException {
            if (why instanceof NoSuchFileException && !path.equals(installation.content())) {
                // A program that a script has started works there.
                return FileVisitResult.CONTINUE;
            }
            throw why;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why)
                throws IOException {
            if (why != null) {
                throw why;
            }
            return go(() -> left(installation.content().relativize(folder)));
        }
    }

    /** Goes through what is there; a folder that stays is not looked into. */
    abstract class Outside extends SimpleFileVisitor<Path> {
        abstract void goes(Path path, BasicFileAttributes is) throws IOException;

        void stays(Path relative) throws InstallFailed, IOException {}

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is)
                throws IOException {
            if (folder.equals(directory)) {
                return FileVisitResult.CONTINUE;
            }
            Path relative = directory.relativize(folder);
            if (isNamed(relative)) {
                go(() -> stays(relative));
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (is.isOther()) {
                throw new FileSystemException(
                        folder.toString(), null, "leads elsewhere; remove it, or except it");
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            return go(
                    () -> {
                        look();
                        Path relative = directory.relativize(file);
                        if (isNamed(relative)) {
                            stays(relative);
                        } else {
                            goes(file, is);
                        }
                    });
        }

        /** A folder that nobody may list comes here, too, before it is known for one. */
        @Override
        public FileVisitResult visitFileFailed(Path path, IOException why) throws IOException {
            if (!path.equals(directory) && isNamed(directory.relativize(path))) {
                return go(() -> stays(directory.relativize(path)));
            }
            if (why instanceof NoSuchFileException && !path.equals(directory)) {
                // A program that works there has removed it meanwhile.
                return FileVisitResult.CONTINUE;
            }
            throw why;
        }
    }
}
