package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.proxy.ProxySettings;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.tentacle.testing.TestProxy;
import stagecoach.trust.Identity;
import stagecoach.trust.ServerAddresses;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/** The sources have names that only the proxy knows. */
@Timeout(120)
class ProxiedPackagesTest {
    private static final FetchRules IMPATIENT =
            new FetchRules(
                    2,
                    5,
                    Duration.ofMillis(5),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    1,
                    Duration.ofMillis(20),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(2),
                    FetchRules.USUAL.leftAfter(),
                    FetchRules.USUAL.givenUpAfter());

    @TempDir Path folder;
    byte[] bytes;
    PackagePin pin;
    TestTickets tickets;
    Identity far;
    RawServer server;

    @BeforeEach
    void open() throws Exception {
        bytes = new byte[300_000];
        new Random(42).nextBytes(bytes);
        pin = AcquirePackageTest.pin(bytes);
        tickets = new TestTickets(folder.resolve("home"));
        far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        server = RawServer.tls(far, (request, out) -> RawServer.serve(request, out, bytes));
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    private URI byName() {
        return URI.create("https://server.test:" + URI.create(server.url()).getPort());
    }

    private CommandResult acquire(String proxy, Optional<String> except, Source source)
            throws Exception {
        Routes routes =
                Routes.of(
                        ProxySettings.USUAL.with(Optional.of(proxy), except, Optional.empty()),
                        Map.of());
        var shared =
                new AcquirePackageWork.Shared(
                        PackageStore.open(tickets.home()),
                        new Settings(
                                Deliveries.AGENT,
                                URI.create("https://127.0.0.1:1"),
                                Optional.of(byName()),
                                far.thumbprint()),
                        tickets.home().certificates(),
                        IMPATIENT,
                        List.of(),
                        RemovalLog.open(tickets.home()),
                        tickets.home()::freeBytes,
                        new DownSources(
                                IMPATIENT.downFor(), ServerAddresses.Resolver.SYSTEM, routes));
        LiveTicket live = tickets.accept(Deliveries.acquire(pin, false, List.of(), source));
        return new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
    }

    @Test
    void a_package_of_the_server_comes_through_the_proxy() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            CommandResult result = acquire(proxy.url(), Optional.empty(), new Source.Server());
            assertThat(result.succeeded()).as(result.toString()).isTrue();
            assertThat(proxy.requests())
                    .singleElement()
                    .asString()
                    .startsWith("CONNECT " + byName().getAuthority());
            assertThat(server.requests().getFirst().client())
                    .isEqualTo(tickets.home().identity().thumbprint().value());
        }
    }

    @Test
    void a_cache_that_no_proxy_names_is_read_directly() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            CommandResult result =
                    acquire(
                            proxy.url(),
                            Optional.of("127.0.0.0/8"),
                            new Source.Cache(
                                    new CacheId("eu-1"),
                                    server.url(),
                                    Optional.of(far.thumbprint().value())));
            assertThat(result.succeeded()).as(result.toString()).isTrue();
            assertThat(proxy.requests()).isEmpty();
        }
    }

    @Test
    void what_the_proxy_says_is_why_a_package_did_not_come() throws Exception {
        try (TestProxy wanting =
                        new TestProxy(
                                _ ->
                                        "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0");
                TestProxy failing = new TestProxy(_ -> "502 Bad Gateway\r\nContent-Length: 0");
                TestProxy hangingUp = new TestProxy(_ -> "")) {
            assertThat(reason(wanting.url()))
                    .contains("the proxy " + wanting.url() + " opens no tunnel to")
                    .contains("it wants credentials (407)");
            assertThat(reason(failing.url())).contains("it answered 502");
            assertThat(reason(hangingUp.url()))
                    .contains("(through the proxy " + hangingUp.url() + ")");
        }
        String gone;
        try (TestProxy proxy = TestProxy.open()) {
            gone = proxy.url();
        }
        assertThat(reason(gone)).contains("the proxy " + gone + " cannot be reached");
        assertThat(server.requests()).isEmpty();
    }

    private String reason(String proxy) throws Exception {
        CommandResult result = acquire(proxy, Optional.empty(), new Source.Server());
        assertThat(result.succeeded()).isFalse();
        return result.toString();
    }
}
