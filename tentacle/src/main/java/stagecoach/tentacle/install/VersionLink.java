package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.trash.Trash;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.identity.Ticket;

/**
 * An install directory: a link to one of the folders beside it, {@code
 * .stagecoach/<name>-<ticket>}, so that a version takes the place of another in one step, and back.
 */
final class VersionLink {
    static final String BESIDE = ".stagecoach";
    private static final String REPLACES = "replaces:";

    private final Path directory;
    private final Path beside;
    private final String name;
    private final Ticket ticket;

    private VersionLink(Path directory, Path parent, Ticket ticket) {
        this.directory = directory;
        this.beside = parent.resolve(BESIDE);
        this.name = String.valueOf(directory.getFileName());
        this.ticket = ticket;
    }

    /**
     * The install directory that a command names.
     *
     * @param home what a relative directory lies under
     * @throws InstallFailed if it names no directory that could be one
     */
    static VersionLink of(Path home, String directory, Ticket ticket) throws InstallFailed {
        Path path;
        try {
            path = home.resolve(directory).normalize();
        } catch (InvalidPathException e) {
            throw new InstallFailed(
                    "The install directory '%s' is no path of this machine.".formatted(directory));
        }
        boolean relative = !home.getFileSystem().getPath(directory).isAbsolute();
        Path parent = path.getParent();
        if (parent == null || path.equals(home) || (relative && !path.startsWith(home))) {
            throw new InstallFailed(
                    "The install directory '%s' leaves the tentacle's home. Write it absolute, or relative without '..'."
                            .formatted(directory));
        }
        return new VersionLink(path, parent, ticket);
    }

    /** What later steps use. */
    Path directory() {
        return directory;
    }

    /** The folder of this ticket's version. */
    Path content() {
        return beside.resolve(name + "-" + ticket);
    }

    /**
     * Makes sure that a switch will be possible, before anything is done.
     *
     * @throws InstallFailed if something is in the way that is not ours to remove
     */
    void check() throws IOException, InstallFailed {
        Files.createDirectories(beside);
        if (Files.isSymbolicLink(directory)) {
            if (current().isEmpty()) {
                throw new InstallFailed(
                        "%s is a link that Stagecoach did not make. Remove it, or install elsewhere."
                                .formatted(directory));
            }
            return;
        }
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            try {
                // An empty folder that someone prepared; its place is taken by the link.
                if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    throw new DirectoryNotEmptyException(directory.toString());
                }
                Files.delete(directory);
            } catch (DirectoryNotEmptyException e) {
                throw new InstallFailed(
                        "%s is there and was not installed by Stagecoach. Move it away, or install elsewhere."
                                .formatted(directory));
            }
        }
    }

    /** The name of the folder that the directory leads to now, if it is one of ours. */
    private Optional<String> current() throws IOException {
        if (!Files.isSymbolicLink(directory)) {
            return Optional.empty();
        }
        Path target = Files.readSymbolicLink(directory);
        return target.getNameCount() == 2
                        && !target.isAbsolute()
                        && target.getName(0).toString().equals(BESIDE)
                ? Optional.of(target.getName(1).toString())
                : Optional.empty();
    }

    private static Optional<String> replaced(LiveTicket live) {
        return live.entries().stream()
                .filter(JournalEntry.Reached.class::isInstance)
                .map(entry -> ((JournalEntry.Reached) entry).point())
                .filter(point -> point.startsWith(REPLACES))
                .map(point -> point.substring(REPLACES.length()))
                .findFirst();
    }

    /** Lets the directory lead to this ticket's version; the journal says what it led to before. */
    void switchOver(LiveTicket live) throws IOException {
        if (replaced(live).isEmpty()) {
            live.record(new JournalEntry.Reached(live.now(), REPLACES + current().orElse("")));
        }
        point(String.valueOf(content().getFileName()));
    }

    /** Lets the directory lead to what it led to before, if it leads to this ticket's version. */
    void switchBack(LiveTicket live) throws IOException {
        Optional<String> before = replaced(live);
        boolean ours = current().equals(Optional.of(String.valueOf(content().getFileName())));
        if (before.isEmpty() || !ours) {
            return;
        }
        if (before.get().isEmpty() || !Files.isDirectory(beside.resolve(before.get()))) {
            Files.delete(directory);
        } else {
            point(before.get());
        }
    }

    private void point(String folder) throws IOException {
        Path fresh = beside.resolve("." + name + "-" + ticket + ".link");
        Files.deleteIfExists(fresh);
        Files.createSymbolicLink(fresh, Path.of(BESIDE, folder));
        Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        Path parent = directory.getParent();
        if (parent != null) {
            PrivateFiles.syncFolder(parent);
        }
    }

    /** Removes versions that are neither the current one nor the one before, nor in use. */
    void prune(LiveTicket live, Set<Path> inUse, Trash trash) throws IOException {
        trash.empty(beside);
        String before = replaced(live).orElse("");
        List<Path> versions;
        try (Stream<Path> listed = Files.list(beside)) {
            versions = listed.toList();
        }
        for (Path version : versions) {
            String folder = String.valueOf(version.getFileName());
            if (isVersion(folder)
                    && !folder.equals(before)
                    && !current().equals(Optional.of(folder))
                    && !inUse.contains(version)) {
                trash.discard(version);
            }
        }
    }

    private boolean isVersion(String folder) {
        if (!folder.startsWith(name + "-")) {
            return false;
        }
        try {
            String rest = folder.substring(name.length() + 1);
            return Ticket.parse(rest).toString().equals(rest);
        } catch (IllegalArgumentException another) {
            return false;
        }
    }
}
