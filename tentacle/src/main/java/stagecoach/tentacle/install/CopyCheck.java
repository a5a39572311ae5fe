package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** Sees whether all of an installation can be copied, before anything is changed. */
final class CopyCheck {
    private final Installation installation;
    private final Path content;
    private final Path directory;
    private final boolean purge;
    private final CopyWalk ways;

    private int inside;

    /** Bytes that are brought, and bytes that go for them. */
    private long brings;

    private long frees;

    /** Something is mounted within, so that the room at the top says little. */
    private boolean isMounted;

    /**
     * Of a copy into {@code directory}.
     *
     * @param purge whether what is there goes first
     */
    CopyCheck(Installation installation, Path directory, boolean purge, CopyWalk ways) {
        this.installation = installation;
        this.content = installation.content();
        this.directory = directory;
        this.purge = purge;
        this.ways = ways;
    }

    /**
     * Looks, and returns how many files and folders there are to bring.
     *
     * @throws InstallFailed with what is in the way; nothing was changed
     */
    int lookThrough() throws InstallFailed, IOException, InterruptedException {
        try {
            lookAtAll();
        } catch (IOException e) {
            throw nothingDone("%s: %s".formatted(e.getClass().getSimpleName(), e.getMessage()));
        }
        return inside;
    }

    private void lookAtAll() throws InstallFailed, IOException, InterruptedException {
        CopyWalk.walk(
                content,
                ways.new Inside() {
                    @Override
                    void met(Path relative, BasicFileAttributes is)
                            throws InstallFailed, IOException {
                        inside++;
                        checkGoes(relative, is);
                    }
                });
        boolean isThere = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS);
        if (purge && isThere) {
            CopyWalk.walk(
                    directory,
                    ways.new Outside() {
                        @Override
                        void goes(Path path, BasicFileAttributes is) {
                            frees += is.isRegularFile() ? is.size() : 0;
                        }

                        @Override
                        void stays(Path relative) throws InstallFailed, IOException {
                            checkStays(relative);
                        }
                    });
        }
        checkRoom();
    }

    /** Sees that it can be read, and that nothing is in its way that stays, least of all a link. */
    private void checkGoes(Path relative, BasicFileAttributes is)
            throws InstallFailed, IOException {
        boolean folder = is.isDirectory();
        if (!folder && !is.isRegularFile()) {
            throw nothingDone(
                    "%s, which a script has made, is a link or a device".formatted(relative));
        }
        if (!Files.isReadable(content.resolve(relative))) {
            throw nothingDone("%s, which a script has closed, cannot be read".formatted(relative));
        }
        brings += folder ? 0 : is.size();
        Optional<BasicFileAttributes> found = attributes(directory.resolve(relative));
        if (found.isEmpty()) {
            return;
        }
        BasicFileAttributes there = found.get();
        isMounted |= folder && there.isDirectory() && isElsewhere(directory.resolve(relative));
        if (purge && !ways.isExcepted(relative)) {
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
        frees += folder || !there.isRegularFile() ? 0 : there.size();
    }

    /** Of what a purge leaves, the folders around it stay, too. */
    private void checkStays(Path relative) throws InstallFailed, IOException {
        for (Path above = relative.getParent(); above != null; above = above.getParent()) {
            if (Files.isRegularFile(content.resolve(above), LinkOption.NOFOLLOW_LINKS)) {
                throw nothingDone(
                        "%s is a file in the package, and a folder there of which %s stays"
                                .formatted(above, relative));
            }
        }
    }

    /** Empty if there is nothing, be it because something above it is no folder. */
    private static Optional<BasicFileAttributes> attributes(Path path) throws IOException {
        try {
            return Optional.of(
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException free) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Whether a folder that is there lies on another disk than the whole. */
    private boolean isElsewhere(Path folder) throws IOException {
        return Copy.isPosix(folder)
                && !Files.getAttribute(folder, "unix:dev", LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getAttribute(directory, "unix:dev"));
    }

    private void checkRoom() throws InstallFailed, IOException {
        Path there = directory;
        while (there.getParent() != null && Files.notExists(there)) {
            there = there.getParent();
        }
        long free = Files.getFileStore(there).getUsableSpace();
        if (!isMounted && brings - frees > free) {
            throw nothingDone(
                    "it needs %d MiB, and %d MiB are free there, with what goes"
                            .formatted(brings >> 20, (free + frees) >> 20));
        }
    }

    private InstallFailed nothingDone(String why) throws IOException {
        return new InstallFailed(
                installation
                        .live()
                        .masks()
                        .apply(
                                "What is installed cannot be copied to %s: %s. %s"
                                        .formatted(
                                                directory,
                                                why,
                                                installation.isCopying()
                                                        ? "An earlier try has left it incomplete."
                                                        : "Nothing was changed there.")));
    }
}
