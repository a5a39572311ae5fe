package stagecoach.tentacle.rehearsal;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.TicketFolder;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.session.SessionRules;
import stagecoach.tentacle.session.Tentacle;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.wire.StagecoachJson;

/**
 * Runs one script through a gateway of its own on the loopback address, with everything real but
 * the gateway. It shows that this machine can, and it is what an AOT cache is trained with.
 */
public final class Rehearsal {
    private static final AgentId AGENT = new AgentId("target:rehearsal");
    private static final Ticket TICKET = Ticket.of("rehearsal");
    private static final long SECONDS_MAX = 30;

    private final CompletableFuture<CommandResult> result = new CompletableFuture<>();

    private Rehearsal() {}

    /**
     * Performs it.
     *
     * @return a sentence about how it went
     * @throws IOException if it did not go well
     */
    public static String perform(Vertx vertx, String version)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("stagecoach-rehearsal-");
        try {
            return new Rehearsal().perform(vertx, version, folder);
        } finally {
            TicketFolder.deleteTree(folder);
        }
    }

    private String perform(Vertx vertx, String version, Path folder)
            throws IOException, InterruptedException {
        Instant begun = Instant.now();
        Identity gateway = Identity.loadOrCreate(folder.resolve("gateway"), "rehearsal");
        Home home = Home.open(folder.resolve("home"));
        try {
            HttpServer server =
                    vertx.createHttpServer(
                                    new HttpServerOptions()
                                            .setSsl(true)
                                            .setClientAuth(ClientAuth.REQUIRED)
                                            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                            .setKeyCertOptions(
                                                    KeyCertOptions.wrap(gateway.keyManager()))
                                            .setTrustOptions(
                                                    TrustOptions.wrap(
                                                            PinnedTrust.exactly(
                                                                    home.identity().thumbprint()))))
                            .webSocketHandler(this::converse)
                            .listen(0, "127.0.0.1")
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(SECONDS_MAX, TimeUnit.SECONDS);
            Settings settings =
                    new Settings(
                            AGENT,
                            URI.create("https://127.0.0.1:" + server.actualPort()),
                            Optional.empty(),
                            gateway.thumbprint());
            home.enrolled(settings);
            Tentacle tentacle =
                    Tentacle.open(
                            home,
                            home.settings().orElseThrow(),
                            vertx,
                            version,
                            SessionRules.USUAL,
                            FetchRules.USUAL,
                            () -> {});
            Thread running = Thread.ofVirtual().start(() -> run(tentacle));
            CommandResult came = result.get(SECONDS_MAX, TimeUnit.SECONDS);
            tentacle.stop();
            running.join();
            if (!came.succeeded()) {
                throw new IOException(
                        "The rehearsal's script did not succeed: " + came.reason().orElse("?"));
            }
            return "A script ran through a session on this machine in %d ms."
                    .formatted(Duration.between(begun, Instant.now()).toMillis());
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("The rehearsal did not come to its end: " + e, e);
        }
    }

    private void run(Tentacle tentacle) {
        try {
            tentacle.run();
        } catch (IOException e) {
            result.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void converse(ServerWebSocket socket) {
        socket.textMessageHandler(
                text -> {
                    switch (StagecoachJson.read(text, TentacleFrame.class)) {
                        case TentacleFrame.Hello _ -> {
                            say(socket, new GatewayFrame.Welcome(1, 1, List.of()));
                            say(socket, script());
                        }
                        case TentacleFrame.Output output ->
                                say(
                                        socket,
                                        new GatewayFrame.OutputTaken(
                                                output.ticket(), output.chunk()));
                        case TentacleFrame.Ended ended -> {
                            say(socket, new GatewayFrame.Complete(ended.ticket()));
                            result.complete(ended.result());
                        }
                        case TentacleFrame.Started _,
                                TentacleFrame.Progress _,
                                TentacleFrame.Health _ -> {}
                    }
                });
    }

    private void say(ServerWebSocket socket, GatewayFrame frame) {
        socket.writeTextMessage(StagecoachJson.text(frame))
                .onFailure(result::completeExceptionally);
    }

    private static GatewayFrame.Deliver script() {
        var payload =
                new CommandPayload.Script(
                        Syntax.SH,
                        "echo \"$STAGECOACH_GREETING\"; set_stagecoach_variable Answer 42",
                        Map.of("Greeting", "hello"),
                        List.of("secret"));
        var command =
                new AgentCommand.RunScript(
                        TICKET,
                        AGENT,
                        new CommandContext(
                                DeploymentId.ofBits(0),
                                new ProjectId("rehearsal"),
                                new EnvironmentId("rehearsal"),
                                new Run(1),
                                Optional.empty(),
                                Optional.empty()),
                        Digest.of(StagecoachJson.bytes(payload)),
                        new Mutex("rehearsal", Mutex.Mode.EXCLUSIVE),
                        Optional.of(Duration.ofSeconds(SECONDS_MAX)),
                        Instant.now().plusSeconds(SECONDS_MAX));
        return new GatewayFrame.Deliver(command, Optional.of(payload), List.of());
    }
}
