package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.OtherServices;
import stagecoach.gateway.app.test.Scene;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

@GatewayTest
class BytesTest {
    @Inject Scene scene;

    /** More than all buffers between two processes hold. */
    private static final int LARGE_PIECES = 60;

    @ConfigProperty(name = "STAGECOACH_BYTES_PORT")
    int port;

    @ConfigProperty(name = "stagecoach.bytes.silence-max")
    Duration silenceMax;

    private HttpRequest.Builder read(Sha512 sha512) {
        return HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:%d/packages/%s".formatted(port, sha512)));
    }

    private int status(Machine machine, Sha512 sha512) {
        return machine.send(read(sha512).build()).statusCode();
    }

    @Test
    void a_package_is_read_while_its_acquisition_is_open_and_only_by_its_machine() {
        byte[] bytes = new byte[3_000_000];
        new Random(7).nextBytes(bytes);
        Sha512 sha512 = OtherServices.running().blob(bytes);
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        assertThat(status(machine, sha512)).isEqualTo(403);
        Ticket ticket = Scene.aTicket();
        Scene.give(Scene.acquire(agent, ticket, sha512, bytes.length, new Source.Server()));
        session.await(Deliver.class);

        HttpResponse<byte[]> whole = machine.send(read(sha512).build(), BodyHandlers.ofByteArray());
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(bytes);
        assertThat(OtherServices.running().reader(sha512)).isEqualTo("agent=" + agent);
        HttpResponse<byte[]> rest =
                machine.send(
                        read(sha512).header("Range", "bytes=2999990-").build(),
                        BodyHandlers.ofByteArray());
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bytes, 2_999_990, 3_000_000));
        String tag = rest.headers().firstValue("ETag").orElseThrow();
        assertThat(restIf(tag, machine, sha512).statusCode()).isEqualTo(206);
        assertThat(restIf("\"others\"", machine, sha512).body()).isEqualTo(bytes);
        HttpResponse<String> head =
                machine.send(
                        read(sha512).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("3000000");

        AgentId neighbour = Scene.anAgent();
        assertThat(status(scene.enrolled(neighbour), sha512)).isEqualTo(403);
        assertThat(status(scene.stranger(), sha512)).isEqualTo(403);
        assertThat(status(machine, Sha512.hashOf(new byte[] {9}))).isEqualTo(403);

        session.say(new Ended(ticket, Scene.exited(0)));
        session.await(Complete.class);
        assertThat(status(machine, sha512)).isEqualTo(403);
    }

    private HttpResponse<byte[]> restIf(String tag, Machine machine, Sha512 sha512) {
        return machine.send(
                read(sha512).header("Range", "bytes=2999990-").header("If-Range", tag).build(),
                BodyHandlers.ofByteArray());
    }

    /** A machine that was told to read a package of three bytes from the server. */
    private Machine told(Sha512 sha512) {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        Scene.give(Scene.acquire(agent, Scene.aTicket(), sha512, 3, new Source.Server()));
        session.await(Deliver.class);
        return machine;
    }

    @Test
    void what_the_package_service_leaves_off_is_cut_off_for_the_machine_too() throws Exception {
        var over = new CountDownLatch(1);
        var broken = Sha512.hashOf(new byte[] {6, 1});
        OtherServices.running().does(broken, BytesTest::half);
        var silent = Sha512.hashOf(new byte[] {6, 2});
        OtherServices.running()
                .does(
                        silent,
                        exchange -> {
                            half(exchange);
                            awaitQuietly(over);
                        });

        for (Sha512 sha512 : List.of(broken, silent)) {
            Machine machine = told(sha512);
            long began = System.nanoTime();
            assertThatThrownBy(() -> machine.send(read(sha512).build(), BodyHandlers.ofByteArray()))
                    .as(sha512.toString())
                    .hasRootCauseInstanceOf(IOException.class);
            // An idle connection would be closed after a minute all the same.
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(45));
        }
        over.countDown();
    }

    @Test
    void a_machine_that_takes_its_time_gets_all_however_long_nothing_can_be_sent_to_it()
            throws Exception {
        var large = Sha512.hashOf(new byte[] {6, 8});
        byte[] piece = new byte[1 << 20];
        var sentNanos = new AtomicLong(System.nanoTime());
        OtherServices.running()
                .does(
                        large,
                        exchange -> {
                            exchange.sendResponseHeaders(200, LARGE_PIECES * (long) piece.length);
                            for (int i = 0; i < LARGE_PIECES; i++) {
                                exchange.getResponseBody().write(piece);
                                sentNanos.set(System.nanoTime());
                            }
                            exchange.close();
                        });
        Machine machine = told(large);

        HttpResponse<InputStream> answer =
                machine.send(read(large).build(), BodyHandlers.ofInputStream());
        // Longer than the package-service may be silent: its bytes are in buffers, all full.
        await().atMost(Duration.ofMinutes(2))
                .until(
                        () ->
                                System.nanoTime() - sentNanos.get()
                                        > silenceMax.plusSeconds(2).toNanos());
        long come = 0;
        try (InputStream body = answer.body()) {
            for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
                come += n;
            }
        }

        assertThat(come).isEqualTo(LARGE_PIECES * (long) piece.length);
    }

    private static void half(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 3);
        exchange.getResponseBody().write(1);
        exchange.getResponseBody().flush();
    }

    private static void awaitQuietly(CountDownLatch over) throws IOException {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Test
    void a_package_service_that_fails_is_a_bad_gateway_and_one_that_is_away_is_waited_for() {
        var failing = Sha512.hashOf(new byte[] {6, 3});
        OtherServices.running().does(failing, exchange -> exchange.sendResponseHeaders(500, -1));
        var away = Sha512.hashOf(new byte[] {6, 4});
        OtherServices.running().does(away, HttpExchange::close);

        var failed = told(failing).send(read(failing).build());
        var notNow = told(away).send(read(away).build());

        assertThat(failed.statusCode()).isEqualTo(502);
        assertThat(failed.body()).contains("The package-service refused the read.");
        assertThat(notNow.statusCode()).isEqualTo(503);
        assertThat(notNow.body()).contains("Try again soon.");
    }

    @Test
    void a_package_service_that_is_busy_tells_the_machine_when_to_ask_again() {
        assertThat(retryAfter(5, 503, "7")).contains("7");
        assertThat(retryAfter(6, 429, "86400")).contains("60");
        assertThat(retryAfter(7, 503, "soon")).isEmpty();
    }

    /** What a machine is told of it for a package of this number. */
    private Optional<String> retryAfter(int number, int status, String said) {
        var busy = Sha512.hashOf(new byte[] {6, (byte) number});
        OtherServices.running()
                .does(
                        busy,
                        exchange -> {
                            exchange.getResponseHeaders().set("Retry-After", said);
                            exchange.sendResponseHeaders(status, -1);
                        });
        HttpResponse<String> answer = told(busy).send(read(busy).build());
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("Try again soon.");
        return answer.headers().firstValue("Retry-After");
    }

    @Test
    void an_acquisition_whose_route_does_not_end_here_opens_nothing_here() {
        byte[] bytes = {1, 2, 3, 4};
        Sha512 sha512 = OtherServices.running().blob(bytes);
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        Scene.give(
                Scene.acquire(
                        agent,
                        Scene.aTicket(),
                        sha512,
                        4,
                        new Source.Cache(
                                new CacheId("eu-1"), "https://eu.example", Optional.empty())));
        session.await(Deliver.class);
        assertThat(status(machine, sha512)).isEqualTo(403);
    }

    @Test
    void what_the_server_does_not_hold_is_not_found_and_other_paths_are_explained() {
        Sha512 nowhere = Sha512.hashOf(new byte[] {5, 5});
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        Scene.give(Scene.acquire(agent, Scene.aTicket(), nowhere, 4, new Source.Server()));
        session.await(Deliver.class);
        assertThat(status(machine, nowhere)).isEqualTo(404);
        var other =
                machine.send(
                        HttpRequest.newBuilder(
                                        URI.create("https://127.0.0.1:%d/other".formatted(port)))
                                .build());
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).contains("/packages/");
    }
}
