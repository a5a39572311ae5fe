package stagecoach.local.launcher.supervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;

/** The table as JSON: what {@code status --json} prints and what the state file holds. */
public final class StatusJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private StatusJson() {}

    /** For people and programs, indented. */
    public static String write(Status status) {
        ObjectNode root = MAPPER.createObjectNode();
        status.facts().forEach(root::put);
        root.put("phase", status.phase().name());
        root.put("problem", status.problem().orElse(null));
        status.supervisor().ifPresent(it -> put(root.putObject("supervisor"), it));
        ArrayNode processes = root.putArray("processes");
        for (ProcessStatus each : status.processes()) {
            ObjectNode row = processes.addObject();
            row.put("name", each.name());
            row.putNull("pid");
            each.identity().ifPresent(it -> put(row, it));
            row.put("url", each.url().orElse(null));
            row.put("state", each.state().name());
            row.put("logFile", each.logFile().toString());
            row.put("restarts", each.restarts());
            row.put("reason", each.reason().orElse(null));
        }
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status is always JSON", e);
        }
    }

    private static void put(ObjectNode node, ProcessIdentity identity) {
        node.put("pid", identity.pid());
        node.put("startedAt", identity.startedAt().toString());
    }

    /** The status that was written; empty when the text is no whole status. */
    public static Optional<Status> read(String text) {
        try {
            JsonNode root = MAPPER.readTree(text);
            Map<String, String> facts = new LinkedHashMap<>();
            root.properties()
                    .forEach(
                            each -> {
                                if (each.getValue().isTextual()) {
                                    facts.put(each.getKey(), each.getValue().textValue());
                                }
                            });
            facts.remove("phase");
            facts.remove("problem");
            List<ProcessStatus> processes = new ArrayList<>();
            for (JsonNode row : root.required("processes")) {
                processes.add(process(row));
            }
            return Optional.of(
                    new Status(
                            facts,
                            identity(root.path("supervisor")),
                            Phase.valueOf(root.required("phase").asText()),
                            text(root, "problem"),
                            processes));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static ProcessStatus process(JsonNode row) {
        return new ProcessStatus(
                row.required("name").asText(),
                identity(row),
                text(row, "url"),
                ProcessState.valueOf(row.required("state").asText()),
                Path.of(row.required("logFile").asText()),
                row.path("restarts").asInt(),
                text(row, "reason"));
    }

    private static Optional<ProcessIdentity> identity(JsonNode node) {
        return node.hasNonNull("pid") && node.hasNonNull("startedAt")
                ? Optional.of(
                        new ProcessIdentity(
                                node.get("pid").asLong(),
                                Instant.parse(node.get("startedAt").asText())))
                : Optional.empty();
    }

    private static Optional<String> text(JsonNode node, String name) {
        return node.hasNonNull(name) ? Optional.of(node.get(name).asText()) : Optional.empty();
    }
}
