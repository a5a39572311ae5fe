package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** What a gateway says that is damaged ends the session in words, and no script by it. */
@Timeout(180)
class MutatedFramesTest {
    private static final int FRAMES = 60;
    private static final short PROTOCOL_ERROR = 1002;

    @TempDir Path folder;
    private FakeGateway gateway;
    private Vertx vertx;
    private RunningTentacle tentacle;

    @BeforeEach
    void open() throws IOException {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        vertx = Vertx.vertx();
        tentacle =
                RunningTentacle.of(
                        Tentacle.open(
                                Home.open(folder.resolve("home")),
                                new Settings(
                                        Deliveries.AGENT,
                                        gateway.uri(),
                                        Optional.empty(),
                                        gateway.thumbprint()),
                                vertx,
                                "test",
                                RunningTentacle.BRISK,
                                FetchRules.USUAL,
                                () -> {}));
        gateway.awaitSessions(1);
    }

    @AfterEach
    void close() throws Exception {
        tentacle.stop();
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** All but a goodbye, for whole ones of that are obeyed. */
    private List<GatewayFrame> frames(Deliver other) {
        Ticket ticket = other.command().ticket();
        return List.of(
                other,
                new GatewayFrame.Welcome(1, 1_000, List.of(ticket), Optional.empty()),
                new GatewayFrame.OutputTaken(ticket, 1),
                new GatewayFrame.Complete(ticket),
                new GatewayFrame.Cancel(ticket, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                new GatewayFrame.RemovalsTaken(7),
                new GatewayFrame.TrustGateway(List.of(gateway.thumbprint().value())));
    }

    private static String mutated(GatewayFrame frame, Random random) {
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

    private long started(Ticket ticket) {
        return gateway.frames(Started.class).stream()
                .filter(frame -> frame.ticket().equals(ticket))
                .count();
    }

    @Test
    void damaged_frames_end_at_most_their_session_and_neither_start_nor_end_a_script()
            throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Path trace = folder.resolve("trace");
        Path go = folder.resolve("go");
        Deliver kept =
                Deliveries.bash(
                        "echo kept >> %s; until [ -e %s ]; do sleep 0.1; done; exit 3"
                                .formatted(trace, go));
        Ticket ticket = gateway.give(kept);
        await().atMost(90, TimeUnit.SECONDS).until(() -> started(ticket) > 0);
        Deliver other = Deliveries.bash("echo other >> " + trace);
        for (int i = 0; i < FRAMES; i++) {
            String frame = mutated(frames(other).get(random.nextInt(7)), random);
            long before = started(ticket);
            gateway.babble(frame);
            gateway.say(kept);
            await().alias("%s, seed %d".formatted(frame, seed))
                    .atMost(90, TimeUnit.SECONDS)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> started(ticket) > before);
        }
        assertThat(gateway.closings())
                .as("seed %d", seed)
                .isNotEmpty()
                .containsOnly(PROTOCOL_ERROR);
        assertThat(gateway.frames(Ended.class))
                .as("seed %d", seed)
                .noneMatch(ended -> ended.ticket().equals(ticket));

        Files.createFile(go);
        assertThat(gateway.awaitEnd(ticket).exitCode()).as("seed %d", seed).contains(3);
        Ticket next = gateway.give(Deliveries.bash("echo next >> " + trace));
        assertThat(gateway.awaitEnd(next).succeeded()).isTrue();
        assertThat(Files.readAllLines(trace)).as("seed %d", seed).containsOnlyOnce("kept", "next");
        assertThat(Files.readAllLines(trace))
                .as("seed %d", seed)
                .allMatch(line -> List.of("kept", "other", "next").contains(line));
        assertThat(tentacle.isRunning()).isTrue();
    }
}
