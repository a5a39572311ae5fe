package stagecoach.gateway.app.session.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

class FramesTest {
    private static final Ticket TICKET = Ticket.parse("4b2c55ae-5726-59a5-9216-11e4b0cafeb5");

    private static Ended ended(String name, String value, String reason) {
        return new Ended(
                TICKET,
                new CommandResult(
                        CommandOutcome.EXITED,
                        Optional.of(1),
                        Map.of(name, value),
                        Optional.of(reason),
                        false,
                        Optional.empty()));
    }

    private static TentacleFrame read(TentacleFrame said) {
        return Frames.read(StagecoachJson.text(said));
    }

    @Test
    void a_nul_is_replaced_wherever_it_stands() {
        assertThat(read(ended("a\0", "\0\0b", "\\\0")))
                .isEqualTo(ended("a\ufffd", "\ufffd\ufffdb", "\\\ufffd"));
    }

    @Test
    void the_six_characters_of_its_escape_are_a_text_like_any_other() {
        var said = ended("a", "\\u0000", "\\\\u0000 \\\\\\u0000");
        assertThat(read(said)).isEqualTo(said);
    }
}
