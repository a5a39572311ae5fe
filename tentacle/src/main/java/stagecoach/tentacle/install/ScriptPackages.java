package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import stagecoach.contracts.agent.AgentCommand.ScriptPackage;
import stagecoach.contracts.agent.CommandPayload.PackagedFile;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.trash.Trash;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.template.BuiltIns;

/**
 * The packages of one script, in a folder that is the ticket's own: what the script does to them
 * harms nobody, and what the machine holds stays as it was verified.
 */
final class ScriptPackages {
    /** So many files are named where one is not found. */
    private static final int FILES_NAMED_MAX = 5;

    private final Path folder;
    private final List<ScriptPackage> packages;
    private final Trash trash;

    ScriptPackages(Path folder, List<ScriptPackage> packages, Trash trash) {
        this.folder = folder;
        this.packages = packages;
        this.trash = trash;
    }

    /** Where a package lies. */
    private Path directory(PackagePin pin) {
        // Letters, digits, dots, hyphens and underscores only, and no dot at the beginning.
        return folder.resolve(pin.id().value());
    }

    /** The folder of the package that a script lies in. */
    Path topOf(PackagedFile file) {
        return packages.stream()
                .map(ScriptPackage::pin)
                .filter(pin -> pin.id().equals(file.id()))
                .findFirst()
                .map(this::directory)
                .orElseGet(() -> folder.resolve(file.id().value()));
    }

    /** Where a script lies; whether it does, and stays inside, {@link #substitute} has seen. */
    Path pathOf(PackagedFile file) {
        return topOf(file).resolve(file.path());
    }

    /** Puts all of them there, verified just now; what an earlier attempt has left goes first. */
    void put(PackageStore store, LiveTicket live, ExtractPackage.TimeCheck time)
            throws InstallFailed, IOException, InterruptedException {
        trash.throwAway(folder);
        for (ScriptPackage one : packages) {
            PackagePin pin = one.pin();
            Path held = VerifyPackage.verified(store, pin);
            Path directory = directory(pin);
            if (one.extract()) {
                int files =
                        live.interruptibly(
                                () ->
                                        new ExtractPackage(ArchiveLimits.USUAL, trash)
                                                .unpack(held, directory, time));
                live.info("Unpacked %d files of %s %s.".formatted(files, pin.id(), pin.version()));
            } else {
                Files.createDirectories(directory);
                Files.copy(
                        held, directory.resolve("%s.%s.nupkg".formatted(pin.id(), pin.version())));
            }
        }
    }

    /** Takes them away: they need room, and a script that was substituted in may hold secrets. */
    void remove() {
        trash.discard(folder);
    }

    /** The text with the folders of the packages in the place of their references. */
    String withDirectories(String text) {
        String changed = text;
        for (ScriptPackage one : packages) {
            PackageId id = one.pin().id();
            changed =
                    changed.replace(
                            BuiltIns.reference(BuiltIns.packageDirectory(id)),
                            directory(one.pin()).toString());
        }
        return changed;
    }

    /** The variables, with the folders of the packages. */
    Map<String, String> withDirectories(Map<String, String> variables) {
        var changed = new LinkedHashMap<String, String>();
        variables.forEach((name, value) -> changed.put(name, withDirectories(value)));
        return changed;
    }

    /** Makes sure that the script is in its package, naming what there is if it is not. */
    private void check(PackagedFile file) throws InstallFailed, IOException {
        EntryName.segments(file.path());
        Path top = topOf(file);
        Path path = pathOf(file);
        // Unpacking makes no links, and what is asked for must not lead out through one either.
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                || !path.toRealPath().startsWith(top.toRealPath())) {
            PackagePin pin =
                    packages.stream()
                            .map(ScriptPackage::pin)
                            .filter(one -> one.id().equals(file.id()))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new InstallFailed(
                                                    "The script lies in %s, which the command does not bring."
                                                            .formatted(file.id())));
            throw new InstallFailed(
                    "The package %s %s has no file %s; it has %s."
                            .formatted(pin.id(), pin.version(), file.path(), named(top)));
        }
    }

    private static String named(Path top) throws IOException {
        List<String> files;
        try (Stream<Path> walked = Files.walk(top)) {
            files =
                    walked.filter(Files::isRegularFile)
                            .map(file -> top.relativize(file).toString())
                            .sorted()
                            .toList();
        }
        if (files.isEmpty()) {
            return "none";
        }
        String shown = String.join(", ", files.stream().limit(FILES_NAMED_MAX).toList());
        return files.size() > FILES_NAMED_MAX
                ? "%s and %d more".formatted(shown, files.size() - FILES_NAMED_MAX)
                : shown;
    }

    /**
     * Puts variables into the script that lies in a package, as they are put into a body.
     *
     * @throws InstallFailed if it does not lie there, naming what does
     */
    void substitute(PackagedFile file, Map<String, String> variables, LiveTicket live)
            throws InstallFailed, IOException {
        check(file);
        Path path = pathOf(file);
        if (isText(path)) {
            SubstituteVariables.substitute(
                    live,
                    path.getFileSystem().getPath(file.path()),
                    path,
                    withDirectories(variables));
        } else {
            live.info(
                    "%s is no UTF-8 text of at most %d MiB, so no variables were put into it."
                            .formatted(file.path(), NamedFiles.BYTES_MAX >> 20));
        }
    }

    private static boolean isText(Path path) throws IOException {
        if (Files.size(path) > NamedFiles.BYTES_MAX) {
            return false;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(path)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
