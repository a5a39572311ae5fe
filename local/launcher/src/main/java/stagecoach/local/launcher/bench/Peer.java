package stagecoach.local.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import stagecoach.wire.StagecoachJson;

/**
 * What others do with the same work, on the same computer and in the same run: a script of {@code
 * proof/benchmarks}, which prints its figures as one line of JSON.
 */
public final class Peer {
    /** The script's exit code for a computer that lacks something it needs. */
    private static final int LACKS = 3;

    private final Path script;

    /** The script with this name in the checkout at {@code root}. */
    public Peer(Path root, String script) {
        this.script = root.resolve("proof/benchmarks").resolve(script);
    }

    /** What came of it. */
    public sealed interface Found {
        /** It ran; the figures are as the script's head says. */
        record Measured(JsonNode figures) implements Found {
            /** One of the figures. */
            public double figure(String name) {
                JsonNode figure = figures.path(name);
                if (!figure.isNumber()) {
                    throw new IllegalStateException("there is no " + name + " in " + figures);
                }
                return figure.asDouble();
            }
        }

        /** A sentence says what this computer lacks. */
        record NotHere(String why) implements Found {}
    }

    /**
     * Runs the script with these words.
     *
     * @throws IOException with what it said, if it fails although all is there that it needs
     */
    public Found measure(Map<String, String> environment, Object... words)
            throws IOException, InterruptedException {
        Path said = Files.createTempFile("stagecoach-peer", ".err");
        try {
            List<String> command = new ArrayList<>(List.of("bash", script.toString()));
            Arrays.stream(words).map(Object::toString).forEach(command::add);
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(said.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return switch (process.waitFor()) {
                case 0 -> new Found.Measured(StagecoachJson.read(output, JsonNode.class));
                case LACKS -> new Found.NotHere(Files.readString(said).strip());
                default -> throw new IOException(script + " failed: " + Files.readString(said));
            };
        } finally {
            Files.deleteIfExists(said);
        }
    }
}
