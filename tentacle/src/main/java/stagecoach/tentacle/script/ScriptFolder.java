package stagecoach.tentacle.script;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import stagecoach.tentacle.journal.SecretOutputs;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.template.VariableNames;

/** The files between one script's process and the tentacle: all that a restarted one needs. */
final class ScriptFolder {
    private static final String OUTPUT_NAME = "[A-Za-z_][A-Za-z0-9_.-]{0,99}";

    private final Path ticketFolder;
    private final Path path;

    ScriptFolder(Path ticketFolder, String script) {
        this.ticketFolder = ticketFolder;
        this.path = ticketFolder.resolve("scripts").resolve(script);
    }

    Path path() {
        return path;
    }

    Path stdout() {
        return path.resolve("stdout");
    }

    Path stderr() {
        return path.resolve("stderr");
    }

    /** Makes the folder ready for a process. */
    void prepare(Script script) throws IOException {
        SecretOutputs.prepare(ticketFolder);
        PrivateFiles.createFolder(path.resolve("outputs"));
        PrivateFiles.createFolder(path.resolve("artifacts"));
        PrivateFiles.createFolder(path);
        touch(stdout());
        touch(stderr());
        PrivateFiles.write(
                path.resolve("names"),
                script.variables().keySet().stream()
                        .filter(name -> name.indexOf('\n') < 0 && !VariableNames.isPath(name))
                        .map(name -> VariableNames.environmentName(name) + " " + name + "\n")
                        .sorted()
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** Puts the body where, and as, its interpreter can read it. */
    Path body(Script script) throws IOException {
        boolean shell = script.interpreter().isShell();
        return switch (script.body()) {
            case Script.Body.File file -> {
                if (shell) {
                    LineEnds.makeUnix(file.path());
                }
                yield file.path();
            }
            case Script.Body.Text text -> {
                Path body = bodyPath(script);
                String readable = shell ? LineEnds.unix(text.text()) : text.text();
                PrivateFiles.write(body, readable.getBytes(StandardCharsets.UTF_8));
                yield body;
            }
        };
    }

    /** Takes the body away again: it may hold secrets. */
    void forgetBody(Script script) throws IOException {
        Files.deleteIfExists(bodyPath(script));
    }

    private Path bodyPath(Script script) {
        return path.resolve("script." + script.interpreter().extension());
    }

    private static void touch(Path file) throws IOException {
        FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        PrivateFiles.fileMode(file.getFileSystem()))
                .close();
    }

    static String claimName(int number) {
        return "claim-" + number;
    }

    /**
     * Wins a claim that a process should have won, if it has not: then that process never began and
     * never will. It is a file that only one can create; a folder, which earlier versions made of
     * it, is as much in the way.
     */
    boolean winClaim(int number) throws IOException {
        Path claim = path.resolve(claimName(number));
        try {
            Files.createFile(claim, PrivateFiles.fileMode(claim.getFileSystem()));
            return true;
        } catch (FileAlreadyExistsException won) {
            return false;
        }
    }

    /** Who the process is, once it has said so. */
    Optional<ProcessMark> process() throws IOException {
        Path file = path.resolve("process");
        return Files.exists(file) ? ProcessMark.read(file) : Optional.empty();
    }

    /** The exit code, once it is known: once its line has an end, for it may be half written. */
    Optional<Integer> exitCode() throws IOException {
        Path file = path.resolve("exit");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        return text.matches("[0-9]{1,3}\\n")
                ? Optional.of(Integer.parseInt(text.strip()))
                : Optional.empty();
    }

    /** Whether the script had ended by then; what asked it to stop later came too late. */
    boolean exitedBefore(Instant time) throws IOException {
        return exitCode().isPresent()
                && Files.getLastModifiedTime(path.resolve("exit")).toInstant().isBefore(time);
    }

    /**
     * The output variables that the script has set, by name. Anything may lie in its folder, so no
     * more than {@code bytesMax} is read of one; what is longer, or no file, is empty.
     */
    Map<String, Optional<String>> outputs(int bytesMax) throws IOException {
        Map<String, Optional<String>> outputs = new TreeMap<>();
        try (Stream<Path> listed = Files.list(path.resolve("outputs"))) {
            for (Path file : listed.toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.matches(OUTPUT_NAME)) {
                    outputs.put(name, value(file, bytesMax));
                }
            }
        }
        return outputs;
    }

    private static Optional<String> value(Path file, int bytesMax) throws IOException {
        if (!Files.isRegularFile(file)) {
            // A pipe would be waited for, and a folder cannot be read.
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            return bytes.length > bytesMax
                    ? Optional.empty()
                    : Optional.of(
                            StandardCharsets.UTF_8
                                    .decode(ByteBuffer.wrap(bytes))
                                    .toString()
                                    .replace('\0', '\uFFFD'));
        }
    }
}
