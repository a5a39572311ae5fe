package stagecoach.tentacle.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.SilentGateway;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;
import stagecoach.wire.transcript.Transcript;

/** The tentacle keeps what version 1 of the protocol promised to gateways, whoever wrote them. */
@Timeout(180)
class TranscriptsTest {
    private static final byte[] PACKAGE = "a package".getBytes(StandardCharsets.UTF_8);

    @TempDir Path folder;
    SilentGateway gateway;
    Vertx vertx;
    RunningTentacle tentacle;
    Path goesOn;
    Identity identity;

    @BeforeEach
    void open() throws Exception {
        identity = Identity.loadOrCreate(folder.resolve("gateway"), "gateway");
        gateway = new SilentGateway(identity);
        vertx = Vertx.vertx();
        goesOn = folder.resolve("goes-on");
        tentacle =
                RunningTentacle.of(
                        Tentacle.open(
                                Home.open(folder.resolve("home")),
                                new Settings(
                                        Deliveries.AGENT,
                                        gateway.uri(),
                                        Optional.empty(),
                                        identity.thumbprint()),
                                vertx,
                                "test",
                                SessionRules.USUAL,
                                FetchRules.USUAL,
                                () -> {}));
    }

    @AfterEach
    void close() throws Exception {
        tentacle.stop();
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @FieldSource("stagecoach.wire.transcript.Transcript#NAMES")
    void the_tentacle_says_what_the_first_ones_said(String name) throws IOException {
        String waits = "echo one; until [ -e '%s' ]; do sleep 0.05; done; ".formatted(goesOn);
        Map<String, String> bodies =
                Map.of(
                        "script",
                        waits + "exit 3",
                        "broken-connection",
                        waits + "echo two",
                        "cancel",
                        "echo one; exec sleep 600",
                        "removed",
                        "",
                        "acquisition",
                        "",
                        "acquisition-told-again",
                        "",
                        "another-gateway-certificate",
                        "");
        JsonNodeFactory json = JsonNodeFactory.instance;
        Map<String, JsonNode> known = new HashMap<>();
        known.put("ticket", json.textNode(Deliveries.ticket().toString()));
        known.put("epoch", json.numberNode(7));
        known.put("next-epoch", json.numberNode(8));
        known.put("digest", json.textNode("ab".repeat(32)));
        known.put("expires", json.textNode(Instant.now().plusSeconds(600).toString()));
        known.put("body", json.textNode(bodies.get(name)));
        known.put("sha512", json.textNode(Sha512.hashOf(PACKAGE).value()));
        known.put("size", json.numberNode(PACKAGE.length));
        known.put("folder", json.textNode(share().toUri().toString()));
        known.put("shown", json.textNode(identity.thumbprint().value()));
        known.put("next", json.textNode("cd".repeat(32)));
        known.put("reason", json.textNode("this machine was removed"));
        known.put(
                "context",
                StagecoachJson.read(
                        "{\"deployment\":\"00000007\",\"project\":\"shop\",\"environment\":\"prod\",\"run\":3,\"step\":\"web\",\"target\":\"web-1\"}",
                        JsonNode.class));
        Map<String, Runnable> events = Map.of("the script goes on", this::goOn);
        Transcript.named(name)
                .play(
                        Transcript.Side.GATEWAY,
                        new TheTentacle(gateway),
                        known,
                        what -> events.getOrDefault(what, () -> {}));
    }

    /** A folder that machines share, with the package in it. */
    private Path share() throws IOException {
        Path share = folder.resolve("share");
        Path blobs = Files.createDirectories(share.resolve("blobs"));
        Files.write(blobs.resolve(Sha512.hashOf(PACKAGE).value()), PACKAGE);
        return share;
    }

    private void goOn() {
        try {
            Files.createFile(goesOn);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record TheTentacle(SilentGateway gateway) implements Transcript.Peer {
        @Override
        public void say(String text) {
            gateway.say(text);
        }

        @Override
        public String hear() {
            return gateway.hear();
        }

        @Override
        public void cut() {
            gateway.cut();
        }
    }
}
