package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.CommandPayload.CopyTo;

/**
 * Copies what is installed into the folder that the step names, each file in one step. It sees
 * first whether all of it can be; what fails on the way is told with how far it came, and a copy
 * that was complete is not made again: programs may have begun to write there.
 */
final class CopyInstallation implements Behaviour {
    private static final String FIELD = "copyTo.except";
    private static final String WHOLE_FOLDER = "/**";
    private static final long PIECE = 16 << 20;

    private final Path home;
    private final FolderSync disk;

    CopyInstallation(Path home, FolderSync disk) {
        this.home = home;
        this.disk = disk;
    }

    /** Sees before anything is done that there may be a copy. */
    void check(Installation installation) throws InstallFailed, IOException {
        Optional<CopyTo> to = installation.payload().copyTo();
        if (to.isPresent() && !installation.isCopied()) {
            place(installation, to.get());
            except(to.get());
        }
    }

    @Override
    public void apply(Installation installation)
            throws InstallFailed, IOException, InterruptedException {
        Optional<CopyTo> to = installation.payload().copyTo();
        if (to.isEmpty()) {
            return;
        }
        installation.outputs().put("CopiedTo", to.get().directory());
        if (!installation.isCopied()) {
            var copy = new Copy(installation, to.get());
            installation.live().<Integer, InstallFailed>interruptibly(copy::make);
            installation.copied();
        }
    }

    /** Says what an installation that failed has left where the copy goes. */
    static void tellLeft(Installation installation) throws IOException {
        Optional<CopyTo> to = installation.payload().copyTo();
        if (to.isEmpty() || !installation.isCopying()) {
            return;
        }
        installation
                .live()
                .info(
                        (installation.isCopied()
                                        ? "%s holds the files of this version, which are not taken back. Deploy again, or an older release, to replace them."
                                        : "%s is incomplete: what was there before is not brought back. The next installation copies everything again.")
                                .formatted(to.get().directory()));
    }

    private Path place(Installation installation, CopyTo to) throws InstallFailed, IOException {
        try {
            return CopyPlace.of(home, installation.link(), to.directory());
        } catch (InstallFailed e) {
            // The directory may have got a secret.
            throw new InstallFailed(
                    installation.live().masks().apply(String.valueOf(e.getMessage())));
        }
    }

    /** What a purge leaves: a folder that a pattern names stays with all that is in it. */
    private List<PathMatcher> except(CopyTo to) throws InstallFailed {
        List<PathMatcher> matchers = new ArrayList<>();
        for (String glob : to.except()) {
            String plain = glob.replace('\\', '/');
            while (plain.endsWith("/")) {
                plain = plain.substring(0, plain.length() - 1);
            }
            matchers.addAll(NamedFiles.matchers(home.getFileSystem(), FIELD, plain));
            if (plain.endsWith(WHOLE_FOLDER)) {
                String folder = plain.substring(0, plain.length() - WHOLE_FOLDER.length());
                matchers.addAll(NamedFiles.matchers(home.getFileSystem(), FIELD, folder));
            }
        }
        return matchers;
    }

    /** One copy on its way. */
    private final class Copy {
        private final Installation installation;
        private final boolean purge;
        private final Path content;
        private final Path directory;
        private final List<PathMatcher> except;
        private final List<Path> written = new ArrayList<>();
        private int removed;
        private int copied;

        Copy(Installation installation, CopyTo to) throws InstallFailed, IOException {
            this.installation = installation;
            this.purge = to.purge();
            this.content = installation.content();
            this.directory = place(installation, to);
            this.except = except(to);
        }

        /** Returns how many files and folders it has brought. */
        int make() throws InstallFailed, IOException, InterruptedException {
            List<Path> inside;
            try (Stream<Path> walked = Files.walk(content)) {
                inside = walked.map(content::relativize).skip(1).toList();
            }
            for (Path path : inside) {
                checkGoes(path);
            }
            installation.copying();
            boolean complete = false;
            try {
                Files.createDirectories(directory);
                if (purge) {
                    Files.walkFileTree(directory, new Purge());
                }
                for (Path path : inside) {
                    look();
                    bring(path);
                }
                written.add(directory);
                if (directory.getParent() != null) {
                    written.add(directory.getParent());
                }
                disk.sync(directory, written);
                complete = true;
            } catch (IOException e) {
                if (e instanceof Stopped stopped
                        && stopped.getCause() instanceof InstallFailed why) {
                    throw why;
                }
                look();
                throw failed("%s: %s.".formatted(e.getClass().getSimpleName(), e.getMessage()));
            } finally {
                installation
                        .live()
                        .info(
                                "%s: %d removed, %d of %d copied%s."
                                        .formatted(
                                                directory,
                                                removed,
                                                copied,
                                                inside.size(),
                                                complete ? "" : ", then it ended"));
            }
            return copied;
        }

        private void look() throws InstallFailed, InterruptedException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("asked to stop");
            }
            installation.checkTime();
        }

        private InstallFailed failed(String why) throws IOException {
            return new InstallFailed(
                    installation
                            .live()
                            .masks()
                            .apply(
                                    "What is installed could not be copied to %s, which is incomplete now (%d removed, %d copied): %s"
                                            .formatted(directory, removed, copied, why)));
        }

        private boolean isExcepted(Path relative) {
            for (Path path = relative; path != null; path = path.getParent()) {
                Path whole = path;
                if (except.stream().anyMatch(matcher -> matcher.matches(whole))) {
                    return true;
                }
            }
            return false;
        }

        /** Sees that nothing is in the way that stays, least of all a link to elsewhere. */
        private void checkGoes(Path relative) throws InstallFailed, IOException {
            boolean folder =
                    Files.isDirectory(content.resolve(relative), LinkOption.NOFOLLOW_LINKS);
            if (!folder
                    && !Files.isRegularFile(content.resolve(relative), LinkOption.NOFOLLOW_LINKS)) {
                throw nothingDone(
                        "%s, which a script has made, is a link or a device".formatted(relative));
            }
            if (purge && !isExcepted(relative)) {
                return;
            }
            BasicFileAttributes there;
            try {
                there =
                        Files.readAttributes(
                                directory.resolve(relative),
                                BasicFileAttributes.class,
                                LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException free) {
                return;
            } catch (FileSystemException e) {
                if (Files.exists(directory.resolve(relative), LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
                // Something above it is no folder, which was said if it stays.
                return;
            }
            if (folder && (!there.isDirectory() || there.isOther())) {
                throw nothingDone(
                        "%s is a folder in the package, and a file or a link there"
                                .formatted(relative));
            }
            if (!folder && there.isDirectory()) {
                throw nothingDone(
                        "%s is a file in the package, and a folder there".formatted(relative));
            }
        }

        private InstallFailed nothingDone(String why) throws IOException {
            return new InstallFailed(
                    installation
                            .live()
                            .masks()
                            .apply(
                                    "What is installed cannot be copied to %s: %s. Nothing was changed there."
                                            .formatted(directory, why)));
        }

        private void bring(Path relative) throws InstallFailed, IOException, InterruptedException {
            Path from = content.resolve(relative);
            Path to = directory.resolve(relative);
            if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
                if (!Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createDirectory(to);
                    if (to.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                        Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
                    }
                }
            } else {
                Path part =
                        to.resolveSibling(".stagecoach-" + installation.live().ticket() + ".part");
                try {
                    copyBytes(from, part);
                    // Whoever reads it, or runs it, has the one before or this one; a link goes.
                    Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(part);
                }
            }
            copied++;
            written.add(to);
        }

        /** In pieces, so that who cancels need not wait for the end of a large file. */
        private void copyBytes(Path from, Path part)
                throws InstallFailed, IOException, InterruptedException {
            Files.deleteIfExists(part);
            boolean posix = part.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] mode =
                    posix
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
                    look();
                    long moved = in.transferTo(at, PIECE, out);
                    if (moved == 0) {
                        throw new IOException("it has become shorter meanwhile: " + from);
                    }
                    at += moved;
                }
            }
            if (posix) {
                // Whatever the umask of this process has taken from it.
                Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(from));
            }
            Files.setLastModifiedTime(part, Files.getLastModifiedTime(from));
        }

        /** Removes what no pattern names; links go, and nothing behind them. */
        private final class Purge extends SimpleFileVisitor<Path> {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is)
                    throws IOException {
                if (folder.equals(directory)) {
                    return FileVisitResult.CONTINUE;
                }
                if (isNamed(folder)) {
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
                try {
                    look();
                } catch (InstallFailed e) {
                    throw new Stopped(e);
                } catch (InterruptedException e) {
                    // Whoever walks looks for it.
                    Thread.currentThread().interrupt();
                    throw new Stopped(e);
                }
                if (!isNamed(file)) {
                    Files.delete(file);
                    removed++;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why)
                    throws IOException {
                if (why != null) {
                    throw why;
                }
                if (!folder.equals(directory)) {
                    try {
                        Files.delete(folder);
                        removed++;
                    } catch (DirectoryNotEmptyException holdsWhatStays) {
                        return FileVisitResult.CONTINUE;
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            /** What is above has been looked at before. */
            private boolean isNamed(Path path) {
                Path relative = directory.relativize(path);
                return except.stream().anyMatch(matcher -> matcher.matches(relative));
            }
        }
    }

    /** Ends a walk. */
    private static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;

        Stopped(Exception why) {
            super(why);
        }
    }
}
