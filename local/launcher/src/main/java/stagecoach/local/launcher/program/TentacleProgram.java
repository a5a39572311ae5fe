package stagecoach.local.launcher.program;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The built tentacle and how it is run: small, and quick to start by an AOT cache. */
public final class TentacleProgram {
    private static final String MAIN = "stagecoach.tentacle.TentacleMain";

    /**
     * What makes it small, each measured. The last two let all tentacles of a computer share the
     * pages of one AOT cache: by default each moves it to an address of its own and so copies it,
     * and links at the start what it may never use. Linking would make a start a fifth cheaper, and
     * each tentacle 4 MB larger for good: see docs/how-to/measure.md.
     */
    private static final List<String> SMALL =
            List.of(
                    "-Xmx48m",
                    "-Xms8m",
                    "-Xmn3m",
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:ReservedCodeCacheSize=16m",
                    "-XX:TrimNativeHeapInterval=2000",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:-UsePerfData",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:-AOTClassLinking",
                    "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:ArchiveRelocationMode=0");

    private final Path folder;

    /** The one that was built into {@code folder}. */
    public TentacleProgram(Path folder) {
        this.folder = folder;
    }

    /** The command line for these arguments of the program. */
    public List<String> command(String... arguments) throws IOException {
        Path cache = cache();
        List<String> flags = isFresh(cache) ? List.of("-XX:AOTCache=" + cache) : List.of();
        return command(flags, arguments);
    }

    /**
     * Lets a tentacle enrol with a token, which goes in by its input: every user of this computer
     * can read the arguments of its processes.
     *
     * @return what it said when it could not; empty if it could
     */
    public Optional<String> enrol(Path home, String token, String gateway, String bytes)
            throws IOException, InterruptedException {
        Process enrol =
                new ProcessBuilder(
                                command(
                                        "enrol",
                                        "--home",
                                        home.toString(),
                                        "--token",
                                        "-",
                                        "--gateway",
                                        gateway,
                                        "--bytes",
                                        bytes))
                        .redirectErrorStream(true)
                        .start();
        try (var in = enrol.getOutputStream()) {
            in.write((token + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            // It has ended before it read; its output says why.
        }
        String output = new String(enrol.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return enrol.waitFor() == 0 ? Optional.empty() : Optional.of(output);
    }

    /**
     * Settles that a tentacle waits to be dialled.
     *
     * @param agent as whom
     * @param where the address and port that it listens at
     * @param gateway the identity of whom it lets in
     * @return its thumbprint
     * @throws IOException in its words, if it could not
     */
    public String listen(Path home, String agent, String where, Path gateway, String bytes)
            throws IOException, InterruptedException {
        Process listen =
                new ProcessBuilder(
                                command(
                                        "listen",
                                        "--home",
                                        home.toString(),
                                        "--agent",
                                        agent,
                                        "--port",
                                        where,
                                        "--trust",
                                        thumbprint(gateway),
                                        "--bytes",
                                        bytes))
                        .redirectErrorStream(true)
                        .start();
        listen.getOutputStream().close();
        String output = new String(listen.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (listen.waitFor() != 0) {
            throw new IOException("%s cannot listen: %s".formatted(agent, output.strip()));
        }
        return thumbprint(home.resolve("identity"));
    }

    private static String thumbprint(Path identity) throws IOException {
        return Files.readString(identity.resolve("thumbprint")).strip();
    }

    /** The beginning of a command line for a person's shell on this computer. */
    public String commandForPeople() {
        return "%s -cp \"%s/*\" %s"
                .formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        folder.resolve("lib"),
                        MAIN);
    }

    private List<String> command(List<String> flags, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        command.addAll(flags);
        // Where its native library lies unpacked, and all share it.
        command.add("-Djava.library.path=" + folder.resolve("lib"));
        command.add("-cp");
        command.add(classPath());
        command.add(MAIN);
        command.addAll(List.of(arguments));
        return List.copyOf(command);
    }

    /**
     * Makes the AOT cache if there is none for these jars; takes some seconds then. Without one a
     * tentacle works too, so a training that fails is only told.
     */
    public void train() throws IOException, InterruptedException {
        if (isFresh(cache())) {
            return;
        }
        try (FileChannel channel =
                        FileChannel.open(
                                folder.resolve("training.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var lock = channel.lock()) {
            if (lock.isValid() && !isFresh(cache())) {
                rehearse();
            }
        }
    }

    private void rehearse() throws IOException, InterruptedException {
        Path draft = folder.resolve("draft.aot");
        Path log = folder.resolve("training.log");
        Process rehearsal =
                // It lets a tentacle of its own, with these same flags, write the cache.
                new ProcessBuilder(command(List.of(), "rehearse", "--aot-cache", draft.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(log.toFile()))
                        .start();
        if (rehearsal.waitFor() == 0 && Files.exists(draft)) {
            Files.move(
                    draft,
                    cache(),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } else {
            System.err.println(
                    "the tentacle starts slower than it could: its training failed, see " + log);
        }
    }

    private Path cache() {
        return folder.resolve("tentacle.aot");
    }

    private boolean isFresh(Path cache) throws IOException {
        if (!Files.exists(cache)) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(cache);
        for (Path jar : jars()) {
            if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
                return false;
            }
        }
        return true;
    }

    /** In a fixed order, as an AOT cache demands. */
    private String classPath() throws IOException {
        return String.join(":", jars().stream().map(Path::toString).toList());
    }

    private List<Path> jars() throws IOException {
        try (var files = Files.list(folder.resolve("lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }
}
