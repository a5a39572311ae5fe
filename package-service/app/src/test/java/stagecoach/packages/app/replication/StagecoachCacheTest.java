package stagecoach.packages.app.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.vocabulary.packages.Sha512;

/** A cache that answers as no cache should costs a try, and neither a thread nor the memory. */
@Timeout(180)
class StagecoachCacheTest {
    private static final Sha512 DIGEST = Sha512.hashOf(new byte[0]);

    private final CountDownLatch ended = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final DownCaches downs = new DownCaches(Duration.ofMinutes(1), System::nanoTime);
    private HttpClient client;
    private HttpServer server;
    private StagecoachCache cache;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        client = HttpClient.newHttpClient();
        server.setExecutor(threads);
        server.start();
        cache = named("127.0.0.1");
    }

    private StagecoachCache named(String host) {
        return named(host, Duration.ofSeconds(5));
    }

    private StagecoachCache named(String host, Duration answerMax) {
        return new StagecoachCache(
                new CacheAddresses(
                        _ -> client,
                        Duration.ofSeconds(10),
                        StagecoachCacheTest::addressesOf,
                        downs),
                "http://%s:%d".formatted(host, server.getAddress().getPort()),
                "credential",
                answerMax);
    }

    /** At the first address of the name there is nobody, or somebody else. */
    private static InetAddress[] addressesOf(String host) throws UnknownHostException {
        return host.equals("cache.example")
                ? new InetAddress[] {
                    InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")
                }
                : InetAddress.getAllByName(host);
    }

    @AfterEach
    void stop() {
        ended.countDown();
        server.stop(0);
        client.shutdownNow();
        threads.shutdownNow();
    }

    private interface Body {
        void writeTo(OutputStream body) throws Exception;
    }

    private void answers(Body body) {
        server.createContext("/", exchange -> answer(exchange, body));
    }

    private static void answer(HttpExchange exchange, Body body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            body.writeTo(exchange.getResponseBody());
        } catch (IOException gone) {
            throw gone;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void however_many_addresses_are_silent_they_are_waited_for_no_longer_than_two() {
        var waited = new ArrayList<Duration>();
        var silent =
                new CacheAddresses(
                        longest -> {
                            waited.add(longest);
                            return client;
                        },
                        Duration.ofSeconds(10),
                        _ ->
                                IntStream.rangeClosed(1, 4)
                                        .mapToObj(each -> InetAddress.ofLiteral("192.0.2." + each))
                                        .toArray(InetAddress[]::new),
                        downs);
        var asked = new ArrayList<URI>();

        assertThatThrownBy(
                        () ->
                                silent.ask(
                                        HttpRequest.newBuilder(URI.create("https://c.example"))
                                                .build(),
                                        (_, request) -> {
                                            asked.add(request.uri());
                                            throw new HttpConnectTimeoutException("silent");
                                        }))
                .isInstanceOf(HttpConnectTimeoutException.class);

        assertThat(asked).hasSize(4);
        assertThat(waited).containsExactly(Duration.ofSeconds(5));
    }

    @Test
    void a_body_that_stalls_in_its_middle_ends_with_a_sentence() {
        answers(
                body -> {
                    body.write("{\"digests\":[".getBytes(StandardCharsets.UTF_8));
                    body.flush();
                    ended.await();
                });
        StagecoachCache hurried = named("127.0.0.1", Duration.ofSeconds(3));
        assertThatThrownBy(() -> hurried.holdings(""))
                .isInstanceOf(CacheFailure.class)
                .hasMessageContaining("does not end its answer");
    }

    @Test
    void a_body_without_an_end_is_not_taken_in() {
        byte[] part = new byte[1 << 16];
        answers(
                body -> {
                    while (ended.getCount() > 0) {
                        body.write(part);
                    }
                });
        assertThatThrownBy(() -> cache.holdings("")).isInstanceOf(CacheFailure.class);
    }

    @Test
    void an_answer_that_does_not_begin_ends_too() {
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        ended.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        StagecoachCache hurried = named("127.0.0.1", Duration.ofSeconds(1));
        assertThatThrownBy(hurried::feedTag).isInstanceOf(CacheFailure.class);
    }

    @Test
    void what_answers_in_time_is_read() throws Exception {
        server.createContext(
                "/feed",
                exchange -> {
                    try (exchange) {
                        exchange.getResponseHeaders().add("ETag", "\"abc\"");
                        exchange.sendResponseHeaders(200, -1);
                    }
                });
        assertThat(cache.feedTag()).hasValue("abc");
    }

    private void tellsItsName(HttpServer at, String name) {
        at.createContext(
                "/feed",
                exchange -> {
                    try (exchange) {
                        String host = exchange.getRequestHeaders().getFirst("Host");
                        exchange.getResponseHeaders()
                                .add("ETag", "%s for %s".formatted(name, host));
                        exchange.sendResponseHeaders(200, -1);
                    }
                });
    }

    @Test
    void of_several_addresses_each_is_tried() throws Exception {
        tellsItsName(server, "second");
        int port = server.getAddress().getPort();

        assertThat(named("cache.example").feedTag()).hasValue("second for cache.example:" + port);

        answers(body -> body.write(new byte[100]));
        try (var body = named("cache.example").read(DIGEST, 50).orElseThrow().body()) {
            assertThat(body.readAllBytes()).hasSize(100);
        }
    }

    @Test
    void an_address_that_was_silent_is_tried_last() throws Exception {
        tellsItsName(server, "second");
        int port = server.getAddress().getPort();
        HttpServer first =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), port), 0);
        tellsItsName(first, "first");
        first.start();
        try {
            StagecoachCache named = named("cache.example");
            assertThat(named.feedTag().orElseThrow()).startsWith("first");
            downs.away("http://127.0.0.2:" + port);
            assertThat(named.feedTag().orElseThrow()).startsWith("second");
        } finally {
            first.stop(0);
        }
    }

    @Test
    void a_cache_of_which_no_address_can_be_connected_to_is_away() {
        server.stop(0);
        assertThatThrownBy(() -> named("cache.example").feedTag())
                .isInstanceOfSatisfying(
                        CacheFailure.class,
                        failure -> {
                            assertThat(failure.isAway()).isTrue();
                            assertThat(failure.reason()).contains("the connection was refused");
                        });
        assertThatThrownBy(() -> named("nobody.invalid").feedTag())
                .isInstanceOfSatisfying(
                        CacheFailure.class,
                        failure -> {
                            assertThat(failure.isAway()).isTrue();
                            assertThat(failure.reason()).contains("its name is not known");
                        });
    }
}
