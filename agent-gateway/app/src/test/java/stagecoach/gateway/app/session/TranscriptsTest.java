package stagecoach.gateway.app.session;

import static java.util.Map.entry;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.transcript.Transcript;

/** The gateway keeps what version 1 of the protocol promised to tentacles, whoever wrote them. */
@GatewayTest
class TranscriptsTest {
    private static final String BODY = "echo one";
    private static final byte[] PACKAGE = "a package".getBytes(StandardCharsets.UTF_8);
    private static final String FOLDER = "file:///mnt/packages";
    private static final JsonNode CAPABILITIES =
            JsonNodeFactory.instance.arrayNode().add("bash").add(Source.FOLDER_CACHES);
    private static final JsonNode RENEWING =
            JsonNodeFactory.instance.arrayNode().add("bash").add(AgentCommand.GATEWAY_RENEWAL);

    @Inject Scene scene;

    @ParameterizedTest
    @FieldSource("stagecoach.wire.transcript.Transcript#NAMES")
    void the_gateway_says_what_it_said_to_the_first_tentacles(String name) {
        AgentId agent = Scene.anAgent();
        Ticket ticket = Scene.aTicket();
        Map<String, Runnable> events =
                Map.of(
                        "a script is given",
                        () -> Scene.give(Scene.script(agent, ticket, BODY)),
                        "a package is wanted",
                        () ->
                                Scene.give(
                                        Scene.acquire(
                                                agent,
                                                ticket,
                                                Sha512.hashOf(PACKAGE),
                                                PACKAGE.length,
                                                new Source.Folder(
                                                        new CacheId("eu-share"), FOLDER))),
                        "the script goes on",
                        () -> {},
                        "the script is cancelled",
                        () ->
                                Scene.giveCancel(
                                        agent,
                                        ticket,
                                        Duration.ofSeconds(10),
                                        Duration.ofSeconds(30)),
                        "the machine is removed",
                        () -> scene.revoke(agent));
        Transcript.named(name)
                .play(
                        Transcript.Side.TENTACLE,
                        new Gateway(scene.enrolled(agent)),
                        Map.ofEntries(
                                entry("agent", text(agent.value())),
                                entry("ticket", text(ticket.toString())),
                                entry("body", text(BODY)),
                                entry("version", text("0.1.0")),
                                entry("capabilities", CAPABILITIES),
                                entry("renewing", RENEWING),
                                entry("free", number(52_428_800_000L)),
                                entry("free-then", number(52_428_700_000L)),
                                entry("sha512", text(Sha512.hashOf(PACKAGE).value())),
                                entry("size", JsonNodeFactory.instance.numberNode(PACKAGE.length)),
                                entry("folder", text(FOLDER)),
                                entry("at-1", text("2026-11-24T06:00:00Z")),
                                entry("at-2", text("2026-11-24T06:00:02Z")),
                                entry("last-words", text("Terminated"))),
                        events::get);
    }

    private static JsonNode number(long value) {
        return JsonNodeFactory.instance.numberNode(value);
    }

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }

    /** The true gateway, as one machine hears it. */
    private static final class Gateway implements Transcript.Peer {
        private final Machine machine;
        private Machine.Connection connection;
        private int heard;

        Gateway(Machine machine) {
            this.machine = machine;
            this.connection = machine.dial().join();
        }

        @Override
        public void say(String text) {
            connection.sayText(text);
        }

        @Override
        public String hear() {
            int next = heard++;
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> connection.texts("").size() > next);
            return connection.texts("").get(next);
        }

        @Override
        public void cut() {
            connection.drop();
            connection = machine.dial().join();
            heard = 0;
        }
    }
}
