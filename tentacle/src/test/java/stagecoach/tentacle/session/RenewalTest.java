package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.Ticket;

/** A machine changes its key and certificate, and is never a stranger meanwhile. */
@Timeout(180)
class RenewalTest {
    @TempDir Path folder;
    FakeGateway gateway;
    Home home;
    Vertx vertx;
    RunningTentacle tentacle;
    Thumbprint old;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        home = Home.open(folder.resolve("home"));
        vertx = Vertx.vertx();
        old = home.identity().thumbprint();
        gateway.trustsOnly(old);
        start();
        gateway.awaitSessions(1);
    }

    private Settings settings() throws IOException {
        return new Settings(
                Deliveries.AGENT,
                gateway.uri(),
                Optional.empty(),
                Identity.loadOrCreate(folder.resolve("gateway"), "gateway").thumbprint());
    }

    private void start() throws IOException {
        tentacle =
                RunningTentacle.of(
                        Tentacle.open(
                                home,
                                settings(),
                                vertx,
                                "test",
                                RunningTentacle.BRISK,
                                FetchRules.USUAL,
                                () -> {}));
    }

    private void stop() throws Exception {
        tentacle.stop();
    }

    @AfterEach
    void close() throws Exception {
        stop();
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void awaitPresent(Thumbprint thumbprint) {
        await().atMost(30, TimeUnit.SECONDS)
                .untilAsserted(
                        () -> {
                            assertThat(gateway.trusted()).containsExactly(thumbprint.value());
                            assertThat(home.identity().thumbprint()).isEqualTo(thumbprint);
                            assertThat(home.root().resolve("identity-next")).doesNotExist();
                        });
    }

    private int hellos() {
        return gateway.frames(TentacleFrame.Hello.class).size();
    }

    @Test
    void a_new_certificate_takes_the_place_of_the_old_while_a_script_runs() throws Exception {
        Path go = folder.resolve("go");
        Ticket ticket =
                gateway.give(
                        Deliveries.bash(
                                "while [ ! -e %s ]; do sleep 0.05; done; exit 7".formatted(go)));
        await().atMost(30, TimeUnit.SECONDS).until(() -> gateway.hasStarted(ticket));
        Thumbprint next = home.certificates().prepare().thumbprint();
        awaitPresent(next);
        Files.createFile(go);
        assertThat(gateway.awaitEnd(ticket).outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(gateway.awaitEnd(ticket).exitCode()).contains(7);
        assertThat(gateway.clients()).containsExactlyInAnyOrder(old.value(), next.value());
        assertThat(gateway.refusals()).isZero();
        await().atMost(30, TimeUnit.SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(gateway.closings())
                                        .containsExactly((short) 4410, (short) 4410));
        assertThat(gateway.frames(TentacleFrame.Hello.class))
                .extracting(TentacleFrame.Hello::nextThumbprint)
                .containsExactly(Optional.empty(), Optional.of(next.value()), Optional.empty());
    }

    @Test
    void an_older_gateway_keeps_the_certificate_that_it_knows() throws Exception {
        gateway.renews(false);
        Thumbprint next = home.certificates().prepare().thumbprint();
        gateway.awaitSessions(2);
        Ticket ticket = gateway.give(Deliveries.bash("exit 3"));
        assertThat(gateway.awaitEnd(ticket).exitCode()).contains(3);
        assertThat(gateway.clients()).containsExactly(old.value());
        int healths = gateway.frames(TentacleFrame.Health.class).size();
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> gateway.frames(TentacleFrame.Health.class).size() > healths + 2);
        assertThat(hellos()).isEqualTo(2);

        gateway.renews(true);
        stop();
        start();
        awaitPresent(next);
    }

    @Test
    void a_gateway_that_has_forgotten_what_it_was_told_is_told_again() throws Exception {
        stop();
        Thumbprint next = home.certificates().prepare().thumbprint();
        assertThat(home.certificates().trusts(next)).isTrue();
        start();
        awaitPresent(next);
        assertThat(gateway.refusals()).isEqualTo(1);
    }

    @Test
    void a_second_renewal_follows_the_first() throws Exception {
        awaitPresent(home.certificates().prepare().thumbprint());
        awaitPresent(home.certificates().prepare().thumbprint());
        assertThat(gateway.clients()).hasSize(3);
    }

    @Test
    void the_gateway_renews_its_own_certificate_while_machines_trust_both() throws Exception {
        Identity first = Identity.loadOrCreate(folder.resolve("gateway"), "gateway");
        Identity next = Identity.loadOrCreate(folder.resolve("gateway-next"), "gateway");
        var both = List.of(first.thumbprint().value(), next.thumbprint().value());
        gateway.say(new GatewayFrame.TrustGateway(both));
        awaitTrusted(both);
        // Of several processes some have changed it already.
        for (Identity shown : List.of(next, first, next)) {
            int before = hellos();
            gateway.becomes(shown);
            gateway.awaitSessions(before + 1);
        }
        gateway.say(new GatewayFrame.TrustGateway(both.subList(1, 2)));
        awaitTrusted(both.subList(1, 2));
        assertThat(new GatewayTrust(home, settings()).get()).containsExactly(next.thumbprint());
        stop();
        int before = hellos();
        start();
        gateway.awaitSessions(before + 1);
    }

    @Test
    void who_names_certificates_without_its_own_changes_nothing() {
        String own = gateway.thumbprint().value();
        gateway.say(new GatewayFrame.TrustGateway(List.of("ab".repeat(32))));
        gateway.say(new GatewayFrame.TrustGateway(List.of(own, "no thumbprint")));
        gateway.say(new GatewayFrame.TrustGateway(List.of(own)));
        awaitTrusted(List.of(own));
        assertThat(gateway.frames(TentacleFrame.GatewayTrusted.class)).hasSize(1);
        assertThat(home.root().resolve("gateway-trust")).doesNotExist();
    }

    @Test
    void who_was_not_told_of_another_certificate_comes_no_more_and_says_what_to_do()
            throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        Logger log = Logger.getLogger(Dialer.class.getName());
        Handler ears = ListenerTest.ears(told);
        log.addHandler(ears);
        try {
            int before = hellos();
            gateway.becomes(Identity.loadOrCreate(folder.resolve("gateway-next"), "gateway"));
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> told.stream().anyMatch(line -> line.contains("enrol it again")));
            assertThat(told)
                    .anySatisfy(
                            line ->
                                    assertThat(line)
                                            .contains(gateway.thumbprint().value())
                                            .contains("which is not trusted here. If the gateway"));
            assertThat(hellos()).isEqualTo(before);
        } finally {
            log.removeHandler(ears);
        }
    }

    private void awaitTrusted(List<String> thumbprints) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () ->
                                gateway.frames(TentacleFrame.GatewayTrusted.class)
                                        .contains(new TentacleFrame.GatewayTrusted(thumbprints)));
    }
}
