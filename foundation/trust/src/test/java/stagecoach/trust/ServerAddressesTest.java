package stagecoach.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name with two addresses, of which the first has no server. */
class ServerAddressesTest {
    private static final ServerAddresses.Resolver TWO =
            _ ->
                    new InetAddress[] {
                        InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")
                    };

    @TempDir Path folder;
    private HttpServer server;

    @AfterEach
    void close() {
        if (server != null) {
            server.stop(0);
        }
    }

    private URI serve(HttpServer made, String scheme, String host) {
        server = made;
        server.createContext(
                "/",
                exchange -> {
                    byte[] said =
                            (exchange.getRequestHeaders().getFirst("Host")
                                            + " "
                                            + exchange.getRequestURI())
                                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, said.length);
                    exchange.getResponseBody().write(said);
                    exchange.close();
                });
        server.start();
        return URI.create(
                "%s://%s:%d/a%%20b?c=d".formatted(scheme, host, server.getAddress().getPort()));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    }

    private static String get(HttpClient.Builder builder, URI url)
            throws IOException, InterruptedException {
        try (HttpClient client = builder.build()) {
            return ServerAddresses.first(
                            ServerAddresses.of(url, TWO),
                            address ->
                                    client.send(
                                            ServerAddresses.request(url, address).build(),
                                            HttpResponse.BodyHandlers.ofString()))
                    .body();
        }
    }

    @Test
    void the_second_address_answers_and_is_asked_by_the_servers_name() throws Exception {
        URI url = serve(HttpServer.create(loopback(), 0), "http", "cache.example");
        assertThat(get(HttpClient.newBuilder(), url))
                .isEqualTo("cache.example:%d /a%%20b?c=d".formatted(url.getPort()));
    }

    @Test
    void a_certificate_is_compared_with_the_name_and_not_with_the_address() throws Exception {
        Identity identity = Identity.loadOrCreate(folder, "cache.example");
        var https = HttpsServer.create(loopback(), 0);
        https.setHttpsConfigurator(
                new HttpsConfigurator(identity.tls(PinnedTrust.anyWellFormed())));
        URI url = serve(https, "https", "cache.example");
        var parameters = new SSLParameters();
        ServerAddresses.name(parameters, url);
        assertThat(parameters.getServerNames().toString()).contains("cache.example");

        var pinned =
                HttpClient.newBuilder()
                        .sslParameters(parameters)
                        .sslContext(identity.tls(PinnedTrust.exactly(identity.thumbprint())));
        assertThat(get(pinned, url)).startsWith("cache.example:");
    }

    @Test
    void one_address_leaves_the_url_as_it_is_and_none_that_answers_is_told() throws Exception {
        URI url = URI.create("https://cache.example:1/blobs");
        assertThat(
                        ServerAddresses.of(
                                url, _ -> new InetAddress[] {InetAddress.ofLiteral("192.0.2.1")}))
                .isEqualTo(List.of(url));
        assertThat(
                        ServerAddresses.of(
                                URI.create("http://cache.example"),
                                _ ->
                                        new InetAddress[] {
                                            InetAddress.ofLiteral("192.0.2.1"),
                                            InetAddress.ofLiteral("2001:db8::1")
                                        }))
                .containsExactly(
                        URI.create("http://192.0.2.1"),
                        URI.create("http://[2001:db8:0:0:0:0:0:1]"));
        assertThatThrownBy(() -> get(HttpClient.newBuilder(), URI.create("http://none.example:1/")))
                .isInstanceOf(ConnectException.class);
    }
}
