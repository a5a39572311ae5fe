package stagecoach.packages.app.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.vocabulary.packages.Sha512;

/** What is being removed from a {@link SharedFolder}: it lies in {@code going/} meanwhile. */
public final class GoingPackages {
    private static final String GOING = "going";

    /** As {@link #setAside} calls what it moves. */
    private static final Pattern ASIDE =
            Pattern.compile("([0-9a-f]{128})\\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final SharedFolder folder;
    private final Path root;

    GoingPackages(SharedFolder folder, Path root) {
        this.folder = folder;
        this.root = root;
    }

    /** Whether somebody needs a package. */
    @FunctionalInterface
    public interface Needed {
        /** Whether somebody does; throws what it likes if it cannot be told. */
        boolean is(Sha512 sha512);
    }

    /**
     * Removes a package that nobody needs, which is asked when it is out of its place. If it cannot
     * be told, the package gets its place again.
     *
     * @return whether it is not there any more
     */
    public boolean remove(Sha512 sha512, Needed needed) throws IOException {
        Optional<Aside> aside = setAside(sha512);
        if (aside.isPresent()) {
            decide(aside.get(), needed);
        }
        return !folder.has(sha512);
    }

    /** Deletes or puts back what was set aside. */
    public void decide(Aside aside, Needed needed) throws IOException {
        boolean goes = false;
        try {
            goes = !needed.is(aside.sha512());
        } finally {
            if (goes) {
                delete(aside);
            } else {
                putBack(aside);
            }
        }
    }

    /** A package that was moved out of its place, and is to be deleted or put back. */
    public record Aside(Sha512 sha512, Path file) {}

    /**
     * Moves a package out of its place, under a name that nobody else has; empty if it is not
     * there.
     */
    public Optional<Aside> setAside(Sha512 sha512) throws IOException {
        Path place = folder.mounted().resolve(sha512.value());
        Path going =
                SharedFolder.own(root.resolve(GOING))
                        .resolve(sha512.value() + "." + UUID.randomUUID());
        try {
            Files.move(place, going, ATOMIC_MOVE);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
        return Optional.of(new Aside(sha512, going));
    }

    /** What was set aside and is neither deleted nor put back. */
    public List<Aside> aside() throws IOException {
        Path going = root.resolve(GOING);
        if (!Files.exists(going, NOFOLLOW_LINKS)) {
            return List.of();
        }
        List<Aside> aside = new ArrayList<>();
        try (var files = Files.newDirectoryStream(SharedFolder.own(going))) {
            for (Path file : files) {
                Matcher ours = ASIDE.matcher(file.getFileName().toString());
                if (ours.matches() && Files.isRegularFile(file, NOFOLLOW_LINKS)) {
                    aside.add(new Aside(new Sha512(ours.group(1)), file));
                }
            }
            return aside;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** Puts one back, unless it was written anew meanwhile, or another has decided about it. */
    public void putBack(Aside aside) throws IOException {
        try {
            Files.move(aside.file(), root.resolve(FolderAddress.blob(aside.sha512())));
        } catch (FileAlreadyExistsException anew) {
            delete(aside);
        } catch (NoSuchFileException decided) {
            // By one who took the first for killed.
        }
    }

    /** Deletes one. */
    public void delete(Aside aside) throws IOException {
        Files.deleteIfExists(aside.file());
    }
}
