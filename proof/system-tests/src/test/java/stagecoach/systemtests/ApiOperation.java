package stagecoach.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One operation of docs/openapi.yaml.
 *
 * @param method in capitals
 * @param path the template
 * @param told what the document says of it
 * @param document all of it, to which references lead
 */
record ApiOperation(String method, String path, JsonNode told, JsonNode document) {
    private static final Set<String> VERBS = Set.of("get", "head", "put", "post", "delete");
    private static final JsonSchemaFactory SCHEMAS =
            JsonSchemaFactory.getInstance(
                    SpecVersion.VersionFlag.V202012,
                    factory ->
                            factory.metaSchema(
                                    JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                                            .keyword(new NonValidationKeyword("components"))
                                            .build()));

    /** One parameter: where it stands and what it is called. */
    record Parameter(String in, String name) {}

    static List<ApiOperation> all(Path document) throws IOException {
        JsonNode whole = new YAMLMapper().readTree(document.toFile());
        // It helps to choose and is no rule of its own.
        whole.findParents("discriminator")
                .forEach(parent -> ((ObjectNode) parent).remove("discriminator"));
        List<ApiOperation> operations = new ArrayList<>();
        for (var path : whole.path("paths").properties()) {
            for (var call : path.getValue().properties()) {
                if (VERBS.contains(call.getKey())) {
                    operations.add(
                            new ApiOperation(
                                    call.getKey().toUpperCase(java.util.Locale.ROOT),
                                    path.getKey(),
                                    call.getValue(),
                                    whole));
                }
            }
        }
        return operations;
    }

    String id() {
        return told.path("operationId").asText();
    }

    boolean isOpen() {
        return told.has("security") && told.path("security").isEmpty();
    }

    List<Parameter> parameters(String in) {
        return told.path("parameters")
                .valueStream()
                .map(this::resolved)
                .filter(parameter -> parameter.path("in").asText().equals(in))
                .map(parameter -> new Parameter(in, parameter.path("name").asText()))
                .toList();
    }

    Set<String> statuses() {
        Set<String> statuses = new TreeSet<>();
        told.path("responses").fieldNames().forEachRemaining(statuses::add);
        return statuses;
    }

    /** The media type of what is sent; empty if nothing is. */
    Optional<String> takes() {
        JsonNode content = told.path("requestBody").path("content");
        return content.isEmpty() ? Optional.empty() : Optional.of(content.fieldNames().next());
    }

    /** A body as the schema has it, with every field of it. */
    JsonNode example() {
        return example(told.at("/requestBody/content/application~1json/schema"), 0);
    }

    private JsonNode example(JsonNode unresolved, int depth) {
        JsonNode schema = resolved(unresolved);
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (schema.has("enum")) {
            return schema.path("enum").path(0);
        }
        if (schema.has("oneOf")) {
            return example(schema.path("oneOf").path(0), depth);
        }
        JsonNode type = schema.path("type");
        return switch (type.isArray() ? type.path(0).asText() : type.asText("object")) {
            case "string" -> make.textNode("contract");
            case "boolean" -> make.booleanNode(false);
            case "integer", "number" -> make.numberNode(1);
            case "array" -> make.arrayNode();
            default -> {
                ObjectNode object = make.objectNode();
                if (depth < 5) {
                    for (var field : schema.path("properties").properties()) {
                        if (!field.getValue().path("readOnly").asBoolean()) {
                            object.set(field.getKey(), example(field.getValue(), depth + 1));
                        }
                    }
                }
                yield object;
            }
        };
    }

    /** Which media types the answer with this status may have; empty if it has no body. */
    Set<String> gives(int status) {
        Set<String> types = new TreeSet<>();
        response(status).path("content").fieldNames().forEachRemaining(types::add);
        return types;
    }

    /** Whether nothing is said of the form of a body, so that there may be none. */
    boolean saysNothingOf(int status) {
        return response(status)
                .path("content")
                .valueStream()
                .allMatch(content -> content.path("schema").isEmpty());
    }

    /** What about a body is not as documented; empty if nothing. */
    String mistakes(int status, JsonNode body) {
        JsonNode schema = response(status).path("content").path("application/json").path("schema");
        if (schema.isMissingNode()) {
            return "";
        }
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.putArray("allOf").add(schema);
        whole.set("components", document.path("components"));
        return SCHEMAS.getSchema(whole).validate(body).stream()
                .map(Object::toString)
                .limit(3)
                .collect(Collectors.joining("; "));
    }

    private JsonNode response(int status) {
        return resolved(told.path("responses").path(Integer.toString(status)));
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref")
                ? resolved(document.at(node.path("$ref").asText().substring(1)))
                : node;
    }
}
