package stagecoach.local.launcher.program;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A built service and how it is run on a computer that runs all of them: with the quick compiler
 * alone, which costs a third of the processor time until everything has been compiled, and with an
 * AOT cache once there is one. With one it runs from a plain class path, since a cache holds
 * nothing that the packaged program's own class loader has loaded.
 */
public final class ServiceProgram {
    private static final String QUICKLY = "-XX:TieredStopAtLevel=1";
    private static final String LEARN = "learn";
    private static final String MAIN = "io.quarkus.runner.GeneratedMain";

    /** In the order in which the packaged program looks for classes: what was rewritten first. */
    private static final List<String> FOLDERS = List.of("quarkus", "app", "lib/boot", "lib/main");

    /** It holds something for each machine that is connected. */
    private static final String GATEWAY = "agent-gateway/app";

    private static final List<String> MODULES =
            List.of("orchestrator-service/app", "step-runner/app", "package-service/app", GATEWAY);

    /** It encrypts packages byte by byte, for which only the thorough compiler has machine code. */
    private static final String CACHE = "package-service/cache";

    private final Path folder;
    private final List<String> flags;

    private ServiceProgram(Path folder, List<String> flags) {
        this.folder = folder;
        this.flags = flags;
    }

    /** That of a module of the checkout in {@code root}, which must be built. */
    public static ServiceProgram of(Path root, String module) {
        return new ServiceProgram(
                root.resolve(module).resolve("target/quarkus-app"),
                switch (module) {
                    // Nothing but what is on its way.
                    case CACHE -> List.of("-Xmx96m");
                    case GATEWAY -> List.of("-Xmx384m", QUICKLY);
                    default -> List.of("-Xmx256m", QUICKLY);
                });
    }

    /** Has the services of the local default in {@code folder} learn, from its next start on. */
    public static void learnIn(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(LEARN), "", StandardCharsets.UTF_8);
    }

    /** Whether the services of the local default in {@code folder} are to learn. */
    public static boolean learnsIn(Path folder) {
        return Files.exists(folder.resolve(LEARN));
    }

    /** Whether all have an AOT cache for what is built in {@code root} now. */
    public static boolean areTrained(Path root) throws IOException {
        for (String module : MODULES) {
            if (!of(root, module).isTrained()) {
                return false;
            }
        }
        return of(root, CACHE).isTrained();
    }

    /**
     * Makes the AOT caches of all from what a run has learned; takes some seconds each.
     *
     * @throws IOException with a sentence if nothing was learned, or Java cannot make one
     */
    public static void train(Path root) throws IOException, InterruptedException {
        for (String module : MODULES) {
            of(root, module).train();
        }
        of(root, CACHE).train();
    }

    /**
     * The command line.
     *
     * @param learning whether it writes down, when it ends, what {@link #train(Path)} needs
     */
    public List<String> command(boolean learning) throws IOException {
        if (learning) {
            return onClassPath("-XX:AOTMode=record", "-XX:AOTConfiguration=" + learned());
        }
        if (isTrained()) {
            return onClassPath("-XX:AOTCache=" + cache());
        }
        List<String> command = java();
        command.add("-jar");
        command.add(folder.resolve("quarkus-run.jar").toString());
        return command;
    }

    private List<String> onClassPath(String... cacheFlags) throws IOException {
        List<String> command = java();
        // What else the packaged program says and sets by itself.
        command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        command.addAll(List.of(cacheFlags));
        command.add("-cp");
        command.add(String.join(":", jars().stream().map(Path::toString).toList()));
        command.add(MAIN);
        return command;
    }

    private List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-XX:+UseSerialGC");
        // What is killed loses nothing; what has run out of memory may only seem to live.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        return command;
    }

    private boolean isTrained() throws IOException {
        return isNewerThanJars(cache());
    }

    private void train() throws IOException, InterruptedException {
        if (!isNewerThanJars(learned())) {
            throw new IOException(
                    "nothing was learned for %s: it wrote no %s when it ended"
                            .formatted(folder, learned().getFileName()));
        }
        Path draft = folder.resolve("draft.aot");
        Path log = folder.resolve("training.log");
        Process assembly =
                new ProcessBuilder(
                                onClassPath(
                                        "-XX:AOTMode=create",
                                        "-XX:AOTConfiguration=" + learned(),
                                        "-XX:AOTCache=" + draft))
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.to(log.toFile()))
                        .start();
        if (assembly.waitFor() != 0 || !Files.exists(draft)) {
            throw new IOException("Java made no AOT cache for %s, see %s".formatted(folder, log));
        }
        Files.move(
                draft,
                cache(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(learned());
    }

    private Path cache() {
        return folder.resolve("service.aot");
    }

    private Path learned() {
        return folder.resolve("service.aotconf");
    }

    private boolean isNewerThanJars(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return false;
        }
        var made = Files.getLastModifiedTime(file);
        for (Path jar : jars()) {
            if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
                return false;
            }
        }
        return true;
    }

    /** In a fixed order, as an AOT cache demands. */
    private List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String each : FOLDERS) {
            try (Stream<Path> files = Files.list(folder.resolve(each))) {
                // Classes that were rewritten (transformed) come before those that were generated.
                files.filter(file -> file.toString().endsWith(".jar"))
                        .sorted(Comparator.reverseOrder())
                        .forEach(jars::add);
            }
        }
        return List.copyOf(jars);
    }
}
