package stagecoach.packages.feeds.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A name with several addresses, of which none may answer. */
class NamedServersTest {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private NamedServers servers(int addresses) {
        return new NamedServers(
                WayOut.USUAL,
                CONNECT_MAX,
                threads,
                _ ->
                        IntStream.rangeClosed(1, addresses)
                                .mapToObj(each -> InetAddress.ofLiteral("192.0.2." + each))
                                .toArray(InetAddress[]::new));
    }

    /** As one that is waited for until it is given up. */
    private static final class Silent implements NamedServers.Asking<Integer, RuntimeException> {
        private final List<Duration> waited = new ArrayList<>();

        @Override
        public Integer by(HttpClient client, HttpRequest.Builder request) throws IOException {
            waited.add(client.connectTimeout().orElseThrow());
            throw new HttpConnectTimeoutException("silent");
        }

        Duration inAll() {
            return waited.stream().reduce(Duration.ZERO, Duration::plus);
        }
    }

    @ParameterizedTest
    @CsvSource({"http, 1, 1", "http, 2, 2", "http, 3, 3", "https, 8, 8", "https, 20, 8"})
    void however_many_addresses_are_silent_they_are_waited_for_no_longer_than_two(
            String scheme, int addresses, int asked) {
        var silent = new Silent();
        try (var servers = servers(addresses)) {
            assertThatThrownBy(() -> servers.ask(URI.create(scheme + "://nuget.example/"), silent))
                    .isInstanceOf(HttpConnectTimeoutException.class);
        }

        assertThat(silent.waited).hasSize(asked);
        assertThat(silent.inAll()).isLessThanOrEqualTo(CONNECT_MAX.multipliedBy(2));
    }

    @Test
    void those_that_were_too_many_to_wait_for_are_the_first_the_next_time() {
        var asked = new ArrayList<String>();
        try (var servers = servers(9)) {
            URI uri = URI.create("http://nuget.example/");
            assertThatThrownBy(() -> servers.ask(uri, new Silent()))
                    .isInstanceOf(HttpConnectTimeoutException.class);
            assertThatThrownBy(
                            () ->
                                    servers.ask(
                                            uri,
                                            (_, request) -> {
                                                asked.add(request.build().uri().getHost());
                                                throw new ConnectException("refused");
                                            }))
                    .isInstanceOf(ConnectException.class);
        }

        assertThat(asked).hasSize(9).startsWith("192.0.2.9");
    }

    /** Of those programs that are told by names for what there is a proxy. */
    private static final class ForAllButNames extends ProxySelector {
        @Override
        public List<Proxy> select(URI uri) {
            return uri.getHost().endsWith(".example")
                    ? List.of(Proxy.NO_PROXY)
                    : List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("192.0.2.99", 1)));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void a_name_that_is_reached_without_a_proxy_is_so_at_each_address(String scheme)
            throws Exception {
        ProxySelector usual = ProxySelector.getDefault();
        ProxySelector.setDefault(new ForAllButNames());
        try (var servers = servers(2)) {
            boolean direct =
                    servers.ask(
                            URI.create(scheme + "://nuget.example/"),
                            (client, request) ->
                                    client
                                            .proxy()
                                            .orElseThrow()
                                            .select(request.build().uri())
                                            .stream()
                                            .allMatch(proxy -> proxy.type() == Proxy.Type.DIRECT));
            assertThat(direct).isTrue();
        } finally {
            ProxySelector.setDefault(usual);
        }
    }
}
