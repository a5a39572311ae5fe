package stagecoach.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.channel.EventType;
import stagecoach.contracts.channel.StreamRequest;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.internal.Plan;

/**
 * What is stored for ever or spoken with older tentacles is kept as files, one for each type and
 * version: they may be added to, never changed. Run with {@code -Dgolden.write=true} to write the
 * file of a new type.
 */
class GoldenFilesTest {
    private static final Path GOLDEN = Path.of("..", "contracts", "src", "golden");
    private static final boolean WRITE = Boolean.getBoolean("golden.write");

    /** File name (without {@code .json}) to record class, of everything that has a golden file. */
    private static Map<String, Class<?>> types() {
        var types = new LinkedHashMap<String, Class<?>>();
        EventType.all().forEach(event -> types.put(EventType.of(event).value(), event));
        for (Class<?> family :
                List.of(
                        AgentCommand.class,
                        CommandPayload.class,
                        GatewayFrame.class,
                        TentacleFrame.class,
                        LogEntry.class,
                        StreamRequest.class,
                        ConfigurationDocument.class,
                        Source.class,
                        Plan.class)) {
            String path = family.getPackageName();
            String room = path.substring(path.lastIndexOf('.') + 1);
            for (Class<?> type : Examples.recordsOf(family)) {
                types.put(
                        "%s.%s.%s.v1".formatted(room, family.getSimpleName(), type.getSimpleName()),
                        type);
            }
        }
        return types;
    }

    @TestFactory
    Stream<DynamicTest> each_type_is_written_as_its_golden_file_and_read_back() {
        return types().entrySet().stream()
                .map(
                        entry ->
                                DynamicTest.dynamicTest(
                                        entry.getKey(),
                                        () -> check(entry.getKey(), entry.getValue())));
    }

    /**
     * What has grown (by fields that may be absent) has a further file for each time that it grew:
     * {@code ….v1}, {@code ….v1.1}, {@code ….v1.2}. The newest is how it is written; all are read.
     */
    private static void check(String name, Class<?> type) throws IOException {
        Object example = Examples.of(type);
        String json =
                StagecoachJson.mapper()
                                .writer(SerializationFeature.INDENT_OUTPUT)
                                .writeValueAsString(example)
                        + "\n";
        List<Path> forms = forms(name);
        boolean isWritten = !forms.isEmpty() && Files.readString(forms.getLast()).equals(json);
        if (!isWritten && WRITE) {
            Files.createDirectories(GOLDEN);
            Path file = form(name, forms.size());
            Files.writeString(file, json);
            forms.add(file);
        }
        if (forms.isEmpty()) {
            fail(
                    "%s is missing: a new type or version brings its golden file. Write it with -Dgolden.write=true.",
                    form(name, 0));
        }
        assertThat(json)
                .as(
                        "what %s looks like on the wire and in the store; if it has grown by fields that may be absent, -Dgolden.write=true writes its new form beside the old",
                        name)
                .isEqualTo(Files.readString(forms.getLast()));
        assertThat(StagecoachJson.<Object>read(json, cast(type))).isEqualTo(example);
        for (Path form : forms) {
            String written = Files.readString(form);
            Object read = StagecoachJson.<Object>read(written, cast(type));
            assertThat(lost(StagecoachJson.mapper().readTree(written), tree(read), ""))
                    .as("what is lost of %s when it is read", form)
                    .isEmpty();
        }
    }

    private static JsonNode tree(Object value) throws IOException {
        return StagecoachJson.mapper().readTree(StagecoachJson.bytes(value));
    }

    private static List<Path> forms(String name) {
        List<Path> forms = new ArrayList<>();
        while (Files.exists(form(name, forms.size()))) {
            forms.add(form(name, forms.size()));
        }
        return forms;
    }

    private static Path form(String name, int grown) {
        return GOLDEN.resolve(name + (grown == 0 ? "" : "." + grown) + ".json");
    }

    /** The places of {@code before} that are not in {@code after}, or are others there. */
    private static List<String> lost(JsonNode before, JsonNode after, String place) {
        List<String> lost = new ArrayList<>();
        if (before.isObject() && after.isObject()) {
            before.properties()
                    .forEach(
                            field ->
                                    lost.addAll(
                                            lost(
                                                    field.getValue(),
                                                    after.path(field.getKey()),
                                                    place + "/" + field.getKey())));
        } else if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                lost.addAll(lost(before.get(i), after.get(i), place + "/" + i));
            }
        } else if (!before.equals(after)) {
            lost.add(place);
        }
        return lost;
    }

    @SuppressWarnings("unchecked") // only to name the type that read gives back
    private static Class<Object> cast(Class<?> type) {
        return (Class<Object>) type;
    }

    @Test
    void a_golden_file_is_never_removed() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            var known = new TreeSet<>(types().keySet());
            assertThat(
                            files.map(
                                    f ->
                                            f.getFileName()
                                                    .toString()
                                                    .replaceFirst(
                                                            "(\\.v\\d+)(\\.\\d+)?\\.json$", "$1")))
                    .as("every golden file is of a type that this build still reads")
                    .isSubsetOf(known);
        }
    }
}
