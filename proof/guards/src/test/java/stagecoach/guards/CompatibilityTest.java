package stagecoach.guards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CompatibilityTest {
    private static final String DOCUMENT =
            """
            {"paths": {"/things": {"post": {
              "operationId": "createThing",
              "parameters": [{"name": "dryRun", "in": "query", "schema": {"type": "boolean"}}],
              "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
              "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}}},
             "components": {"schemas": {"Thing": {
              "type": "object", "required": ["name"],
              "properties": {
               "name": {"type": "string"},
               "kind": {"type": "string", "enum": ["A", "B"]},
               "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}}}""";

    @Test
    void the_same_document_and_whatever_is_added_break_nobody() throws IOException {
        assertThat(breaksAfter(document -> {})).isEmpty();
        assertThat(
                        breaksAfter(
                                document -> {
                                    properties(document).putObject("more").put("type", "string");
                                    ((ObjectNode) document.at("/paths")).putObject("/others");
                                }))
                .isEmpty();
    }

    @Test
    void what_is_gone_breaks_clients() throws IOException {
        assertThat(breaksAfter(document -> ((ObjectNode) document.at("/paths")).removeAll()))
                .containsExactly("post /things is gone");
        assertThat(breaksAfter(document -> properties(document).remove("kind")))
                .containsExactly(
                        "post /things, its body has no \"kind\"",
                        "post /things, 200 has no \"kind\"");
        assertThat(breaksAfter(document -> call(document).remove("parameters")))
                .containsExactly("post /things, parameter dryRun is gone");
        assertThat(
                        breaksAfter(
                                document ->
                                        ((ObjectNode) document.at("/paths/~1things/post/responses"))
                                                .removeAll()))
                .containsExactly("post /things, 200 is gone");
    }

    @Test
    void what_has_changed_breaks_clients() throws IOException {
        assertThat(breaksAfter(document -> call(document).put("operationId", "makeThing")))
                .containsExactly("post /things: its operationId is another one");
        assertThat(
                        breaksAfter(
                                document ->
                                        ((ObjectNode) properties(document).get("name"))
                                                .put("type", "integer")))
                .contains("post /things, 200/name: \"string\" has become \"integer\"");
    }

    @Test
    void a_request_that_takes_less_or_needs_more_breaks_clients() throws IOException {
        assertThat(
                        breaksAfter(
                                document ->
                                        ((ObjectNode) properties(document).get("kind"))
                                                .putArray("enum")
                                                .add("A")))
                .containsExactly("post /things, its body/kind no longer takes \"B\"");
        assertThat(
                        breaksAfter(
                                document ->
                                        ((ObjectNode) document.at("/components/schemas/Thing"))
                                                .putArray("required")
                                                .add("name")
                                                .add("kind")))
                .containsExactly("post /things, its body needs \"kind\"");
        assertThat(
                        breaksAfter(
                                document ->
                                        ((ObjectNode) call(document).path("parameters").path(0))
                                                .put("required", true)))
                .containsExactly("post /things needs the parameter dryRun now");
        assertThat(
                        breaksAfter(
                                document ->
                                        ((ObjectNode) call(document).path("requestBody"))
                                                .put("required", true)))
                .containsExactly("post /things needs a body now");
    }

    private static Iterable<String> breaksAfter(Consumer<JsonNode> change) throws IOException {
        var json = new ObjectMapper();
        JsonNode changed = json.readTree(DOCUMENT);
        change.accept(changed);
        return Compatibility.breaks(json.readTree(DOCUMENT), changed);
    }

    private static ObjectNode call(JsonNode document) {
        return (ObjectNode) document.at("/paths/~1things/post");
    }

    private static ObjectNode properties(JsonNode document) {
        return (ObjectNode) document.at("/components/schemas/Thing/properties");
    }
}
