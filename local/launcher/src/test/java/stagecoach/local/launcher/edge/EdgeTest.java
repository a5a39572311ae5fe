package stagecoach.local.launcher.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.local.engines.FreePort;

class EdgeTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer orchestrator;
    private HttpServer packages;
    private int port;

    @BeforeEach
    void start() throws Exception {
        orchestrator = server();
        packages = server();
        port =
                Edge.start(vertx, Entrance.at(0), services(uri(orchestrator), uri(packages)))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(3, TimeUnit.MINUTES);
    }

    @AfterEach
    void stop() throws Exception {
        http.close();
        orchestrator.stop(0);
        packages.stop(0);
        vertx.close().toCompletionStage().toCompletableFuture().get(3, TimeUnit.MINUTES);
    }

    @Test
    void a_request_reaches_its_service_with_its_query_and_where_it_came_in() throws Exception {
        orchestrator.createContext(
                "/",
                exchange ->
                        answer(
                                exchange,
                                "%s %s %s"
                                        .formatted(
                                                exchange.getRequestURI(),
                                                exchange.getRequestHeaders()
                                                        .getFirst("X-Forwarded-Proto"),
                                                exchange.getRequestHeaders()
                                                        .getFirst("X-Forwarded-Port"))));
        packages.createContext("/", exchange -> answer(exchange, "packages"));

        assertThat(get("/api/v1/events?cursor=a%20b").body())
                .isEqualTo("/api/v1/events?cursor=a%20b http " + port);
        assertThat(get("/nuget/v3/index.json").body()).isEqualTo("packages");
    }

    @Test
    void only_a_known_proxy_says_how_a_client_came() throws Exception {
        packages.createContext("/", exchange -> answer(exchange, forwarded(exchange)));

        assertThat(throughProxy(port))
                .isEqualTo("Proto=http Host=127.0.0.1 Port=%d For=127.0.0.1".formatted(port));
        assertThat(throughProxy(edge("--behind-proxy=127.0.0.1")))
                .isEqualTo("Proto=https Host=packages.example Prefix=/prefix For=192.0.2.1");
    }

    @Test
    void the_host_that_a_proxy_passes_on_is_the_one_that_the_client_named() throws Exception {
        packages.createContext("/", exchange -> answer(exchange, forwarded(exchange)));
        int behind = edge("--behind-proxy=192.0.2.7");

        HttpRequest request =
                HttpRequest.newBuilder(uri(behind).resolve("/nuget/v3/index.json"))
                        .header("X-Forwarded-Proto", "https")
                        .build();

        assertThat(http.send(request, BodyHandlers.ofString()).body())
                .isEqualTo("Proto=https Host=127.0.0.1:" + behind);
    }

    private String throughProxy(int edge) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(uri(edge).resolve("/nuget/v3/index.json"))
                        .header("X-Forwarded-Proto", "https")
                        .header("X-Forwarded-Host", "packages.example")
                        .header("X-Forwarded-Prefix", "/prefix")
                        .header("X-Forwarded-For", "192.0.2.1")
                        .header("Forwarded", "for=192.0.2.1;proto=https;host=other.example")
                        .build();
        return http.send(request, BodyHandlers.ofString()).body();
    }

    private static String forwarded(HttpExchange exchange) {
        return Stream.of("Proto", "Host", "Port", "Prefix", "For")
                .filter(name -> exchange.getRequestHeaders().containsKey("X-Forwarded-" + name))
                .map(
                        name ->
                                name
                                        + "="
                                        + exchange.getRequestHeaders()
                                                .getFirst("X-Forwarded-" + name))
                .collect(Collectors.joining(" "));
    }

    @Test
    void only_the_named_proxy_and_this_computer_are_believed() {
        Entrance behind = entrance("--behind-proxy=192.0.2.7");
        assertThat(behind.trusts(InetAddress.ofLiteral("192.0.2.7"))).isTrue();
        assertThat(behind.trusts(InetAddress.ofLiteral("::1"))).isTrue();
        assertThat(behind.trusts(InetAddress.ofLiteral("192.0.2.8"))).isFalse();
        assertThat(entrance().trusts(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
    }

    @Test
    void others_come_in_at_an_address_of_their_own_and_this_computer_at_the_usual_one()
            throws Exception {
        packages.createContext("/", exchange -> answer(exchange, "packages"));
        int both = edge("--listen=127.0.0.2");

        for (String host : List.of("127.0.0.1", "127.0.0.2")) {
            URI address = URI.create("http://%s:%d/nuget/v3/index.json".formatted(host, both));
            HttpRequest request = HttpRequest.newBuilder(address).build();
            assertThat(http.send(request, BodyHandlers.ofString()).body()).isEqualTo("packages");
        }
        assertThat(entrance("--listen=0.0.0.0").hosts()).containsExactly("0.0.0.0");
    }

    private int edge(String... options) throws Exception {
        return Edge.start(vertx, entrance(options), services(uri(orchestrator), uri(packages)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(3, TimeUnit.MINUTES);
    }

    private static Entrance entrance(String... options) {
        var arguments = new ArrayList<>(List.of(options));
        arguments.addFirst("0");
        return Entrance.taken(arguments);
    }

    @Test
    void a_service_that_is_away_is_said_in_a_sentence() throws Exception {
        HttpResponse<String> answer = get("/api/v1/agents");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(answer.body()).contains("the agent-gateway does not answer");

        HttpResponse<String> upload =
                http.send(
                        request("/api/v1/enrolments")
                                .POST(BodyPublishers.ofByteArray(new byte[1 << 20]))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(upload.statusCode()).isEqualTo(502);
    }

    @Test
    void a_request_ends_in_words_when_its_service_dies_under_it() throws Exception {
        orchestrator.createContext("/api/v1/projects", exchange -> answer(exchange, "well"));
        orchestrator.createContext("/api/v1/deployments", HttpExchange::close);

        assertThat(get("/api/v1/projects").body()).isEqualTo("well");
        HttpResponse<String> answer =
                http.send(
                        request("/api/v1/deployments/d").timeout(Duration.ofMinutes(3)).build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("the orchestrator does not answer");
    }

    @Test
    void an_answer_that_breaks_off_is_seen_to_break_off() throws Exception {
        orchestrator.createContext("/api/v1/projects", exchange -> answer(exchange, "well"));
        orchestrator.createContext(
                "/api/v1/deployments",
                exchange -> {
                    exchange.sendResponseHeaders(200, 1_000);
                    exchange.getResponseBody().write(new byte[10]);
                    exchange.getResponseBody().flush();
                    exchange.close();
                });

        assertThat(get("/api/v1/projects").body()).isEqualTo("well");
        assertThatThrownBy(
                        () ->
                                http.send(
                                        request("/api/v1/deployments/d")
                                                .timeout(Duration.ofMinutes(3))
                                                .build(),
                                        BodyHandlers.ofString()))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void what_services_say_to_each_other_stays_closed() throws Exception {
        orchestrator.createContext("/", exchange -> answer(exchange, "secret"));
        HttpResponse<String> answer = get("/internal/snapshots");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).doesNotContain("secret");
    }

    @Test
    void an_event_arrives_while_the_stream_is_still_open() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        orchestrator.createContext(
                "/",
                exchange -> {
                    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write("data: one\n\n".getBytes(UTF_8));
                    exchange.getResponseBody().flush();
                    await(seen);
                    exchange.getResponseBody().write("data: two\n\n".getBytes(UTF_8));
                    exchange.close();
                });
        var answer = http.send(request("/api/v1/events").build(), BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("data: one");
            seen.countDown();
            assertThat(lines.readLine()).isEmpty();
            assertThat(lines.readLine()).isEqualTo("data: two");
        }
    }

    @Test
    void a_large_upload_is_passed_on_while_it_still_arrives() throws Exception {
        long size = 64L << 20;
        AtomicLong received = new AtomicLong();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        packages.createContext(
                "/",
                exchange -> {
                    try (InputStream body = exchange.getRequestBody()) {
                        byte[] buffer = new byte[64 << 10];
                        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                            received.addAndGet(n);
                            begun.complete(null);
                        }
                    }
                    answer(exchange, "took " + received.get());
                });
        HttpRequest upload =
                request("/nuget/v3/package")
                        .expectContinue(true)
                        .PUT(BodyPublishers.ofInputStream(() -> new Gated(size, begun)))
                        .build();
        assertThat(http.send(upload, BodyHandlers.ofString()).body()).isEqualTo("took " + size);
    }

    @Test
    void a_service_that_breaks_off_its_answer_does_not_look_complete() throws Exception {
        packages.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().write(new byte[10]);
                    exchange.getResponseBody().flush();
                    throw new IOException("broken off on purpose");
                });
        assertThatThrownBy(() -> get("/nuget/v3/half")).isInstanceOf(IOException.class);
    }

    @Test
    void a_taken_port_fails_the_start() {
        assertThatThrownBy(
                        () ->
                                Edge.start(vertx, Entrance.at(port), services(nobody(), nobody()))
                                        .toCompletionStage()
                                        .toCompletableFuture()
                                        .get(3, TimeUnit.MINUTES))
                .hasMessageContaining("Address already in use");
    }

    /** Gives its first half at once and the rest only when the far end has begun to read. */
    private static final class Gated extends InputStream {
        private final long size;
        private final CompletableFuture<Void> gate;
        private long given;

        Gated(long size, CompletableFuture<Void> gate) {
            this.size = size;
            this.gate = gate;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("reads whole buffers only");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (given == size) {
                return -1;
            }
            if (given > size / 2) {
                gate.join();
            }
            int n = Math.toIntExact(Math.min(length, size - given));
            given += n;
            return n;
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(port).resolve(path)).version(HttpClient.Version.HTTP_1_1);
    }

    private static HttpServer server() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    private static Services services(URI orchestrator, URI packages) {
        return Services.parse(
                List.of(
                        "orchestrator=" + orchestrator,
                        "package-service=" + packages,
                        "agent-gateway=" + nobody(),
                        "step-runner=" + nobody()));
    }

    private static URI uri(HttpServer server) {
        return uri(server.getAddress().getPort());
    }

    private static URI nobody() {
        return uri(FreePort.find(1).getFirst());
    }

    private static URI uri(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
