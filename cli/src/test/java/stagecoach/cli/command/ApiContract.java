package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import stagecoach.wire.StagecoachJson;

/**
 * The document of the API, as other programs read it: whatever the command line asks has to be an
 * operation there, with its parameters and a body of its form.
 */
final class ApiContract {
    private static final Path DOCUMENT = Path.of("../docs/openapi.yaml");
    private static final JsonSchemaFactory SCHEMAS =
            JsonSchemaFactory.getInstance(
                    SpecVersion.VersionFlag.V202012,
                    factory ->
                            factory.metaSchema(
                                    JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                                            .keyword(new NonValidationKeyword("components"))
                                            .keyword(new NonValidationKeyword("discriminator"))
                                            .build()));

    private final JsonNode document;

    private ApiContract(JsonNode document) {
        this.document = document;
    }

    static ApiContract read() {
        try (Reader text = Files.newBufferedReader(DOCUMENT)) {
            return new ApiContract(
                    StagecoachJson.mapper()
                            .valueToTree(
                                    new Yaml(new SafeConstructor(new LoaderOptions())).load(text)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What about a request is not as documented; empty if nothing is. */
    Optional<String> mistake(String method, URI asked, String body) {
        List<JsonNode> operations =
                document.path("paths").properties().stream()
                        .filter(path -> leadsTo(path.getKey(), asked.getRawPath()))
                        .map(path -> path.getValue().path(method.toLowerCase(Locale.ROOT)))
                        .filter(operation -> !operation.isMissingNode())
                        .toList();
        if (operations.isEmpty()) {
            return Optional.of("there is no such operation");
        }
        return operations.stream()
                .map(operation -> mistake(operation, asked, body))
                .reduce((one, other) -> one.isEmpty() ? one : other)
                .filter(mistake -> !mistake.isEmpty());
    }

    private static boolean leadsTo(String template, String path) {
        String pattern =
                Arrays.stream(template.split("(?=[{}])"))
                        .map(part -> part.startsWith("{") ? "[^/]+" : literal(part))
                        .collect(Collectors.joining());
        // A proxy may have put the server below a path of its own.
        return path.matches("(/[^/]+)*?" + pattern);
    }

    private static String literal(String part) {
        return Pattern.quote(part.startsWith("}") ? part.substring(1) : part);
    }

    private String mistake(JsonNode operation, URI asked, String body) {
        List<String> known =
                operation
                        .path("parameters")
                        .valueStream()
                        .map(this::resolved)
                        .filter(each -> each.path("in").asText().equals("query"))
                        .map(each -> each.path("name").asText())
                        .toList();
        Optional<String> stranger =
                Stream.ofNullable(asked.getRawQuery())
                        .flatMap(query -> Arrays.stream(query.split("&")))
                        .map(pair -> URLDecoder.decode(name(pair), StandardCharsets.UTF_8))
                        .filter(name -> !known.contains(name))
                        .findFirst();
        if (stranger.isPresent()) {
            return "it has no parameter " + stranger.get();
        }
        JsonNode content = resolved(operation.path("requestBody")).path("content");
        if (body.isEmpty() || (!content.isEmpty() && !content.has("application/json"))) {
            return "";
        }
        return content.isEmpty() ? "it takes no body" : misfits(content, body);
    }

    private String misfits(JsonNode content, String body) {
        ObjectNode whole = StagecoachJson.mapper().createObjectNode();
        whole.putArray("allOf").add(content.path("application/json").path("schema"));
        whole.set("components", document.path("components"));
        return SCHEMAS.getSchema(whole).validate(StagecoachJson.read(body, JsonNode.class)).stream()
                .map(Object::toString)
                .limit(3)
                .collect(Collectors.joining("; "));
    }

    private static String name(String pair) {
        return pair.contains("=") ? pair.substring(0, pair.indexOf('=')) : pair;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref")
                ? resolved(document.at(node.path("$ref").asText().substring(1)))
                : node;
    }
}
