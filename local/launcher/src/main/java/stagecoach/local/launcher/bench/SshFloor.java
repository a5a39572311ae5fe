package stagecoach.local.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import stagecoach.wire.StagecoachJson;

/** The same work by hand, in the same run: ssh, one connection a target, no records kept. */
public final class SshFloor {
    private final Path checkout;

    /** The script of this checkout. */
    public SshFloor(Path checkout) {
        this.checkout = checkout;
    }

    /** What it took, or why there is none. */
    public sealed interface Floor {
        /**
         * It ran.
         *
         * @param way {@code pull} over HTTP, or {@code push} through ssh
         */
        record Measured(double wallSeconds, double cpuSeconds, String way) implements Floor {}

        /** A sentence says what this computer lacks. */
        record NotHere(String why) implements Floor {}
    }

    /** Brings {@code packageFile} to so many targets, and runs so many steps on each. */
    public Floor measure(Path packageFile, int targets, int steps)
            throws IOException, InterruptedException {
        Path said = Files.createTempFile("stagecoach-floor", ".err");
        try {
            Process script =
                    new ProcessBuilder(
                                    "bash",
                                    checkout.resolve("proof/benchmarks/ssh-floor.sh").toString(),
                                    packageFile.toString(),
                                    Integer.toString(targets),
                                    Integer.toString(steps))
                            .redirectError(said.toFile())
                            .start();
            String output =
                    new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (script.waitFor() != 0) {
                return new Floor.NotHere(Files.readString(said).strip());
            }
            JsonNode json = StagecoachJson.read(output, JsonNode.class);
            return new Floor.Measured(
                    json.path("wallSeconds").asDouble(),
                    json.path("cpuSeconds").asDouble(),
                    json.path("way").asText());
        } finally {
            Files.deleteIfExists(said);
        }
    }
}
