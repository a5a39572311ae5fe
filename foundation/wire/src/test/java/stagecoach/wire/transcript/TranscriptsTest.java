package stagecoach.wire.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What transcripts are compared by. */
class TranscriptsTest {
    private static final String HELLO =
            """
            {"type":"Hello","protocolMax":1,"agent":"target:web-1","version":"2.0",
             "capabilities":["sh","bash"],"freeDiskBytes":1,"openTickets":[],"epochSeen":3}""";

    @Test
    void every_file_is_played() throws IOException {
        try (var files = Files.list(Path.of("src/test/resources/transcripts"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Transcript.NAMES);
        }
    }

    @Test
    void later_fields_and_what_may_come_at_any_time_are_passed_over() {
        var said = new ArrayList<String>();
        play(
                said,
                "{\"type\":\"Health\",\"freeDiskBytes\":1}",
                HELLO.replace("[\"sh\",\"bash\"]", "[\"bash\",\"sh\"]"));
        assertThat(said.getFirst()).contains("\"epoch\":7", "\"protocol\":1");
    }

    @Test
    void another_value_is_told_with_its_place() {
        assertThatThrownBy(() -> play(new ArrayList<>(), HELLO))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("removed:2")
                .hasMessageContaining("/capabilities/0");
    }

    private static void play(List<String> said, String... heard) {
        Iterator<String> next = List.of(heard).iterator();
        Transcript.named("removed")
                .play(
                        Transcript.Side.GATEWAY,
                        new Transcript.Peer() {
                            @Override
                            public void say(String text) {
                                said.add(text);
                            }

                            @Override
                            public String hear() {
                                return next.next();
                            }

                            @Override
                            public void cut() {
                                throw new AssertionError("nothing breaks");
                            }
                        },
                        Map.of(
                                "epoch", JsonNodeFactory.instance.numberNode(7),
                                "reason", JsonNodeFactory.instance.textNode("over")),
                        what -> () -> {});
    }
}
