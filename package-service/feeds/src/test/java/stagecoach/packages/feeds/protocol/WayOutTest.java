package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stagecoach.packages.feeds.protocol.OddServer.text;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.feeds.transport.WayOut.InnerHosts;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.trust.DirectHosts;
import stagecoach.trust.HttpProxy;
import stagecoach.trust.HttpProxy.Login;
import stagecoach.trust.ServerAddresses;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** Feeds behind certificates of an own authority, and behind a proxy. */
class WayOutTest {
    private static final FeedRules QUICK =
            new FeedRules(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(1),
                    1,
                    Duration.ofMillis(5),
                    1 << 20,
                    1 << 20);
    private static final PackageId SHOP = PackageId.parse("Shop.Web");
    private static final String PASSWORD = "of-the-test";

    @TempDir static Path folder;
    private static WayOut trusting;

    @BeforeAll
    static void an_authority_of_the_house() throws Exception {
        keytool("ca", "-genkeypair", "-keyalg", "EC", "-dname", "CN=House CA", "-ext", "bc:c");
        keytool("ca", "-exportcert", "-rfc", "-file", file("ca.pem"));
        trusting =
                new WayOut(
                        Optional.of(folder.resolve("ca.pem")),
                        Optional.empty(),
                        DirectHosts.OF_MACHINE,
                        InnerHosts.NONE);
    }

    private static String file(String name) {
        return folder.resolve(name).toString();
    }

    private static void keytool(String store, String... arguments) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        // It is started often, and ends at once.
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "-alias",
                        store,
                        "-keystore",
                        file(store + ".p12"),
                        "-storepass",
                        PASSWORD));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    /**
     * A feed with a certificate of that authority.
     *
     * @param from when it became good, as {@code keytool} takes it; for two days
     */
    private static OddServer feed(String name, String address, String from) throws Exception {
        keytool(name, "-genkeypair", "-keyalg", "EC", "-dname", "CN=Feed");
        keytool(name, "-certreq", "-file", file(name + ".csr"));
        keytool(
                "ca",
                "-gencert",
                "-rfc",
                "-infile",
                file(name + ".csr"),
                "-outfile",
                file(name + ".pem"),
                "-ext",
                "SAN=" + address,
                "-startdate",
                from,
                "-validity",
                "2");
        Files.writeString(
                folder.resolve(name + ".chain"),
                Files.readString(folder.resolve(name + ".pem"))
                        + Files.readString(folder.resolve("ca.pem")));
        keytool(name, "-importcert", "-noprompt", "-trustcacerts", "-file", file(name + ".chain"));
        var server = HttpsServer.create(OddServer.loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls(name)));
        var odd = new OddServer(server);
        answering(odd, "https://127.0.0.1:%d".formatted(odd.port()));
        return odd;
    }

    private static SSLContext tls(String name) throws Exception {
        var store =
                KeyStore.getInstance(
                        folder.resolve(name + ".p12").toFile(), PASSWORD.toCharArray());
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return tls;
    }

    private static void answering(OddServer server, String base) {
        server.on(
                        "/v3/index.json",
                        text(
                                """
                                {"version":"3.0.0","resources":[{"@id":"%s/flat/","@type":"PackageBaseAddress/3.0.0"}]}"""
                                        .formatted(base)))
                .on("/flat/shop.web/index.json", text("{\"versions\":[\"1.0.0\"]}"));
    }

    private static List<PackageVersion> versions(WayOut way, String base) throws Exception {
        return versions(way, base, ServerAddresses.Resolver.SYSTEM);
    }

    private static List<PackageVersion> versions(
            WayOut way, String base, ServerAddresses.Resolver resolver) throws Exception {
        try (var feeds = new Feeds(QUICK, way, new Mounts(), resolver)) {
            return feeds.open(
                            new FeedSettings(
                                    "house",
                                    FeedSettings.Kind.NUGET,
                                    base + "/v3/index.json",
                                    Optional.empty(),
                                    1,
                                    Duration.ZERO))
                    .versions(SHOP);
        }
    }

    private static void assertRefused(WayOut way, OddServer server, String why) {
        assertThatThrownBy(() -> versions(way, "https://127.0.0.1:%d".formatted(server.port())))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining(why);
        assertThat(server.asked).as("nothing is told to whom is not trusted").isEmpty();
    }

    @Test
    void an_own_authority_is_trusted_when_it_is_named_and_only_then() throws Exception {
        try (var server = feed("good", "ip:127.0.0.1", "-1d")) {
            assertRefused(WayOut.USUAL, server, "STAGECOACH_FEED_CERTIFICATES");
            assertThat(versions(trusting, "https://127.0.0.1:%d".formatted(server.port())))
                    .containsExactly(PackageVersion.parse("1.0.0"));
        }
    }

    @Test
    void a_scheme_in_capitals_is_the_same_scheme() throws Exception {
        try (var server = feed("loud", "ip:127.0.0.1", "-1d")) {
            String base = "HTTPS://127.0.0.1:%d".formatted(server.port());
            server.once(
                    "/v3/index.json", OddServer.status(302, "Location", base + "/v3/index.json"));

            assertThat(versions(trusting, base)).containsExactly(PackageVersion.parse("1.0.0"));
        }
    }

    @Test
    void an_expired_certificate_is_called_so() throws Exception {
        try (var server = feed("expired", "ip:127.0.0.1", "-5d")) {
            assertRefused(trusting, server, "its certificate has expired");
        }
    }

    @Test
    void a_certificate_of_another_server_is_refused() throws Exception {
        try (var server = feed("other", "dns:nuget.example", "-1d")) {
            assertRefused(trusting, server, "its certificate is not trusted");
        }
    }

    /** The first address has no server. */
    private static final ServerAddresses.Resolver TWO =
            _ ->
                    new InetAddress[] {
                        InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")
                    };

    @Test
    void a_name_with_several_addresses_is_tried_address_by_address() throws Exception {
        try (var server = new OddServer()) {
            String base = "http://feed.example:%d".formatted(server.port());
            answering(server, base);

            assertThat(versions(WayOut.USUAL, base, TWO))
                    .containsExactly(PackageVersion.parse("1.0.0"));

            assertThat(server.asked)
                    .allSatisfy(
                            asked ->
                                    assertThat(asked.headers())
                                            .containsEntry(
                                                    "Host",
                                                    List.of("feed.example:" + server.port())));
        }
    }

    @Test
    void whatever_address_is_asked_the_certificate_must_be_for_the_name() throws Exception {
        try (var server = feed("named", "dns:feed.example", "-1d")) {
            String base = "https://feed.example:%d".formatted(server.port());
            answering(server, base);
            assertThat(versions(trusting, base, TWO))
                    .containsExactly(PackageVersion.parse("1.0.0"));
        }
        try (var server = feed("addressed", "ip:127.0.0.1", "-1d")) {
            String base = "https://feed.example:%d".formatted(server.port());
            assertThatThrownBy(() -> versions(trusting, base, TWO))
                    .isInstanceOf(FeedException.class)
                    .hasMessageContaining("its certificate is not trusted");
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void a_file_without_certificates_is_named_at_once() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.pem"), "no certificate");
        assertThatThrownBy(
                        () ->
                                new Feeds(
                                        QUICK,
                                        new WayOut(
                                                Optional.of(wrong),
                                                Optional.empty(),
                                                DirectHosts.OF_MACHINE,
                                                InnerHosts.NONE)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(wrong.toString());
    }

    /** The name of the feed is known to the proxy alone. */
    @Test
    void a_proxy_is_asked_for_what_lies_behind_it() throws Exception {
        try (var proxy = new OddServer()) {
            answering(proxy, "http://feed.invalid");

            assertThat(versions(through(proxy.port(), Optional.empty()), "http://feed.invalid"))
                    .containsExactly(PackageVersion.parse("1.0.0"));

            assertThat(proxy.asked)
                    .hasSize(2)
                    .allSatisfy(
                            asked ->
                                    assertThat(asked.headers())
                                            .containsEntry("Host", List.of("feed.invalid")));
        }
    }

    private static final Login LOGIN = new Login("stage", "proxy-word");

    /** The proxy, and the authority of the house. */
    private static WayOut through(int proxy, Optional<Login> login, String... direct) {
        return new WayOut(
                trusting.certificates(),
                Optional.of(new HttpProxy("127.0.0.1", proxy, login)),
                DirectHosts.parse(String.join(",", direct)),
                InnerHosts.parse("here.example"));
    }

    private static void assertTold(WayOut way, String base, String... words) {
        assertThatThrownBy(() -> versions(way, base))
                .isInstanceOf(FeedException.class)
                .message()
                .contains(words)
                .doesNotContain("proxy-word", LOGIN.basic());
    }

    @Test
    void a_proxy_is_shown_its_credentials() throws Exception {
        try (var proxy = new OddServer()) {
            answering(proxy, "http://feed.invalid");

            assertThat(versions(through(proxy.port(), Optional.of(LOGIN)), "http://feed.invalid"))
                    .isNotEmpty();

            assertThat(proxy.asked)
                    .allSatisfy(
                            asked ->
                                    assertThat(asked.headers())
                                            .containsEntry(
                                                    "Proxy-authorization", List.of(LOGIN.basic()))
                                            .doesNotContainKey("Authorization"));
        }
    }

    @Test
    void through_a_tunnel_only_the_proxy_is_shown_its_credentials() throws Exception {
        try (var server = feed("tunnelled", "dns:feed.invalid", "-1d");
                var proxy = new TunnelProxy(server.port(), Optional.of(LOGIN.basic()))) {
            String base = "https://feed.invalid";
            answering(server, base);

            assertThat(versions(through(proxy.port(), Optional.of(LOGIN)), base))
                    .containsExactly(PackageVersion.parse("1.0.0"));

            assertThat(proxy.asked).allMatch(head -> head.startsWith("CONNECT feed.invalid:443 "));
            assertThat(server.asked)
                    .isNotEmpty()
                    .noneMatch(asked -> asked.has("Proxy-Authorization"));
        }
    }

    @Test
    void a_proxy_that_wants_other_credentials_is_told_in_words_that_say_what_to_do()
            throws Exception {
        String missing =
                "wants credentials (407). Write them as USER:PASSWORD into STAGECOACH_FEED_PROXY_CREDENTIALS";
        try (var proxy = new TunnelProxy(1, Optional.of("Basic another"))) {
            String named = "the proxy http://127.0.0.1:" + proxy.port();
            assertTold(
                    through(proxy.port(), Optional.empty()), "https://a.invalid", named, missing);
            assertTold(
                    through(proxy.port(), Optional.of(LOGIN)),
                    "https://a.invalid",
                    named,
                    "does not take the credentials that it is shown (407). Correct them in STAGECOACH_FEED_PROXY_CREDENTIALS");
        }
        try (var proxy = new OddServer()) {
            proxy.on(
                    "/v3/index.json", OddServer.status(407, "Proxy-Authenticate", "Basic realm=x"));
            assertTold(through(proxy.port(), Optional.empty()), "http://a.invalid", missing);
        }
    }

    @Test
    void a_proxy_that_opens_no_tunnel_is_told_with_what_it_answered() throws Exception {
        try (var proxy = new TunnelProxy(0, Optional.empty())) {
            assertTold(
                    through(proxy.port(), Optional.empty()),
                    "https://a.invalid",
                    "a.invalid cannot be reached: the proxy http://127.0.0.1:%d answered 403 instead of opening a tunnel"
                            .formatted(proxy.port()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"feed.example", ".example", "*.example", "feed.example:%d"})
    void servers_that_are_excepted_are_reached_past_the_proxy(String excepted) throws Exception {
        try (var server = new OddServer();
                var proxy = new OddServer()) {
            String base = "http://feed.example:%d".formatted(server.port());
            answering(server, base);
            String direct = excepted.formatted(server.port());

            assertThat(versions(through(proxy.port(), Optional.of(LOGIN), direct), base, TWO))
                    .isNotEmpty();

            assertThat(proxy.asked).isEmpty();
            assertThat(server.asked).noneMatch(asked -> asked.has("Proxy-Authorization"));
            assertThatThrownBy(
                            () ->
                                    versions(
                                            through(proxy.port(), Optional.of(LOGIN), direct),
                                            "http://feed.other:" + server.port(),
                                            TWO))
                    .isInstanceOf(FeedException.class);
            assertThat(proxy.asked).isNotEmpty();
        }
    }

    @Test
    void whom_a_feed_behind_a_proxy_leads_to_past_it_is_not_shown_the_proxys_credentials()
            throws Exception {
        try (var server = new OddServer();
                var proxy = new OddServer()) {
            answering(proxy, "http://here.example:" + server.port());
            answering(server, "");

            assertThat(
                            versions(
                                    through(proxy.port(), Optional.of(LOGIN), "here.example"),
                                    "http://feed.invalid",
                                    TWO))
                    .isNotEmpty();

            assertThat(proxy.asked).hasSize(1);
            assertThat(server.asked)
                    .isNotEmpty()
                    .noneMatch(asked -> asked.has("Proxy-Authorization"));
        }
    }
}
