package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Inject;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.contracts.channel.Channels;
import stagecoach.decider.StreamId;
import stagecoach.gateway.app.crowd.CrowdConfig;
import stagecoach.gateway.app.crowd.Doorway;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.gateway.app.test.BareSession;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Papers;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/** Whoever is refused is told of, so that somebody sees it; a flood of it is told as one. */
@GatewayTest
@Timeout(180)
class RefusalsTest {
    private static final Sha512 NOT_ITS_OWN = Sha512.hashOf(new byte[] {6, 6, 6});

    @Inject Scene scene;
    @Inject Refusals refusals;
    @Inject CrowdConfig crowd;
    @Inject Vertx vertx;

    @ConfigProperty(name = "stagecoach.bytes.port")
    int bytesPort;

    private static EntryRefused told(Refusal refusal, Predicate<EntryRefused> wanted) {
        Predicate<EntryRefused> it = one -> one.refusal() == refusal && wanted.test(one);
        try (var events = TestEvents.consume(Channels.AGENTS)) {
            return refusals(events.until(today(), seen -> refusals(seen).stream().anyMatch(it)))
                    .stream()
                    .filter(it)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static EntryRefused told(Refusal refusal, AgentId agent) {
        return told(refusal, one -> one.agent().equals(Optional.of(agent)));
    }

    private static EntryRefused told(Refusal refusal, Machine stranger) {
        return told(
                refusal,
                one -> one.thumbprint().equals(Optional.of(stranger.thumbprint().value())));
    }

    private HttpRequest read(Sha512 sha512) {
        return HttpRequest.newBuilder(
                        URI.create("https://127.0.0.1:%d/packages/%s".formatted(bytesPort, sha512)))
                .build();
    }

    private static StreamId today() {
        return StreamId.of("door", LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC));
    }

    private static List<EntryRefused> refusals(List<TestEvents.Seen> seen) {
        return seen.stream().map(each -> (EntryRefused) each.event(AgentReport.class)).toList();
    }

    private static int status(Machine machine) {
        var failure = new int[1];
        assertThatThrownBy(() -> machine.dial().join())
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> failure[0] = e.getResponse().statusCode());
        return failure[0];
    }

    @Test
    void a_certificate_that_nobody_enrolled_opens_nothing_whatever_it_says() {
        for (Papers papers : Papers.values()) {
            Machine stranger = scene.stranger(papers);
            assertThat(status(stranger)).as("%s", papers).isEqualTo(403);
            assertThat(told(Refusal.UNKNOWN_CERTIFICATE, stranger).from()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    void a_certificate_that_was_revoked_or_replaced_is_told_by_its_agent() {
        AgentId agent = Scene.anAgent();
        Machine oldest = scene.enrolled(agent);
        Machine old = scene.enrolled(agent);
        Machine young = scene.enrolled(agent);
        assertThat(status(oldest)).isEqualTo(403);
        assertThat(told(Refusal.FORMER_CERTIFICATE, oldest).agent()).contains(agent);
        assertThat(status(old)).isEqualTo(403);
        assertThat(told(Refusal.FORMER_CERTIFICATE, old).agent()).contains(agent);
        scene.revoke(agent);
        assertThat(status(young)).isEqualTo(403);
        assertThat(told(Refusal.FORMER_CERTIFICATE, young).agent()).contains(agent);
    }

    @Test
    void a_token_that_is_used_already_unknown_or_too_old_is_told() {
        AgentId agent = Scene.anAgent();
        String token = scene.token(agent, Duration.ofMinutes(5));
        assertThat(scene.stranger().enrol(token).statusCode()).isEqualTo(200);
        Machine thief = scene.stranger();
        assertThat(thief.enrol(token).statusCode()).isEqualTo(403);
        assertThat(told(Refusal.ENROLMENT_TOKEN, thief).detail()).contains("used already");
        Machine guesser = scene.stranger();
        assertThat(guesser.enrol("guessed." + "0".repeat(64)).statusCode()).isEqualTo(403);
        assertThat(told(Refusal.ENROLMENT_TOKEN, guesser).detail()).contains("not known here");
        Machine late = scene.stranger();
        String old = scene.token(Scene.anAgent(), Duration.ofMillis(1));
        assertThat(late.enrol(old).statusCode()).isEqualTo(403);
        assertThat(told(Refusal.ENROLMENT_TOKEN, late).detail())
                .contains("expired")
                .doesNotContain(old);
    }

    @Test
    void a_machine_that_calls_itself_another_is_told() {
        AgentId agent = Scene.anAgent();
        AgentId victim = Scene.anAgent();
        var connection = scene.enrolled(agent).dial().join();
        connection.say(new Hello(1, victim, "test", List.of(), 0, List.of()));
        assertThat(connection.await(Goodbye.class).comeBack()).isFalse();
        assertThat(told(Refusal.OTHER_AGENT, agent).detail()).contains(victim.value());
    }

    @Test
    void a_machine_that_asks_for_the_package_of_another_is_told() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        assertThat(machine.send(read(NOT_ITS_OWN)).statusCode()).isEqualTo(403);
        assertThat(told(Refusal.OTHER_PACKAGE, agent).detail()).contains(NOT_ITS_OWN.value());
    }

    @Test
    void a_machine_that_reports_on_the_command_of_another_is_told_and_changes_nothing() {
        AgentId owner = Scene.anAgent();
        var owning = scene.enrolled(owner).connect(owner);
        Ticket ticket = Scene.giveScript(owner);
        owning.await(Deliver.class);
        for (var lie :
                List.of(
                        new Started(ticket),
                        new Output(
                                ticket,
                                1,
                                List.of(new OutputLine(Instant.EPOCH, OutputKind.OUT, "lie"))),
                        new Ended(ticket, Scene.exited(1)))) {
            AgentId liar = Scene.anAgent();
            var lying = scene.enrolled(liar).connect(liar);
            lying.say(lie);
            assertThat(told(Refusal.OTHER_COMMAND, liar).detail()).contains(ticket.toString());
            lying.hangUp();
        }
        owning.say(new Started(ticket));
        assertThat(Scene.reportsOf(ticket, reports -> !reports.isEmpty())).hasSize(1);
        owning.hangUp();
    }

    @Test
    void what_is_too_large_or_no_message_is_told() throws Exception {
        AgentId garbled = Scene.anAgent();
        var connection = scene.enrolled(garbled).connect(garbled);
        connection.sayText("{\"type\":\"Hullo\"}");
        assertThat(connection.closedWith()).isEqualTo(1002);
        assertThat(told(Refusal.PROTOCOL, garbled).detail()).contains("no frame");
        AgentId large = Scene.anAgent();
        connection = scene.enrolled(large).connect(large);
        connection.sayText("x".repeat(2 * 1024 * 1024));
        assertThat(connection.closedWith()).isEqualTo(1009);
        assertThat(told(Refusal.PROTOCOL, large).detail()).contains("1 MiB");
        AgentId boundless = Scene.anAgent();
        try (BareSession session = BareSession.open(scene.enrolled(boundless))) {
            session.say(Machine.hello(boundless));
            session.readUntil("Welcome");
            session.announce(1L << 40);
            session.readToEnd();
        }
        assertThat(told(Refusal.PROTOCOL, boundless).detail()).contains("rame");
    }

    @Test
    void a_handshake_without_a_certificate_is_told() {
        assertThatThrownBy(
                        () -> {
                            try (var socket = scene.stranger().tlsWithoutCertificate()) {
                                socket.getInputStream().read();
                            }
                        })
                .isInstanceOf(java.io.IOException.class);
        assertThat(told(Refusal.HANDSHAKE, one -> true).detail()).contains("agent port");
    }

    @Test
    void a_machine_that_knows_no_tls_1_3_is_refused_at_both_ports_and_told() throws Exception {
        Machine machine = scene.enrolled(Scene.anAgent());
        Map<String, Machine> ports =
                Map.of("agent port", machine, "bytes port", machine.dialling(bytesPort));
        for (var port : ports.entrySet()) {
            // With the newer version it comes in.
            port.getValue().tls().close();
            assertThatThrownBy(
                            () -> {
                                try (var socket = port.getValue().tlsOfBefore()) {
                                    socket.getInputStream().read();
                                }
                            })
                    .as("%s", port.getKey())
                    .isInstanceOf(SSLException.class);
            told(
                    Refusal.HANDSHAKE,
                    one ->
                            one.detail().contains(port.getKey())
                                    && one.detail().contains("TLS 1.3"));
        }
    }

    @Test
    void who_speaks_no_tls_is_told_without_what_was_said() throws Exception {
        String secret = "Bearer not-for-any-event";
        try (var tcp = new Socket(InetAddress.getLoopbackAddress(), scene.stranger().port())) {
            tcp.setSoTimeout((int) StagecoachResource.PATIENCE.toMillis());
            tcp.getOutputStream()
                    .write(
                            "GET /agent HTTP/1.1\r\nAuthorization: %s\r\n\r\n"
                                    .formatted(secret)
                                    .getBytes(StandardCharsets.US_ASCII));
            tcp.getInputStream().readAllBytes();
        }
        String told =
                StagecoachJson.text(
                        told(
                                Refusal.HANDSHAKE,
                                one ->
                                        one.detail().contains("TLS")
                                                && !one.detail().contains("certificate")));
        assertThat(told)
                .contains("agent port")
                .doesNotContain(secret)
                .doesNotContainIgnoringCase(
                        HexFormat.of().formatHex(secret.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void a_machine_whose_acquisition_ended_meanwhile_is_refused_and_not_told() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Sha512 ended = Sha512.hashOf(new byte[] {6, 1});
        Sha512 never = Sha512.hashOf(new byte[] {6, 2});
        Ticket ticket = Scene.aTicket();
        var session = machine.connect(agent);
        Scene.give(Scene.acquire(agent, ticket, ended, 2, new Source.Server()));
        session.await(Deliver.class);
        session.say(new Ended(ticket, Scene.exited(0)));
        session.await(Complete.class);
        for (Sha512 asked : List.of(ended, never)) {
            assertThat(machine.send(read(asked)).statusCode()).isEqualTo(403);
        }
        EntryRefused told = told(Refusal.OTHER_PACKAGE, agent);
        assertThat(told.detail()).contains(never.value()).doesNotContain(ended.value());
        assertThat(told.times()).isEqualTo(1);
        session.hangUp();
    }

    @Test
    void a_connection_that_was_served_and_wants_nothing_more_is_closed_without_a_word() {
        var doorway = new Doorway(vertx, "bytes", crowd, refusals, () -> {});
        var closed = new CopyOnWriteArrayList<String>();
        doorway.again(from("was-served.example", closed), Duration.ofMillis(1));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> closed.contains("was-served.example"));
        doorway.enter(from("loiters.example", closed), Duration.ofMillis(1));
        told(Refusal.CROWD, one -> one.from().equals("loiters.example"));
        try (var events = TestEvents.consume(Channels.AGENTS)) {
            assertThat(refusals(events.until(today(), seen -> !seen.isEmpty())))
                    .noneMatch(one -> one.from().equals("was-served.example"));
        }
        assertThat(doorway.count()).isZero();
    }

    /** A connection that knows where it comes from, and can be closed. */
    private static HttpConnection from(String host, List<String> closed) {
        SocketAddress address = SocketAddress.inetSocketAddress(4711, host);
        return (HttpConnection)
                Proxy.newProxyInstance(
                        HttpConnection.class.getClassLoader(),
                        new Class<?>[] {HttpConnection.class},
                        (connection, asked, values) ->
                                switch (asked.getName()) {
                                    case "remoteAddress" -> address;
                                    case "closeHandler" -> connection;
                                    case "close" -> {
                                        closed.add(host);
                                        yield Future.succeededFuture();
                                    }
                                    default ->
                                            throw new UnsupportedOperationException(
                                                    asked.getName());
                                });
    }

    @Test
    void a_flood_of_refusals_makes_few_events_that_count_them_all() {
        int flood = 200;
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        HttpRequest forbidden = read(NOT_ITS_OWN);
        Instant began = Instant.now();
        for (int i = 0; i < flood; i++) {
            assertThat(machine.send(forbidden).statusCode()).isEqualTo(403);
        }
        try (var events = TestEvents.consume(Channels.AGENTS)) {
            List<EntryRefused> all =
                    own(agent, events.until(today(), seen -> times(own(agent, seen)) == flood));
            long seconds = Duration.between(began, Instant.now()).toSeconds();
            assertThat(all).hasSizeLessThanOrEqualTo((int) seconds + 2);
        }
    }

    private static List<EntryRefused> own(AgentId agent, List<TestEvents.Seen> seen) {
        return refusals(seen).stream()
                .filter(one -> one.agent().equals(Optional.of(agent)))
                .toList();
    }

    private static long times(List<EntryRefused> refusals) {
        return refusals.stream().mapToLong(EntryRefused::times).sum();
    }
}
