package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.agent.CommandPayload.CopyTo;
import stagecoach.vocabulary.process.Action;

/**
 * Copies what is installed into the folder that the step names, each file in one step. It sees
 * first whether all of it can be; what fails on the way is told with how far it came, and a copy
 * that was complete is not made again: programs may have begun to write there.
 */
final class CopyInstallation implements Behaviour {
    private static final Logger LOG = LoggerFactory.getLogger(CopyInstallation.class);
    private static final String FIELD = "copyTo.except";
    private static final String WHOLE_FOLDER = "/**";

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
            var copy =
                    new Copy(
                            installation,
                            disk,
                            place(installation, to.get()),
                            to.get().purge(),
                            except(to.get()));
            installation.live().<Integer, InstallFailed>interruptibly(copy::make);
            installation.copied();
        }
    }

    /** Says what an installation that failed has left where the copy goes. */
    static void tellLeft(Installation installation) {
        Optional<CopyTo> to = installation.payload().copyTo();
        if (to.isEmpty() || !installation.isCopying()) {
            return;
        }
        if (!installation.isCopied()) {
            removePart(installation, Path.of(to.get().directory()));
        }
        installation.tell(
                (installation.isCopied()
                                ? "%s holds the files of this version, which are not taken back. Deploy again, or an older release, to replace them."
                                : "%s is incomplete: what was there before is not brought back. The next installation copies everything again.")
                        .formatted(to.get().directory()));
    }

    /** Half a file that a process before this one has left lies beside one of the package's. */
    private static void removePart(Installation installation, Path directory) {
        Path content = installation.content();
        try {
            Files.walkFileTree(
                    content,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes is) throws IOException {
                            Path there = directory.resolve(content.relativize(folder));
                            if (!Files.isDirectory(there, LinkOption.NOFOLLOW_LINKS)) {
                                return FileVisitResult.SKIP_SUBTREE;
                            }
                            Files.deleteIfExists(there.resolve(Copy.partOf(installation)));
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            LOG.warn("half a file may stay ticket={}", installation.live().ticket(), e);
        }
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
            if (Action.CopyTo.isIdle(glob)) {
                // A purge would remove what it seems to keep.
                throw new InstallFailed(
                        "%s '%s' matches nothing: patterns are relative to the directory and have no variables."
                                .formatted(FIELD, glob));
            }
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
}
