package stagecoach.tentacle.rehearsal;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.wire.StagecoachJson;

/**
 * Speaks a gateway's part on the loopback address: one command after the other, then it is over.
 */
final class PlayedGateway implements AutoCloseable {
    static final AgentId AGENT = new AgentId("target:rehearsal");

    private static final Duration COMMAND_MAX = Duration.ofMinutes(1);
    private static final long LISTEN_SECONDS_MAX = 10;

    private final byte[] nupkg;
    private final Queue<GatewayFrame.Deliver> commands;
    private final CompletableFuture<Void> played = new CompletableFuture<>();
    private final HttpServer server;

    private PlayedGateway(Vertx vertx, Identity identity, Thumbprint tentacle) throws IOException {
        nupkg = nupkg();
        commands = new ArrayDeque<>(List.of(script(), acquire(), install()));
        server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setClientAuth(ClientAuth.REQUIRED)
                                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(
                                                KeyCertOptions.wrap(identity.keyManager()))
                                        .setTrustOptions(
                                                TrustOptions.wrap(PinnedTrust.exactly(tentacle))))
                        .webSocketHandler(this::converse)
                        .requestHandler(request -> request.response().end(Buffer.buffer(nupkg)));
    }

    static PlayedGateway open(Vertx vertx, Identity identity, Thumbprint tentacle)
            throws IOException, InterruptedException {
        PlayedGateway gateway = new PlayedGateway(vertx, identity, tentacle);
        try {
            gateway.server
                    .listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(LISTEN_SECONDS_MAX, TimeUnit.SECONDS);
            return gateway;
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("The loopback address cannot be listened on: " + e, e);
        }
    }

    URI endpoint() {
        return URI.create("https://127.0.0.1:" + server.actualPort());
    }

    /** Done when all commands have succeeded. */
    CompletableFuture<Void> played() {
        return played;
    }

    private void converse(ServerWebSocket socket) {
        socket.textMessageHandler(
                text -> {
                    switch (StagecoachJson.read(text, TentacleFrame.class)) {
                        case TentacleFrame.Hello _ -> {
                            say(socket, new GatewayFrame.Welcome(1, 1, List.of()));
                            sayNext(socket);
                        }
                        case TentacleFrame.Output output ->
                                say(
                                        socket,
                                        new GatewayFrame.OutputTaken(
                                                output.ticket(), output.chunk()));
                        case TentacleFrame.Ended ended -> {
                            say(socket, new GatewayFrame.Complete(ended.ticket()));
                            if (ended.result().succeeded()) {
                                sayNext(socket);
                            } else {
                                played.completeExceptionally(
                                        new IOException(
                                                ended.result().reason().orElse("it failed")));
                            }
                        }
                        case TentacleFrame.Started _,
                                TentacleFrame.Progress _,
                                TentacleFrame.GatewayTrusted _,
                                TentacleFrame.Health _ -> {}
                    }
                });
    }

    private void sayNext(ServerWebSocket socket) {
        GatewayFrame.Deliver next = commands.poll();
        if (next == null) {
            played.complete(null);
        } else {
            say(socket, next);
        }
    }

    private void say(ServerWebSocket socket, GatewayFrame frame) {
        socket.writeTextMessage(StagecoachJson.text(frame))
                .onFailure(played::completeExceptionally);
    }

    private static GatewayFrame.Deliver script() {
        var payload =
                new CommandPayload.Script(
                        Syntax.BASH,
                        "echo \"$STAGECOACH_GREETING\"; echo warning >&2; set_stagecoach_variable Answer 42",
                        Map.of("Greeting", "hello"),
                        List.of("secret"));
        return new GatewayFrame.Deliver(
                new AgentCommand.RunScript(
                        Ticket.of("rehearsal", "script"),
                        AGENT,
                        context(),
                        Digest.of(StagecoachJson.bytes(payload)),
                        mutex(),
                        Optional.of(COMMAND_MAX),
                        expiresAt()),
                Optional.of(payload),
                List.of());
    }

    private GatewayFrame.Deliver acquire() {
        return new GatewayFrame.Deliver(
                new AgentCommand.AcquirePackage(
                        Ticket.of("rehearsal", "acquire"),
                        AGENT,
                        context(),
                        pin(),
                        List.of(new Source.Server()),
                        false,
                        expiresAt()),
                Optional.empty(),
                List.of());
    }

    private GatewayFrame.Deliver install() {
        var payload =
                new CommandPayload.Install(
                        "applications/rehearsal",
                        List.of("**/*.properties"),
                        Map.of("Greeting", "hello"),
                        List.of("secret"));
        return new GatewayFrame.Deliver(
                new AgentCommand.InstallPackage(
                        Ticket.of("rehearsal", "install"),
                        AGENT,
                        context(),
                        pin(),
                        Digest.of(StagecoachJson.bytes(payload)),
                        mutex(),
                        Optional.of(COMMAND_MAX),
                        expiresAt()),
                Optional.of(payload),
                List.of());
    }

    private static byte[] nupkg() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (var file :
                    Map.of(
                                    "Rehearsal.nuspec", "<package/>",
                                    "conf/app.properties", "greeting=#{Greeting}\n",
                                    "Deploy.sh", "cat conf/app.properties\n")
                            .entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private PackagePin pin() {
        return new PackagePin(
                PackageId.parse("Rehearsal"),
                PackageVersion.parse("1.0.0"),
                Sha512.hashOf(nupkg),
                nupkg.length);
    }

    private static CommandContext context() {
        return new CommandContext(
                DeploymentId.ofBits(0),
                new ProjectId("rehearsal"),
                new EnvironmentId("rehearsal"),
                new Run(1),
                Optional.empty(),
                Optional.empty());
    }

    private static Mutex mutex() {
        return new Mutex("rehearsal", Mutex.Mode.EXCLUSIVE);
    }

    private static Instant expiresAt() {
        return Instant.now().plus(COMMAND_MAX);
    }

    @Override
    public void close() {
        server.close();
    }
}
