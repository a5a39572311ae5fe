package stagecoach.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.EventType;
import stagecoach.contracts.channel.Topic;

/**
 * What strangers are told of the events in {@code docs/events}: it comes from the records, and what
 * was ever written fits it. {@code -Devents.write=true} writes it anew.
 */
class EventDocumentsTest {
    private static final Path DOCUMENTS = Path.of("..", "..", "docs", "events");
    private static final Path GOLDEN = Path.of("..", "contracts", "src", "golden");
    private static final boolean WRITE = Boolean.getBoolean("events.write");

    private static ObjectNode schemas;
    private static ObjectNode asyncApi;

    @BeforeAll
    static void generate() throws IOException {
        var comments =
                SourceComments.of(
                        Stream.of("contracts", "vocabulary")
                                .map(room -> Path.of("..", room, "src", "main", "java"))
                                .toList());
        schemas = new EventSchemas(comments).document();
        asyncApi = AsyncApi.document(comments);
    }

    @Test
    void the_documents_say_what_the_records_say() throws IOException {
        assertIsWritten(schemas, AsyncApi.SCHEMAS);
        assertIsWritten(asyncApi, "asyncapi.json");
    }

    private static void assertIsWritten(JsonNode document, String name) throws IOException {
        String text =
                StagecoachJson.mapper()
                                .writer(SerializationFeature.INDENT_OUTPUT)
                                .writeValueAsString(document)
                        + "\n";
        Path file = DOCUMENTS.resolve(name);
        if (WRITE) {
            Files.createDirectories(DOCUMENTS);
            Files.writeString(file, text);
        }
        assertThat(file)
                .as("docs/events/%s; -Devents.write=true writes it from the records", name)
                .content(StandardCharsets.UTF_8)
                .isEqualTo(text);
    }

    @Test
    void every_event_that_was_ever_written_fits_its_schema() throws IOException {
        Map<String, JsonSchema> perEvent = new HashMap<>();
        var unfit = new ArrayList<String>();
        int seen = 0;
        for (Path golden : goldenEvents()) {
            String event = eventOf(golden);
            JsonSchema schema = perEvent.computeIfAbsent(event, EventDocumentsTest::closed);
            for (ValidationMessage message : schema.validate(read(golden))) {
                unfit.add(golden.getFileName() + ": " + message.getMessage());
            }
            seen++;
        }
        assertThat(unfit).isEmpty();
        assertThat(perEvent).hasSameSizeAs(EventType.all());
        assertThat(seen).isGreaterThan(perEvent.size());
    }

    @Test
    void an_event_is_exactly_one_of_those_in_the_document() throws IOException {
        JsonSchema any = schema(schemas);
        for (Path golden : goldenEvents()) {
            assertThat(any.validate(read(golden))).as(golden.toString()).isEmpty();
        }
        assertThat(any.validate(StagecoachJson.mapper().readTree("{\"type\":\"Nothing\"}")))
                .isNotEmpty();
    }

    @Test
    void an_event_that_lacks_what_its_readers_need_or_says_it_in_another_form_does_not_fit()
            throws IOException {
        for (Class<?> event : EventType.all()) {
            JsonSchema schema = ofEvent(schemas, event.getSimpleName());
            JsonNode required = schemas.at("/definitions/" + event.getSimpleName() + "/required");
            ObjectNode whole = StagecoachJson.mapper().valueToTree(Examples.of(event));
            assertThat(schema.validate(whole)).isEmpty();
            for (JsonNode name : required) {
                ObjectNode less = whole.deepCopy();
                less.remove(name.asText());
                assertThat(schema.validate(less)).as("%s without %s", event, name).isNotEmpty();
                ObjectNode odd = whole.deepCopy();
                if (odd.path(name.asText()).isArray()) {
                    odd.put(name.asText(), "odd");
                } else {
                    odd.putArray(name.asText());
                }
                assertThat(schema.validate(odd)).as("%s with an odd %s", event, name).isNotEmpty();
            }
        }
    }

    @Test
    void each_event_is_on_one_topic_and_what_the_document_refers_to_is_there() {
        var told = new ArrayList<String>();
        var topics = new ArrayList<String>();
        for (JsonNode channel : asyncApi.path("channels")) {
            topics.add(channel.path("address").asText());
            for (JsonNode message : channel.path("messages")) {
                JsonNode at = asyncApi.at(message.path("$ref").asText().substring(1));
                told.add(at.path("name").asText());
                String payload = at.at("/payload/schema/$ref").asText();
                assertThat(payload).startsWith("./" + AsyncApi.SCHEMAS + "#/");
                assertThat(schemas.at(payload.substring(payload.indexOf('#') + 1)).isObject())
                        .as(payload)
                        .isTrue();
            }
        }
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(
                        EventType.all().stream().map(type -> EventType.of(type).value()).toList());
        // The others carry commands, output and requests.
        var others = List.of(Channels.AGENT_COMMANDS, Channels.LOGS, Channels.REQUESTS);
        assertThat(topics)
                .containsExactlyInAnyOrderElementsOf(
                        Channels.all().stream()
                                .filter(topic -> !others.contains(topic))
                                .map(Topic::name)
                                .toList());
    }

    /** The bare name, of {@code stagecoach.NAME.v1.2.json}. */
    private static String eventOf(Path golden) {
        String file = golden.getFileName().toString();
        return file.substring(file.indexOf('.') + 1, file.indexOf(".v"));
    }

    private static List<Path> goldenEvents() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.filter(file -> file.getFileName().toString().startsWith("stagecoach."))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode read(Path file) throws IOException {
        return StagecoachJson.mapper().readTree(Files.readAllBytes(file));
    }

    /** The schema of an event that allows nothing of which it does not speak. */
    private static JsonSchema closed(String event) {
        ObjectNode all = schemas.deepCopy();
        for (JsonNode definition : all.path(EventSchemas.DEFINITIONS)) {
            if (definition.has("properties")) {
                ((ObjectNode) definition).put("additionalProperties", false);
            }
        }
        return ofEvent(all, event);
    }

    private static JsonSchema ofEvent(ObjectNode all, String event) {
        ObjectNode one = all.deepCopy();
        ArrayNode only = one.putArray("oneOf");
        only.addObject().put("$ref", "#/%s/%s".formatted(EventSchemas.DEFINITIONS, event));
        return schema(one);
    }

    private static JsonSchema schema(ObjectNode document) {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(document);
    }
}
