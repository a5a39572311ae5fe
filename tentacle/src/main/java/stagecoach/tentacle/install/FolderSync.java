package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.trust.PrivateFiles;

/** Makes a folder, with all that is in it, outlast a power cut. */
final class FolderSync {
    private static final Logger LOG = LoggerFactory.getLogger(FolderSync.class);

    /** A file system that several ask at once writes its own journal once for all of them. */
    private static final int AT_ONCE = 8;

    private static final int TOGETHER_MAX = 512;

    private final Force force;

    private FolderSync(Force force) {
        this.force = force;
    }

    /** Makes the bytes of one file, or the names in one folder, outlast a power cut. */
    interface Force {
        /** Returns when they do. */
        void force(Path path) throws IOException;
    }

    /** On the disk of this machine. */
    static FolderSync onDisk() {
        return by(FolderSync::forceOnDisk);
    }

    /** One that asks {@code force} for each path. */
    static FolderSync by(Force force) {
        return new FolderSync(force);
    }

    private static void forceOnDisk(Path path) throws IOException {
        try {
            forceWhatIsThere(path);
        } catch (FileSystemException e) {
            if (isPosix(path) || e instanceof NoSuchFileException) {
                throw e;
            }
            // Windows keeps a running program's file to itself.
            LOG.debug("a file cannot be synced path={}", path, e);
        }
    }

    private static void forceWhatIsThere(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            PrivateFiles.syncFolder(path);
            return;
        }
        // Windows wants a file that may be written; elsewhere one that may be read is enough.
        var mode = isPosix(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel file = FileChannel.open(path, mode)) {
            file.force(true);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Returns when {@code folder}, its own name included, is on disk; links are not followed. */
    void sync(Path folder) throws IOException, InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            Visitor visitor = new Visitor(folder, threads);
            Files.walkFileTree(folder, visitor);
            if (Thread.interrupted()) {
                throw new InterruptedException("asked to stop");
            }
            Path above = folder.toAbsolutePath().getParent();
            if (above != null) {
                visitor.add(above);
            }
            visitor.syncAll();
        }
    }

    /** Begins to sync what is written into {@code folder} one by one. */
    Batch batch(Path folder) {
        return new Batch(folder);
    }

    /** What is written meanwhile: a folder comes after what lies in it. Not for two threads. */
    final class Batch implements AutoCloseable {
        private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        private final Visitor visitor;

        private Batch(Path folder) {
            this.visitor = new Visitor(folder, threads);
        }

        /** Has this file or folder synced, now or with others that come. */
        void add(Path path) throws IOException, InterruptedException {
            visitor.add(path);
            if (visitor.isFull()) {
                visitor.syncAll();
            }
        }

        /** Returns when all that came is on disk. */
        void finish() throws IOException, InterruptedException {
            visitor.syncAll();
        }

        @Override
        public void close() {
            threads.close();
        }
    }

    /** Syncs what it meets, so many at a time: a large package must not fill the memory. */
    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final ExecutorService threads;
        private final List<Callable<Path>> tasks = new ArrayList<>();

        Visitor(Path folder, ExecutorService threads) {
            this.folder = folder;
            this.threads = threads;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes is) throws IOException {
            return is.isRegularFile() && Files.isReadable(file)
                    ? met(file)
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException why) {
            // What a script has closed to us is that script's to keep.
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path inner, @Nullable IOException why)
                throws IOException {
            return met(inner);
        }

        private FileVisitResult met(Path path) throws IOException {
            add(path);
            if (isFull()) {
                try {
                    syncAll();
                } catch (InterruptedException e) {
                    // Whoever waits for the folder looks for it.
                    Thread.currentThread().interrupt();
                    return FileVisitResult.TERMINATE;
                }
            }
            return FileVisitResult.CONTINUE;
        }

        boolean isFull() {
            return tasks.size() >= TOGETHER_MAX;
        }

        void add(Path path) {
            tasks.add(
                    () -> {
                        forceUnlessGone(path, folder);
                        return path;
                    });
        }

        void syncAll() throws IOException, InterruptedException {
            try {
                for (Future<Path> done : threads.invokeAll(tasks)) {
                    done.get();
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
            }
            tasks.clear();
        }
    }

    /**
     * A program that a script has started works in its folder: what it removes need not be kept.
     */
    private void forceUnlessGone(Path path, Path folder) throws IOException {
        try {
            force.force(path);
        } catch (NoSuchFileException e) {
            if (path.equals(folder)) {
                throw e;
            }
            LOG.debug("a file went while its folder was synced path={}", path);
        }
    }
}
