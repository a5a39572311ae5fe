package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.tentacle.testing.FreePort;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.Ticket;

/** A machine that is dialled by its gateway, and by others. */
@Timeout(180)
class ListenerTest {
    @TempDir Path folder;
    FakeGateway gateway;
    Home home;
    Vertx vertx;
    RunningTentacle tentacle;
    Thumbprint machine;
    int port;
    final AtomicInteger stands = new AtomicInteger();

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        home = Home.open(folder.resolve("home"));
        machine = home.identity().thumbprint();
        vertx = Vertx.vertx();
        port = FreePort.find();
        tentacle = RunningTentacle.of(opened(vertx));
        await().atMost(30, TimeUnit.SECONDS).until(this::isListening);
    }

    private Tentacle opened(Vertx vertx) throws IOException {
        return Tentacle.open(
                home,
                new Settings(
                        Deliveries.AGENT,
                        new Settings.Listening("127.0.0.1", port, List.of()),
                        Optional.empty(),
                        gateway.thumbprint()),
                vertx,
                "test",
                RunningTentacle.BRISK,
                FetchRules.USUAL,
                stands::incrementAndGet);
    }

    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void close() throws Exception {
        tentacle.stop();
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** Dials, and waits until the session stands. */
    private WebSocket dial() {
        int before = stands.get();
        WebSocket dialled = dialOnly();
        await().atMost(30, TimeUnit.SECONDS).until(() -> stands.get() > before);
        return dialled;
    }

    private WebSocket dialOnly() {
        return gateway.dial(port, machine).join();
    }

    private void awaitStart(Ticket ticket) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> gateway.hasStarted(ticket));
    }

    private String waitingFor(Path go) {
        return "while [ ! -e %s ]; do sleep 0.05; done; exit 7".formatted(go);
    }

    @Test
    void a_machine_that_is_dialled_does_what_it_is_given_and_goes_on_when_it_is_dialled_again()
            throws Exception {
        Path go = folder.resolve("go");
        WebSocket first = dial();
        Ticket ticket = gateway.give(Deliveries.bash(waitingFor(go)));
        awaitStart(ticket);
        first.close();
        dial();
        assertThat(gateway.frames(TentacleFrame.Hello.class).getLast().openTickets())
                .extracting(TentacleFrame.OpenTicket::ticket)
                .containsExactly(ticket);
        Files.createFile(go);
        assertThat(gateway.awaitEnd(ticket).exitCode()).contains(7);
    }

    @Test
    void who_is_not_the_gateway_comes_not_beyond_the_handshake() throws Exception {
        Identity stranger = Identity.loadOrCreate(folder.resolve("stranger"), "stranger");
        CompletableFuture<WebSocket> refused = gateway.dialAs(stranger, port, "/agent", machine);
        assertThatThrownBy(refused::join).isInstanceOf(CompletionException.class);
        assertThat(gateway.frames()).isEmpty();
        WebSocket own = dial();
        assertThat(own.isClosed()).isFalse();
    }

    @Test
    void a_stranger_is_told_as_one_and_has_no_effect_on_what_is_shown() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        Handler ears = ears(told);
        Logger log = Logger.getLogger(Strangers.class.getName());
        log.addHandler(ears);
        try {
            dial();
            Thumbprint next = home.certificates().prepare().thumbprint();
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> gateway.closings().contains((short) 4410));
            dialOnly();
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> home.certificates().toShow().thumbprint().equals(next));
            Identity stranger = Identity.loadOrCreate(folder.resolve("stranger"), "stranger");
            // The first may come before the machine has begun to show the next one.
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(
                            () -> {
                                assertThatThrownBy(
                                                gateway.dialAs(stranger, port, "/agent", next)
                                                        ::join)
                                        .isInstanceOf(CompletionException.class);
                                assertThat(told)
                                        .anyMatch(
                                                line ->
                                                        line.contains("it is not the gateway")
                                                                && line.contains(
                                                                        stranger.thumbprint()
                                                                                .value()));
                            });
            assertThat(gateway.dial(port, next).join().isClosed()).isFalse();
        } finally {
            log.removeHandler(ears);
        }
    }

    static Handler ears(List<String> told) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                told.add(new SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {
                // Nothing is kept back.
            }

            @Override
            public void close() {
                // There is nothing to close.
            }
        };
    }

    @Test
    void the_gateway_finds_sessions_there_and_nothing_else() throws Exception {
        Identity itself = Identity.loadOrCreate(folder.resolve("gateway"), "gateway");
        assertThatThrownBy(gateway.dialAs(itself, port, "/other", machine)::join)
                .cause()
                .isInstanceOfSatisfying(
                        UpgradeRejectedException.class,
                        e -> assertThat(e.getStatus()).isEqualTo(404));
    }

    @Test
    void a_session_stands_until_a_newer_one_is_welcomed() throws Exception {
        WebSocket first = dial();
        gateway.welcomes(false);
        WebSocket unwelcome = dialOnly();
        gateway.awaitSessions(2);
        // A third waits for its turn somewhere else.
        assertThatThrownBy(this::dialOnly)
                .cause()
                .isInstanceOfSatisfying(
                        UpgradeRejectedException.class,
                        e -> assertThat(e.getStatus()).isEqualTo(503));
        await().atMost(30, TimeUnit.SECONDS).until(unwelcome::isClosed);
        assertThat(first.isClosed()).isFalse();
        Path go = folder.resolve("go");
        gateway.welcomes(true);
        first.writeTextMessage(
                stagecoach.wire.StagecoachJson.text(Deliveries.bash(waitingFor(go))));
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !gateway.frames(TentacleFrame.Started.class).isEmpty());
        dial();
        await().atMost(30, TimeUnit.SECONDS).until(first::isClosed);
        Files.createFile(go);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !gateway.frames(TentacleFrame.Ended.class).isEmpty());
        assertThat(gateway.frames(TentacleFrame.Ended.class).getFirst().result().exitCode())
                .contains(7);
    }

    @Test
    void a_session_with_an_older_number_takes_no_turn() {
        gateway.epoch(5);
        WebSocket first = dial();
        gateway.epoch(3);
        WebSocket older = dialOnly();
        await().atMost(30, TimeUnit.SECONDS).until(older::isClosed);
        assertThat(first.isClosed()).isFalse();
    }

    @Test
    void a_crowd_that_says_nothing_is_bounded_and_leaves_room_again() throws Exception {
        List<Socket> crowd = new ArrayList<>();
        int closed = 0;
        try {
            for (int i = 0; i < 24; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(200);
                crowd.add(socket);
            }
            for (Socket each : crowd) {
                closed += isClosed(each) ? 1 : 0;
            }
            // Of one address sixteen may stand there; the time of their handshakes ends.
            assertThat(closed).isBetween(8, 10);
            for (Socket each : crowd) {
                each.setSoTimeout(30_000);
                assertThat(isClosed(each)).isTrue();
            }
            dial();
        } finally {
            for (Socket each : crowd) {
                each.close();
            }
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException stillThere) {
            return false;
        } catch (java.net.SocketException broken) {
            return true;
        }
    }

    @Test
    void a_message_that_is_too_long_ends_the_session() {
        WebSocket first = dial();
        first.writeTextMessage("x".repeat(5 << 20));
        await().atMost(30, TimeUnit.SECONDS).until(first::isClosed);
        dial();
    }

    @Test
    void a_new_certificate_is_announced_and_shown_when_it_is_dialled_next() throws Exception {
        WebSocket first = dial();
        Thumbprint next = home.certificates().prepare().thumbprint();
        // It ends sessions for it, and is dialled at once as the protocol says.
        await().atMost(30, TimeUnit.SECONDS).until(first::isClosed);
        dialOnly();
        await().atMost(30, TimeUnit.SECONDS).until(() -> gateway.closings().contains((short) 4410));
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () -> {
                            try {
                                gateway.dial(port, next).join();
                                return true;
                            } catch (CompletionException notYet) {
                                return false;
                            }
                        });
        await().atMost(30, TimeUnit.SECONDS).until(() -> home.identity().thumbprint().equals(next));
    }

    @Test
    void goodbye_does_not_end_the_listening() {
        dial();
        gateway.say(new GatewayFrame.Goodbye("this machine was revoked", false));
        await().atMost(30, TimeUnit.SECONDS).until(() -> !gateway.closings().isEmpty());
        dial();
        assertThat(tentacle.isRunning()).isTrue();
    }

    @Test
    void a_port_that_is_taken_is_told_in_words() throws Exception {
        Vertx another = Vertx.vertx();
        Tentacle second = opened(another);
        assertThatThrownBy(second::run)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("It cannot listen at 127.0.0.1:" + port);
        another.close().toCompletionStage().toCompletableFuture().join();
    }
}
