package stagecoach.tentacle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.trust.HttpProxy;
import stagecoach.wire.StagecoachJson;

class RoutesTest {
    private static final URI GATEWAY = URI.create("https://gateway.test:8443");
    private static final URI PLAIN = URI.create("http://cache.test");

    @TempDir Path folder;

    private static Optional<String> way(ProxySettings settled, Map<String, String> environment)
            throws Exception {
        return Routes.of(settled, environment).to(GATEWAY).map(HttpProxy::toString);
    }

    private static ProxySettings settled(String proxy) {
        return ProxySettings.USUAL.with(Optional.of(proxy), Optional.empty(), Optional.empty());
    }

    @Test
    void the_environment_counts_as_elsewhere() throws Exception {
        assertThat(way(ProxySettings.USUAL, Map.of())).isEmpty();
        assertThat(way(ProxySettings.USUAL, Map.of("HTTPS_PROXY", "http://proxy.test:3128")))
                .contains("http://proxy.test:3128");
        assertThat(
                        way(
                                ProxySettings.USUAL,
                                Map.of(
                                        "HTTPS_PROXY",
                                        "other.test:1",
                                        "https_proxy",
                                        "proxy.test:2")))
                .contains("http://proxy.test:2");
        assertThat(way(ProxySettings.USUAL, Map.of("ALL_PROXY", "http://[fd00::1]/")))
                .contains("http://[fd00::1]:80");
        assertThat(
                        way(
                                ProxySettings.USUAL,
                                Map.of("HTTPS_PROXY", "proxy.test:1", "NO_PROXY", "gateway.test")))
                .isEmpty();
        Routes both =
                Routes.of(
                        ProxySettings.USUAL,
                        Map.of("HTTPS_PROXY", "proxy.test:1", "HTTP_PROXY", "plain.test:2"));
        assertThat(both.to(PLAIN).map(HttpProxy::host)).contains("plain.test");
    }

    @Test
    void what_is_said_about_a_name_holds_for_all_its_addresses() throws Exception {
        Routes routes =
                Routes.of(
                        ProxySettings.USUAL,
                        Map.of("HTTPS_PROXY", "proxy.test:1", "NO_PROXY", "gateway.test"));
        URI address = URI.create("https://192.0.2.1:8443/blobs");
        assertThat(way(routes, GATEWAY, address)).isEqualTo(Proxy.Type.DIRECT);
        assertThat(way(routes, URI.create("https://other.test"), address))
                .isEqualTo(Proxy.Type.HTTP);
    }

    private static Proxy.Type way(Routes routes, URI server, URI asked) {
        try (HttpClient client = routes.through(HttpClient.newBuilder(), server).build()) {
            return client.proxy().orElseThrow().select(asked).getFirst().type();
        }
    }

    @Test
    void what_is_settled_counts_before_the_environment() throws Exception {
        Map<String, String> environment = Map.of("HTTPS_PROXY", "proxy.test:1");
        assertThat(way(settled("http://own.test:3128"), environment))
                .contains("http://own.test:3128");
        assertThat(way(settled("none"), environment)).isEmpty();
        assertThat(way(settled("environment"), environment)).contains("http://proxy.test:1");
        assertThat(
                        way(
                                settled("http://own.test:3128")
                                        .with(
                                                Optional.empty(),
                                                Optional.of(".test"),
                                                Optional.empty()),
                                environment))
                .isEmpty();
    }

    @Test
    void what_is_settled_is_kept_and_can_be_taken_back() {
        ProxySettings all =
                settled("http://own.test:3128")
                        .with(Optional.empty(), Optional.of("a.test"), Optional.of("/etc/secret"));
        assertThat(StagecoachJson.read(StagecoachJson.text(all), ProxySettings.class))
                .isEqualTo(all);
        assertThat(
                        all.with(
                                Optional.of("environment"),
                                Optional.of("environment"),
                                Optional.of("environment")))
                .isEqualTo(ProxySettings.USUAL);
    }

    @Test
    void credentials_come_from_the_url_a_file_or_the_environment_and_are_shown_nowhere()
            throws Exception {
        Path file = folder.resolve("credentials");
        Files.writeString(file, "ann:pa:ss\n");
        ProxySettings byFile =
                ProxySettings.USUAL.with(
                        Optional.of("http://own.test:3128"),
                        Optional.empty(),
                        Optional.of(file.toString()));
        assertThat(Routes.of(byFile, Map.of()).to(GATEWAY).orElseThrow().login())
                .contains(new HttpProxy.Login("ann", "pa:ss"));
        HttpProxy byUrl =
                Routes.of(
                                ProxySettings.USUAL,
                                Map.of(
                                        "HTTPS_PROXY",
                                        "http://bob:p%40ss+w@proxy.test:1",
                                        "STAGECOACH_PROXY_CREDENTIALS",
                                        "other:one"))
                        .to(GATEWAY)
                        .orElseThrow();
        assertThat(byUrl.login()).contains(new HttpProxy.Login("bob", "p@ss+w"));
        assertThat(byUrl.toString() + byUrl.login()).doesNotContain("p@ss");
        assertThat(
                        Routes.of(
                                        settled("http://own.test:3128"),
                                        Map.of("STAGECOACH_PROXY_CREDENTIALS", "other:one"))
                                .to(GATEWAY)
                                .orElseThrow()
                                .login())
                .contains(new HttpProxy.Login("other", "one"));
    }

    @Test
    void of_the_environment_what_cannot_be_used_is_passed_over() throws Exception {
        assertThat(way(ProxySettings.USUAL, Map.of("ALL_PROXY", "socks5://proxy.test:1")))
                .isEmpty();
        assertThat(
                        way(
                                ProxySettings.USUAL,
                                Map.of(
                                        "all_proxy",
                                        "socks5h://proxy.test:1",
                                        "https_proxy",
                                        "http://proxy.test:2")))
                .contains("http://proxy.test:2");
    }

    @Test
    void what_cannot_be_used_is_refused_in_words_that_hold_no_password() {
        for (String bad :
                new String[] {
                    "https://u:s3cret@proxy.test:1",
                    "socks5://u:s3cret@proxy.test:1",
                    "http://u:s3cret@proxy.test:1/path",
                    "http://u:s3cret@proxy.test:70000",
                    "http://u:s3cret@pro xy"
                }) {
            ProxySettings bySettings =
                    new ProxySettings(Optional.of(bad), Optional.empty(), Optional.empty());
            assertThatThrownBy(() -> Routes.of(bySettings, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("The proxy that is settled names no proxy")
                    .hasMessageNotContaining("s3cret");
        }
        assertThatThrownBy(() -> settled("http://u:s3cret@proxy.test:1"))
                .hasMessageContaining("--proxy-credentials-file")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void a_failure_says_whether_the_proxy_was_it() throws Exception {
        Routes routes = Routes.of(settled("http://own.test:3128"), Map.of());
        assertThat(routes.words(GATEWAY, new ConnectException()))
                .isEqualTo(
                        "the proxy http://own.test:3128 cannot be reached: the connection was refused");
        assertThat(routes.words(GATEWAY, new java.io.IOException("Tunnel failed, got: 403")))
                .startsWith(
                        "the proxy http://own.test:3128 opens no tunnel to gateway.test:8443: it does not allow that (403)");
        assertThat(routes.words(URI.create("https://127.0.0.1:1"), new ConnectException("no")))
                .isEqualTo("no");
        assertThat(routes.unpaid(GATEWAY)).contains("it wants credentials (407)");
    }
}
