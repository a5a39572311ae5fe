package stagecoach.guards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts the documents of the services, as their builds leave them, together to the one of the base
 * URL. What several services have alike (their operation) is there once; what has one name and two
 * meanings is a mistake.
 */
final class Documents {
    /** In the order of their importance: what describes the whole is taken from the first. */
    static final List<String> SERVICES =
            List.of("orchestrator-service", "package-service", "agent-gateway", "step-runner");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML =
            YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
                    .build();

    private Documents() {}

    /** The document of a service, from its last build. */
    static ObjectNode ofService(String service) throws IOException {
        Path file = Path.of("../..", service, "app/target/openapi/openapi.json");
        if (!Files.exists(file)) {
            throw new IllegalStateException(
                    "%s is not there: build %s/app first (mvn package).".formatted(file, service));
        }
        return (ObjectNode) JSON.readTree(file.toFile());
    }

    /** The document of all services. */
    static ObjectNode merged() throws IOException {
        ObjectNode whole = JSON.createObjectNode();
        ObjectNode first = ofService(SERVICES.getFirst());
        whole.set("openapi", first.get("openapi"));
        ObjectNode info = first.withObject("/info");
        // Its name is its identifier, for which the build has no setting.
        info.withObject("/license").put("identifier", info.at("/license/name").asText());
        whole.set("info", info);
        whole.putArray("servers").addObject().put("url", "/");
        whole.set("security", first.get("security"));
        Map<String, JsonNode> tags = new TreeMap<>();
        Map<String, JsonNode> paths = new TreeMap<>();
        Map<String, Map<String, JsonNode>> components = new TreeMap<>();
        for (String service : SERVICES) {
            ObjectNode document = ofService(service);
            for (JsonNode tag : document.path("tags")) {
                tags.putIfAbsent(tag.get("name").asText(), tag);
            }
            document.get("paths").properties().forEach(path -> add(service, paths, path));
            document.get("components")
                    .properties()
                    .forEach(
                            kind ->
                                    kind.getValue()
                                            .properties()
                                            .forEach(
                                                    one ->
                                                            add(
                                                                    service,
                                                                    components.computeIfAbsent(
                                                                            kind.getKey(),
                                                                            _ -> new TreeMap<>()),
                                                                    one)));
        }
        ArrayNode allTags = whole.putArray("tags");
        tags.values().forEach(allTags::add);
        whole.putObject("paths").setAll(paths);
        ObjectNode all = whole.putObject("components");
        components.forEach((kind, named) -> all.putObject(kind).setAll(named));
        dropWhatNobodyUses(whole);
        return whole;
    }

    private static void add(
            String service, Map<String, JsonNode> known, Map.Entry<String, JsonNode> one) {
        @Nullable JsonNode before = known.putIfAbsent(one.getKey(), one.getValue());
        if (before != null && !before.equals(one.getValue())) {
            throw new IllegalStateException(
                    "%s means something else in %s than in another service:%n%s%n%s"
                            .formatted(one.getKey(), service, before, one.getValue()));
        }
    }

    /** Services know words among each other that are no part of the API. */
    private static void dropWhatNobodyUses(ObjectNode whole) {
        ObjectNode schemas = (ObjectNode) whole.at("/components/schemas");
        boolean dropped = true;
        while (dropped) {
            String text = whole.toString();
            List<String> unused =
                    schemas.properties().stream()
                            .map(Map.Entry::getKey)
                            .filter(name -> !text.contains("\"#/components/schemas/" + name + "\""))
                            .toList();
            schemas.remove(unused);
            dropped = !unused.isEmpty();
        }
    }

    /** As it is committed. */
    static String yaml(JsonNode document) throws IOException {
        return YAML.writeValueAsString(document);
    }

    /** What {@link #yaml} says. */
    static JsonNode read(String yaml) throws IOException {
        return YAML.readTree(yaml);
    }

    /** The same, of a file. */
    static JsonNode read(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }
}
