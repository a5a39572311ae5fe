package stagecoach.local.launcher.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.local.engines.FreePort;

class PodsTest {
    private static final Duration MAX = Duration.ofMinutes(3);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicBoolean secondIsReady = new AtomicBoolean(true);
    private HttpServer first;
    private HttpServer second;
    private URI edge;
    private URI passage;

    @BeforeEach
    void start() throws Exception {
        first = pod("first", new AtomicBoolean(true));
        second = pod("second", secondIsReady);
        int port = FreePort.find(1).getFirst();
        String pods = uri(first) + "," + uri(second);
        int listens =
                Edge.start(
                                vertx,
                                Entrance.at(0),
                                Services.parse(
                                        List.of(
                                                "orchestrator=" + pods,
                                                "package-service=" + pods,
                                                "agent-gateway=" + pods,
                                                "step-runner=" + pods,
                                                "%d=%s@%s,%s@%s"
                                                        .formatted(
                                                                port,
                                                                uri(first),
                                                                uri(first),
                                                                uri(second),
                                                                uri(second)))))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(3, TimeUnit.MINUTES);
        edge = URI.create("http://127.0.0.1:%d/api/v1/events".formatted(listens));
        passage = URI.create("http://127.0.0.1:%d/internal/plans".formatted(port));
    }

    @AfterEach
    void stop() throws Exception {
        first.stop(0);
        second.stop(0);
        vertx.close().toCompletionStage().toCompletableFuture().get(3, TimeUnit.MINUTES);
    }

    @Test
    void pods_share_the_requests() throws Exception {
        assertThat(answers(edge, 8)).containsExactlyInAnyOrder("first", "second");
        assertThat(answers(passage, 8)).containsExactlyInAnyOrder("first", "second");
    }

    @Test
    void a_pod_that_is_gone_is_passed_over() {
        first.stop(0);
        // A request on a connection that dies under it may have been done, so it is not repeated.
        await().atMost(MAX).until(() -> answers(edge, 8).equals(Set.of("second")));
        await().atMost(MAX).until(() -> answers(passage, 8).equals(Set.of("second")));
    }

    @Test
    void a_pod_that_is_not_ready_gets_nothing_until_it_is() {
        secondIsReady.set(false);
        await().atMost(MAX).until(() -> answers(edge, 8).equals(Set.of("first")));
        await().atMost(MAX).until(() -> answers(passage, 8).equals(Set.of("first")));

        secondIsReady.set(true);
        await().atMost(MAX).until(() -> answers(edge, 8).size() == 2);
    }

    @Test
    void what_is_said_wrongly_on_the_command_line_is_named() {
        assertThatThrownBy(() -> Services.parse(List.of("orchestrator")))
                .hasMessage("\"orchestrator\" is no NAME=URL");
        assertThatThrownBy(
                        () ->
                                Services.parse(List.of("step-runner=http://a"))
                                        .of(Route.ORCHESTRATOR))
                .hasMessage("there is no orchestrator");
    }

    /** Each over a connection of its own. */
    private static Set<String> answers(URI address, int requests)
            throws IOException, InterruptedException {
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < requests; i++) {
            try (HttpClient http = HttpClient.newHttpClient()) {
                HttpResponse<String> answer =
                        http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
                answers.add(answer.body());
            }
        }
        return answers;
    }

    private static HttpServer pod(String name, AtomicBoolean ready) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    boolean health = exchange.getRequestURI().getPath().startsWith("/q/health");
                    byte[] bytes = name.getBytes(UTF_8);
                    exchange.sendResponseHeaders(health && !ready.get() ? 503 : 200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static URI uri(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }
}
