package stagecoach.packages.feeds.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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
import stagecoach.packages.feeds.transport.WayOut.InnerHosts;
import stagecoach.trust.DirectHosts;
import stagecoach.trust.InnerAddresses;

/** A feed cannot have this server ask what only this server can reach. */
class FurtherInTest {
    private static final FeedRules QUICK =
            new FeedRules(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
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
                    "both.example", "10.1.2.3 93.184.215.14",
                    "here.example", "127.0.0.2",
                    "link.private.example", "127.0.0.1 127.0.0.3");

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final NamedServers servers = servers(InnerHosts.NONE);
    private HttpServer server;

    private NamedServers servers(InnerHosts allowed) {
        return new NamedServers(
                new WayOut(Optional.empty(), Optional.empty(), DirectHosts.OF_MACHINE, allowed),
                QUICK.connectMax(),
                clock,
                FurtherInTest::addressesOf);
    }

    private static InetAddress[] addressesOf(String host) throws UnknownHostException {
        return NAMES.containsKey(host)
                ? Arrays.stream(NAMES.get(host).split(" ", -1))
                        .map(InetAddress::ofLiteral)
                        .toArray(InetAddress[]::new)
                : InetAddress.getAllByName(host);
    }

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
        return read(servers, home, led);
    }

    private Optional<byte[]> read(NamedServers by, String home, String led) throws Exception {
        var settings =
                new FeedSettings(
                        "upstream",
                        FeedSettings.Kind.NUGET,
                        "http://%s/v3/index.json".formatted(home),
                        Optional.empty(),
                        1,
                        Duration.ZERO);
        return new FeedHttp(settings, QUICK, by, clock)
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
                "http://[fd00:ec2::254]/latest/meta-data/",
                "http://100.100.100.200/latest/meta-data/",
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
                "http://[fd00:ec2::253]/",
                "http://100.100.100.201/"
            })
    void a_feed_of_the_world_cannot_have_a_private_network_asked(String led) {
        assertRefused("world.example", led, "of a private network");
    }

    @Test
    void a_feed_that_is_inside_itself_may_lead_there() throws Exception {
        String led = "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());

        assertThat(read("here.example", led)).hasValue("{}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_feed_of_several_addresses_leads_no_further_in_than_its_outermost() {
        assertRefused("both.example", "http://192.168.1.1/", "of a private network");
    }

    @Test
    void a_host_that_the_server_names_may_be_led_to_although_it_is_further_in() throws Exception {
        String led = "http://link.private.example:%d/".formatted(server.getAddress().getPort());
        assertRefused("world.example", led, "of this machine or its link");

        try (var allowing = servers(InnerHosts.parse("nuget.example, .private.example"))) {
            assertThat(read(allowing, "world.example", led)).isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nuget.example, nuget.example, true",
        "nuget.example, NuGet.Example., true",
        "nuget.example, a.nuget.example, false",
        "nuget.example, my-nuget.example, false",
        ".nuget.example, a.b.nuget.example, true",
        "*.nuget.example, a.nuget.example, true",
        ".nuget.example, nuget.example, false",
        "10.1.2.3, 10.1.2.3, true",
        "'a.example , , b.example', b.example, true",
        "'', b.example, false"
    })
    void hosts_are_named_one_by_one_or_by_how_they_end(String named, String host, boolean allowed) {
        assertThat(InnerHosts.parse(named).include(host)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://nuget.example", "nuget.*", "*", ".", "a b", "nuget.example:443"})
    void what_is_no_host_is_not_taken_for_one(String named) {
        assertThatThrownBy(() -> InnerHosts.parse("good.example, " + named))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "STAGECOACH_FEED_INNER_HOSTS names \"%s\", which is no host. Write names"
                                .formatted(named));
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
        "224.0.0.1, MACHINE",
        "168.63.129.16, MACHINE",
        "192.0.0.192, MACHINE",
        "::1, MACHINE",
        "64:ff9b::5db8:d70e, WORLD",
        "64:ff9b::a01:203, NETWORK",
        "64:ff9b::a9fe:a9fe, MACHINE",
        "2002:a01:203::1, NETWORK",
        "::7f00:1, MACHINE"
    })
    void addresses_are_inside_or_not(String address, InnerAddresses where) {
        assertThat(InnerAddresses.of(InetAddress.ofLiteral(address))).isEqualTo(where);
    }
}
