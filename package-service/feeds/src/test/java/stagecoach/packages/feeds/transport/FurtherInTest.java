package stagecoach.packages.feeds.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A feed cannot have this server ask what only this server can reach. */
class FurtherInTest {
    private static final FeedRules QUICK =
            new FeedRules(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(1),
                    1,
                    Duration.ofMillis(5),
                    1 << 20,
                    1 << 20);

    /** Where the names of these tests are, as far as this server knows. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "world.example", "93.184.215.14",
                    "company.example", "10.1.2.3",
                    "here.example", "127.0.0.2");

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final NamedServers servers =
            new NamedServers(
                    WayOut.USUAL,
                    QUICK.connectMax(),
                    clock,
                    host ->
                            NAMES.containsKey(host)
                                    ? new InetAddress[] {InetAddress.ofLiteral(NAMES.get(host))}
                                    : InetAddress.getAllByName(host));
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
        servers.close();
        clock.shutdownNow();
    }

    private Optional<byte[]> read(String home, String led) throws Exception {
        var settings =
                new FeedSettings(
                        "upstream",
                        FeedSettings.Kind.NUGET,
                        "http://%s/v3/index.json".formatted(home),
                        Optional.empty(),
                        1,
                        Duration.ZERO);
        return new FeedHttp(settings, QUICK, servers, clock)
                .document(URI.create(led), "application/json");
    }

    private void assertRefused(String home, String led, String words) {
        assertThatThrownBy(() -> read(home, led))
                .isInstanceOfSatisfying(
                        FeedException.class,
                        e -> assertThat(e.kind()).isEqualTo(FeedException.Kind.WRONG))
                .hasMessageContaining("it leads to %s, an address %s".formatted(led, words))
                .hasMessageContaining("where the feed itself is not");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/",
                "http://here.example/",
                "http://169.254.169.254/latest/meta-data/",
                "http://[::1]:1/",
                "http://[::ffff:127.0.0.1]/",
                "http://[fe80::1]/",
                "http://0.0.0.0:1/",
                "http://2130706433/"
            })
    void who_answers_for_a_feed_cannot_have_this_machine_or_its_link_asked(String led) {
        assertRefused("world.example", led, "of this machine or its link");
        assertRefused("company.example", led, "of this machine or its link");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://10.1.2.3/",
                "http://company.example/",
                "http://192.168.1.1/",
                "http://172.31.0.1/",
                "http://[fd00:ec2::254]/latest/meta-data/",
                "http://100.100.100.200/latest/meta-data/"
            })
    void a_feed_of_the_world_cannot_have_a_private_network_asked(String led) {
        assertRefused("world.example", led, "of a private network");
    }

    @Test
    void a_feed_that_is_inside_itself_may_lead_there() throws Exception {
        String led = "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());

        assertThat(read("here.example", led)).hasValue("{}".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "93.184.215.14, WORLD",
        "2606:2800:220:1::1, WORLD",
        "172.32.0.1, WORLD",
        "100.128.0.1, WORLD",
        "10.0.0.1, NETWORK",
        "fc00::1, NETWORK",
        "100.64.0.1, NETWORK",
        "127.1.2.3, MACHINE",
        "224.0.0.1, MACHINE"
    })
    void addresses_are_inside_or_not(String address, InnerAddresses where) {
        assertThat(InnerAddresses.of(InetAddress.ofLiteral(address))).isEqualTo(where);
    }
}
