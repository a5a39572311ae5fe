package stagecoach.local.launcher.supervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import stagecoach.local.launcher.process.ProcessIdentity;

/**
 * Where a supervisor can be talked to, and the token that it asks for; readable by its owner only.
 *
 * @param supervisor whose it is: a file of a dead one is worth nothing
 * @param port on 127.0.0.1
 */
record ControlFile(ProcessIdentity supervisor, int port, String token) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static Path in(Path folder) {
        return folder.resolve("control.json");
    }

    void write(Path folder) throws IOException {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("pid", supervisor.pid());
        node.put("startedAt", supervisor.startedAt().toString());
        node.put("port", port);
        node.put("token", token);
        AtomicFile.write(in(folder), node.toString());
    }

    /** That of a supervisor that runs. */
    static Optional<ControlFile> read(Path folder) throws IOException {
        try {
            JsonNode node = MAPPER.readTree(Files.readString(in(folder)));
            ControlFile file =
                    new ControlFile(
                            new ProcessIdentity(
                                    node.required("pid").asLong(),
                                    Instant.parse(node.required("startedAt").asText())),
                            node.required("port").asInt(),
                            node.required("token").asText());
            return Optional.of(file).filter(it -> it.supervisor.running().isPresent());
        } catch (NoSuchFileException
                | JsonProcessingException
                | IllegalArgumentException
                | DateTimeParseException e) {
            // A file that is no such file was not written by a supervisor that runs.
            return Optional.empty();
        }
    }
}
