package stagecoach.local.launcher.images;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What runs and builds containers on this computer, by its command: {@code docker}, or else {@code
 * podman}. Where a registry would be asked is the engine's own affair.
 */
public final class Engine {
    private static final List<String> PROGRAMS = List.of("docker", "podman");
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final Duration BUILD_MAX = Duration.ofMinutes(15);
    private static final int TOLD_LINES = 15;

    private final String program;

    private Engine(String program) {
        this.program = program;
    }

    /**
     * The first that answers, of those on the path.
     *
     * @param path as the environment has it
     * @throws NoEngine when none does, with what each of them said
     */
    public static Engine find(String path) throws NoEngine, IOException, InterruptedException {
        List<String> said = new ArrayList<>();
        for (String name : PROGRAMS) {
            Optional<Path> program = onPath(path, name);
            if (program.isPresent()) {
                Engine engine = new Engine(program.get().toString());
                // Their clients know a version, and more, without an engine, too.
                Answer answer = engine.ask(ANSWER_MAX, "ps", "--quiet");
                if (answer.isGood()) {
                    return engine;
                }
                said.add("%s says: %s".formatted(program.get(), answer.lastLine()));
            }
        }
        throw new NoEngine(said);
    }

    private static Optional<Path> onPath(String path, String name) {
        return Arrays.stream(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Whether this image lies here, so that no registry is needed for it. */
    public boolean has(String image) throws IOException, InterruptedException {
        return ask(ANSWER_MAX, "image", "inspect", image).isGood();
    }

    /** The size of an image that lies here. */
    public long bytesOf(String image) throws IOException, InterruptedException {
        Answer answer = ask(ANSWER_MAX, "image", "inspect", "--format", "{{.Size}}", image);
        if (!answer.isGood()) {
            throw new IOException(
                    "%s does not find %s: %s".formatted(program, image, answer.lastLine()));
        }
        return Long.parseLong(answer.text().strip());
    }

    /**
     * Builds an image.
     *
     * @param arguments those of the Dockerfile
     * @throws IOException in the engine's last words
     */
    public void build(Path folder, Path dockerfile, String tag, Map<String, String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("build", "--tag", tag));
        command.addAll(List.of("--file", dockerfile.toString()));
        arguments.forEach(
                (name, value) -> command.addAll(List.of("--build-arg", name + "=" + value)));
        command.add(folder.toString());
        Answer answer = ask(BUILD_MAX, command.toArray(String[]::new));
        if (!answer.isGood()) {
            throw new IOException(
                    "%s was not built by %s:%n  %s".formatted(tag, program, answer.lastLines()));
        }
    }

    private Answer ask(Duration max, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile("stagecoach-engine-", ".log");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectInput(Redirect.from(new File("/dev/null")))
                            .redirectOutput(said.toFile())
                            .start();
            try {
                if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
                    return new Answer(null, "no answer within %d s".formatted(max.toSeconds()));
                }
            } finally {
                process.destroyForcibly();
            }
            return new Answer(
                    process.exitValue(),
                    new String(Files.readAllBytes(said), StandardCharsets.UTF_8));
        } finally {
            Files.delete(said);
        }
    }

    /**
     * @param exit null if it gave none in time
     */
    private record Answer(@Nullable Integer exit, String text) {
        boolean isGood() {
            return exit != null && exit == 0;
        }

        String lastLine() {
            List<String> lines = text.strip().lines().toList();
            return lines.isEmpty() ? "nothing" : lines.getLast();
        }

        String lastLines() {
            List<String> lines = text.strip().lines().toList();
            return String.join(
                    System.lineSeparator() + "  ",
                    lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
        }
    }

    /** There is nothing here that builds or runs containers. */
    public static final class NoEngine extends Exception {
        private static final long serialVersionUID = 1L;

        NoEngine(List<String> said) {
            super(
                    said.isEmpty()
                            ? "there is no docker and no podman on the path. docs/how-to/build-images.md says how to get an engine, also without a registry."
                            : "no engine for containers answers (%s). docs/how-to/build-images.md says how to get one, also without a registry."
                                    .formatted(String.join("; ", said)));
        }
    }
}
