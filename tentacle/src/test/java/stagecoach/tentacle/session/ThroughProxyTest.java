package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.tentacle.testing.TestProxy;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.AgentId;

/** The gateway has a name that only the proxy knows. */
@Timeout(120)
class ThroughProxyTest {
    private static final String LOGIN =
            "Basic "
                    + Base64.getEncoder()
                            .encodeToString("ann:s3cret".getBytes(StandardCharsets.UTF_8));

    @TempDir Path folder;
    FakeGateway gateway;
    Home home;
    Vertx vertx;
    Optional<Tentacle> tentacle = Optional.empty();
    final List<String> said = new CopyOnWriteArrayList<>();
    final Handler ears =
            new Handler() {
                @Override
                public void publish(LogRecord record) {
                    said.add(
                            record.getMessage()
                                    + (record.getParameters() == null
                                            ? ""
                                            : List.of(record.getParameters())));
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void open() throws Exception {
        Logger.getLogger(Dialer.class.getName()).addHandler(ears);
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        home = Home.open(folder.resolve("home"));
        vertx = Vertx.vertx();
    }

    @AfterEach
    void close() {
        Logger.getLogger(Dialer.class.getName()).removeHandler(ears);
        tentacle.ifPresent(Tentacle::stop);
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private URI gatewayByName() {
        return URI.create("https://gateway.only-the-proxy-knows.test:" + gateway.port());
    }

    private static ProxySettings through(String proxy) {
        return ProxySettings.USUAL.with(Optional.of(proxy), Optional.empty(), Optional.empty());
    }

    private ProxySettings withLogin(String proxy, String login) throws IOException {
        Path file = folder.resolve("login");
        Files.writeString(file, login);
        return through(proxy)
                .with(Optional.empty(), Optional.empty(), Optional.of(file.toString()));
    }

    private void start(ProxySettings settled) throws IOException {
        start(
                new Settings(
                                Deliveries.AGENT,
                                gatewayByName(),
                                Optional.empty(),
                                gateway.thumbprint())
                        .via(settled));
    }

    private void start(Settings settings) throws IOException {
        Tentacle opened =
                Tentacle.open(
                        home,
                        settings,
                        vertx,
                        "test",
                        RunningTentacle.BRISK,
                        FetchRules.USUAL,
                        () -> {});
        tentacle = Optional.of(opened);
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                opened.run();
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        });
    }

    private void awaitSaid(String words) {
        await().atMost(40, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(said).anyMatch(line -> line.contains(words)));
    }

    /** Asks for the login as proxies do. */
    private static TestProxy wanting(String login) throws IOException {
        return new TestProxy(
                request ->
                        request.toLowerCase(java.util.Locale.ROOT)
                                        .contains(
                                                "proxy-authorization: "
                                                        + login.toLowerCase(java.util.Locale.ROOT))
                                ? "200 Connection established"
                                : "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0");
    }

    @Test
    void a_session_stands_through_a_proxy_with_the_same_certificates_at_both_ends()
            throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            start(through(proxy.url()));
            gateway.awaitSessions(1);
            assertThat(gateway.clients()).containsExactly(home.identity().thumbprint().value());
            assertThat(proxy.requests())
                    .allMatch(
                            request ->
                                    request.startsWith(
                                            "CONNECT " + gatewayByName().getAuthority()));
        }
    }

    @Test
    void a_session_that_the_proxy_cuts_is_begun_again() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            start(through(proxy.url()));
            gateway.awaitSessions(1);
            proxy.cut();
            gateway.awaitSessions(2);
        }
    }

    @Test
    void a_proxy_that_wants_credentials_gets_them_and_nobody_else_does() throws Exception {
        try (TestProxy proxy = wanting(LOGIN)) {
            start(withLogin(proxy.url(), "ann:s3cret\n"));
            gateway.awaitSessions(1);
            assertThat(said).noneMatch(line -> line.contains("s3cret"));
        }
    }

    @Test
    void a_proxy_that_wants_other_credentials_is_told_of() throws Exception {
        try (TestProxy proxy = wanting(LOGIN)) {
            start(withLogin(proxy.url(), "ann:wr0ng"));
            awaitSaid(
                    "the proxy %s opens no tunnel to %s: it does not take the credentials of this machine (407)"
                            .formatted(proxy.url(), gatewayByName().getAuthority()));
            assertThat(said).noneMatch(line -> line.contains("wr0ng"));
            assertThat(gateway.frames(TentacleFrame.Hello.class)).isEmpty();
        }
    }

    @Test
    void a_proxy_that_forbids_is_not_taken_for_a_gateway_that_does_not_know_the_machine()
            throws Exception {
        try (TestProxy proxy = new TestProxy(_ -> "403 Forbidden\r\nContent-Length: 0")) {
            start(through(proxy.url()));
            awaitSaid("it does not allow that (403)");
            assertThat(said).noneMatch(line -> line.contains("Enrol it"));
        }
    }

    @Test
    void a_proxy_that_hangs_up_is_told_of() throws Exception {
        try (TestProxy proxy = new TestProxy(_ -> "")) {
            start(through(proxy.url()));
            awaitSaid(
                    "the proxy %s closed the connection before its tunnel".formatted(proxy.url()));
        }
    }

    @Test
    void a_proxy_that_is_down_is_told_of() throws Exception {
        String url;
        try (TestProxy proxy = TestProxy.open()) {
            url = proxy.url();
        }
        start(through(url));
        awaitSaid("the proxy %s cannot be reached".formatted(url));
    }

    @Test
    void another_in_the_place_of_the_gateway_is_not_trusted_behind_a_proxy() throws Exception {
        try (TestProxy proxy = TestProxy.open();
                FakeGateway other =
                        new FakeGateway(Identity.loadOrCreate(folder.resolve("other"), "other"))) {
            start(
                    new Settings(
                                    Deliveries.AGENT,
                                    URI.create("https://gateway.test:" + other.port()),
                                    Optional.empty(),
                                    gateway.thumbprint())
                            .via(through(proxy.url())));
            awaitSaid("which is not trusted here");
            awaitSaid("it must leave out gateway.test:" + other.port());
            assertThat(other.frames()).isEmpty();
        }
    }

    @Test
    void a_machine_enrols_through_its_proxy_and_keeps_it() throws Exception {
        gateway.onEnrol((_, _) -> new FakeGateway.Answer(200, "{\"agent\":\"target:web-1\"}"));
        try (TestProxy proxy = wanting(LOGIN)) {
            ProxySettings settled = withLogin(proxy.url(), "ann:s3cret");
            Settings settings = enrol(settled);
            assertThat(settings.agent()).isEqualTo(new AgentId("target:web-1"));
            home.enrolled(settings);
            assertThat(home.settings().map(Settings::proxy)).contains(settled);
            assertThat(Files.readString(home.root().resolve("config.json")))
                    .doesNotContain("s3cret");
        }
    }

    private Settings enrol(ProxySettings settled) throws Exception {
        return EnrolClient.enrol(
                "r4ndom." + gateway.thumbprint(),
                new EnrolClient.Place(gatewayByName(), Optional.empty(), settled),
                home.identity(),
                "test");
    }

    @Test
    void an_enrolment_says_what_the_proxy_does_not_like() throws Exception {
        try (TestProxy wanting = wanting(LOGIN);
                TestProxy forbidding = new TestProxy(_ -> "403 Forbidden\r\nContent-Length: 0")) {
            assertThatThrownBy(() -> enrol(through(wanting.url())))
                    .isInstanceOf(EnrolClient.Refused.class)
                    .hasMessageContaining("it wants credentials (407)");
            assertThatThrownBy(() -> enrol(through(forbidding.url())))
                    .isInstanceOf(EnrolClient.Refused.class)
                    .hasMessageContaining("it does not allow that (403)");
        }
    }
}
