package stagecoach.local.launcher.bench.played;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/**
 * Machines that are only played, all in this process: each is enrolled with a certificate of its
 * own and speaks the agent protocol over its own connection, but does nothing, unless it is to read
 * packages, and says at once that it is done. So what a deployment costs is what the services cost.
 */
final class Fleet implements AutoCloseable {
    /** They are all in it. */
    static final String ENVIRONMENT = "production";

    /** As many are enrolled at the same time. */
    static final int JOINING = 8;

    private static final int SECONDS_MAX = 60;
    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    private static final String VERSION = "0.1.0";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final LocalMachines stack;
    private final URI gateway;
    private final Path folder;
    private final Optional<Pulls> pulls;
    private final ExecutorService pulling = Executors.newVirtualThreadPerTaskExecutor();

    /** Held, for one that nobody holds is closed, with its connection. */
    private final List<WebSocketClient> clients = new CopyOnWriteArrayList<>();

    private final Map<Ticket, Long> deliveredAt = new ConcurrentHashMap<>();
    private final Queue<Long> arrivals = new ConcurrentLinkedQueue<>();
    private final Queue<Double> roundTrips = new ConcurrentLinkedQueue<>();

    /** None yet; their certificates will lie in {@code folder}. Their environment is created. */
    Fleet(LocalMachines stack, Path folder) throws IOException, InterruptedException {
        this(stack, folder, Optional.empty());
    }

    /** The same, and they read what they are told to acquire. */
    Fleet(LocalMachines stack, Path folder, Optional<Pulls> pulls)
            throws IOException, InterruptedException {
        this.stack = stack;
        this.gateway = stack.agentUrl();
        this.folder = folder;
        this.pulls = pulls;
        stack.api()
                .put(
                        "/environments/" + ENVIRONMENT,
                        StagecoachJson.mapper().valueToTree(Map.of("name", ENVIRONMENT)));
    }

    /**
     * Enrols and connects machines {@code from} to {@code upTo}, both included, several at the same
     * time.
     */
    void joinTogether(int from, int upTo, int atOnce, List<String> tags) throws Exception {
        var next = new AtomicInteger(from);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < atOnce; i++) {
                all.add(
                        threads.submit(
                                () -> {
                                    for (int number = next.getAndIncrement();
                                            number <= upTo;
                                            number = next.getAndIncrement()) {
                                        join("played-" + number, tags)
                                                .get(SECONDS_MAX, TimeUnit.SECONDS);
                                    }
                                    return null;
                                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    /**
     * What was measured since the last time.
     *
     * @param arrivals of commands, as {@link System#nanoTime} said then
     * @param roundTrips from a command's arrival until the gateway knew its end, in milliseconds
     */
    record Times(List<Long> arrivals, List<Double> roundTrips) {}

    /** Gives them, and begins anew. */
    Times times() {
        var times = new Times(List.copyOf(arrivals), List.copyOf(roundTrips));
        arrivals.clear();
        roundTrips.clear();
        deliveredAt.clear();
        return times;
    }

    /** Enrols and connects machines {@code from} to {@code upTo}, both included. */
    void join(int from, int upTo, IntFunction<List<String>> tags) throws Exception {
        List<CompletableFuture<Void>> welcomed = new ArrayList<>();
        for (int number = from; number <= upTo; number++) {
            welcomed.add(join("played-" + number, tags.apply(number)));
        }
        CompletableFuture.allOf(welcomed.toArray(CompletableFuture<?>[]::new))
                .get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> join(String name, List<String> tags) throws Exception {
        JsonNode enrolment =
                stack.api()
                        .post(
                                "/enrolments",
                                Map.of(
                                        "target",
                                        Map.of(
                                                "id",
                                                name,
                                                "environments",
                                                List.of(ENVIRONMENT),
                                                "tags",
                                                tags)));
        String token = enrolment.path("token").asText();
        Thumbprint pinned = Thumbprint.parse(token.substring(token.lastIndexOf('.') + 1));
        Identity identity = Identity.loadOrCreate(folder.resolve(name), name);
        AgentId agent = enrol(token, identity, pinned);
        var welcomed = new CompletableFuture<Void>();
        WebSocketClient client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setSsl(true)
                                .setVerifyHost(false)
                                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManager()))
                                .setTrustOptions(TrustOptions.wrap(PinnedTrust.exactly(pinned)))
                                .addEnabledCipherSuite("TLS_AES_128_GCM_SHA256")
                                // This process works for all of them, and may be late.
                                .setSslHandshakeTimeout(SECONDS_MAX)
                                .setConnectTimeout(SECONDS_MAX * 1_000)
                                .setMaxMessageSize(MESSAGE_BYTES_MAX));
        clients.add(client);
        ClientWebSocket socket = client.webSocket();
        socket.textMessageHandler(
                json -> {
                    switch (StagecoachJson.read(json, GatewayFrame.class)) {
                        case GatewayFrame.Welcome _ -> welcomed.complete(null);
                        case GatewayFrame.Deliver deliver -> {
                            AgentCommand command = deliver.command();
                            if (command instanceof AgentCommand.AcquirePackage acquire
                                    && pulls.isPresent()) {
                                say(socket, new TentacleFrame.Started(command.ticket()));
                                pull(pulls.get(), socket, identity, pinned, acquire);
                            } else {
                                arrivals.add(System.nanoTime());
                                deliveredAt.put(command.ticket(), System.nanoTime());
                                say(socket, new TentacleFrame.Started(command.ticket()));
                                end(socket, command, ServedBy.Kind.HELD, 0);
                            }
                        }
                        case GatewayFrame.Goodbye goodbye ->
                                welcomed.completeExceptionally(new IOException(goodbye.reason()));
                        case GatewayFrame.Complete(Ticket ticket) -> {
                            Long since = deliveredAt.remove(ticket);
                            if (since != null) {
                                roundTrips.add((System.nanoTime() - since) / 1e6);
                            }
                        }
                        case GatewayFrame.Cancel _,
                                GatewayFrame.OutputTaken _,
                                GatewayFrame.RemovalsTaken _,
                                GatewayFrame.TrustGateway _ -> {}
                    }
                });
        socket.connect(
                        new WebSocketConnectOptions()
                                .setHost(gateway.getHost())
                                .setPort(gateway.getPort())
                                .setURI("/agent"))
                .onSuccess(
                        _ ->
                                say(
                                        socket,
                                        new TentacleFrame.Hello(
                                                1,
                                                agent,
                                                VERSION,
                                                List.of("sh"),
                                                1L << 40,
                                                List.of())))
                .onFailure(welcomed::completeExceptionally);
        return welcomed;
    }

    private void pull(
            Pulls from,
            ClientWebSocket socket,
            Identity identity,
            Thumbprint pinned,
            AgentCommand.AcquirePackage acquire) {
        var _ =
                pulling.submit(
                        () -> {
                            try {
                                from.read(identity, pinned, acquire.pin().sha512());
                                end(socket, acquire, ServedBy.Kind.SERVER, acquire.pin().size());
                            } catch (IOException | RuntimeException e) {
                                // The deployment fails with it, and so does the measurement.
                                say(socket, new TentacleFrame.Ended(acquire.ticket(), failed(e)));
                            }
                            return null;
                        });
    }

    private static void end(
            ClientWebSocket socket, AgentCommand command, ServedBy.Kind by, long bytes) {
        say(socket, new TentacleFrame.Ended(command.ticket(), done(command, by, bytes)));
    }

    private static void say(ClientWebSocket socket, TentacleFrame frame) {
        var _ = socket.writeTextMessage(StagecoachJson.text(frame));
    }

    private AgentId enrol(String token, Identity identity, Thumbprint pinned) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(gateway.resolve("/enrol"))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        StagecoachJson.bytes(
                                                new Enrolment.Request(token, VERSION))))
                        .build();
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(identity.tls(PinnedTrust.exactly(pinned)))
                        .build()) {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("the gateway refused the enrolment: " + answer.body());
            }
            return StagecoachJson.read(answer.body(), Enrolment.Response.class).agent();
        }
    }

    private static CommandResult done(AgentCommand command, ServedBy.Kind by, long bytes) {
        Optional<AcquisitionResult> acquisition =
                command instanceof AgentCommand.AcquirePackage
                        ? Optional.of(
                                new AcquisitionResult(
                                        new ServedBy(by, Optional.empty()), bytes, 0, 0, List.of()))
                        : Optional.empty();
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(0),
                Map.of(),
                Optional.empty(),
                false,
                acquisition);
    }

    private static CommandResult failed(Exception cause) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(1),
                Map.of(),
                Optional.of(cause.toString()),
                false,
                Optional.empty());
    }

    @Override
    public void close() {
        pulling.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
