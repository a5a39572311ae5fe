package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.wire.StagecoachJson;

class ProtocolPageTest {
    private static final Path PAGE = Path.of("../docs/agent-protocol.md");

    @Test
    void every_example_on_the_page_is_what_it_says_and_every_frame_has_one() throws Exception {
        List<String> examples =
                Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("{")).toList();
        Set<String> shown = new TreeSet<>();
        for (String example : examples) {
            JsonNode json = StagecoachJson.read(example, JsonNode.class);
            String type = json.path("type").asText("");
            Object read = StagecoachJson.read(example, kind(type, json));
            assertThat(StagecoachJson.read(StagecoachJson.text(read), JsonNode.class))
                    .isEqualTo(json);
            shown.add(type);
        }
        assertThat(shown).containsAll(names(TentacleFrame.class));
        Set<String> gateway = names(GatewayFrame.class);
        assertThat(shown).containsAll(gateway);
    }

    private static Class<?> kind(String type, JsonNode json) {
        if (type.isEmpty()) {
            return json.has("token") ? Enrolment.Request.class : Enrolment.Response.class;
        }
        return names(TentacleFrame.class).contains(type) ? TentacleFrame.class : GatewayFrame.class;
    }

    private static Set<String> names(Class<?> family) {
        Set<String> names = new TreeSet<>();
        Stream.of(family.getPermittedSubclasses()).map(Class::getSimpleName).forEach(names::add);
        return names;
    }
}
