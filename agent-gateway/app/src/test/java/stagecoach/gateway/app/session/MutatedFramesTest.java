package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Progress;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** What a machine says that is damaged harms nothing but its own session. */
@GatewayTest
@Timeout(120)
class MutatedFramesTest {
    private static final int FRAMES = 50;
    private static final int FAILED = 1011;

    @Inject Scene scene;

    private static List<TentacleFrame> frames(Ticket ticket) {
        return List.of(
                new Started(ticket),
                new Output(
                        ticket,
                        1,
                        List.of(new OutputLine(Instant.EPOCH, OutputKind.OUT, "a line"))),
                new Progress(ticket, 7),
                new Ended(ticket, Scene.exited(0)),
                new Health(1_000_000, Optional.empty(), List.of(), List.of()));
    }

    private static String mutated(TentacleFrame frame, Random random) {
        String text = StagecoachJson.text(frame);
        return switch (random.nextInt(3)) {
            case 0 -> text.substring(0, random.nextInt(text.length()));
            case 1 -> {
                var changed = new StringBuilder(text);
                changed.setCharAt(random.nextInt(text.length()), (char) random.nextInt(32, 127));
                yield changed.toString();
            }
            default -> {
                var tree = (ObjectNode) StagecoachJson.read(text, JsonNode.class);
                var names = new ArrayList<String>();
                tree.fieldNames().forEachRemaining(names::add);
                tree.remove(names.get(random.nextInt(names.size())));
                yield tree.toString();
            }
        };
    }

    /** Whether the session, when it has read what was said before, takes a piece of output. */
    private static boolean goesOn(Machine.Connection connection, Ticket ticket, long chunk) {
        try {
            connection.say(
                    new Output(
                            ticket,
                            chunk,
                            List.of(new OutputLine(Instant.EPOCH, OutputKind.OUT, "on"))));
        } catch (CompletionException closedMeanwhile) {
            assertThat(closedMeanwhile).hasCauseInstanceOf(IOException.class);
        }
        await().atMost(StagecoachResource.PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !connection.isOpen() || isTaken(connection, ticket, chunk));
        return isTaken(connection, ticket, chunk);
    }

    private static boolean isTaken(Machine.Connection connection, Ticket ticket, long chunk) {
        return connection.heard(OutputTaken.class).stream()
                .anyMatch(one -> one.ticket().equals(ticket) && one.chunk() == chunk);
    }

    @Test
    void damaged_frames_end_their_session_in_words_and_touch_no_other_ticket() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Ticket kept = Scene.giveScript(agent);
        Ticket spoilt = Scene.giveScript(agent);
        var connection = machine.connect(agent);
        connection.await(Deliver.class, one -> one.command().ticket().equals(kept));
        connection.await(Deliver.class, one -> one.command().ticket().equals(spoilt));
        connection.say(new Started(kept));
        long chunk = 1;
        int refused = 0;
        for (int i = 0; i < FRAMES; i++) {
            String frame = mutated(frames(spoilt).get(random.nextInt(5)), random);
            connection.sayText(frame);
            if (goesOn(connection, kept, chunk)) {
                chunk++;
            } else {
                refused++;
                assertThat(connection.closedWith())
                        .as("%s, seed %d", frame, seed)
                        .isNotEqualTo(FAILED);
                connection =
                        machine.connect(agent, new TentacleFrame.OpenTicket(kept, false, chunk));
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
        connection.say(new Ended(kept, Scene.exited(3)));
        connection.await(Complete.class, one -> one.ticket().equals(kept));
        assertThat(
                        Scene.reportsOf(
                                kept,
                                seen ->
                                        seen.stream()
                                                .anyMatch(
                                                        AgentReport.CommandEnded.class
                                                                ::isInstance)))
                .filteredOn(AgentReport.CommandEnded.class::isInstance)
                .as("seed %d", seed)
                .hasSize(1)
                .first()
                .isInstanceOfSatisfying(
                        AgentReport.CommandEnded.class,
                        ended -> assertThat(ended.result()).isEqualTo(Scene.exited(3)));
    }
}
