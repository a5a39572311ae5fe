package stagecoach.packages.app.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.feeds.transport.NamedServers;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.feeds.transport.WayOut.InnerHosts;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.trust.DirectHosts;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Who answers for a cache of others cannot have this server ask what only this server can reach.
 */
class NuGetTalkTest {
    private static final PackagePin PIN =
            new PackagePin(
                    new PackageId("Some.Lib"),
                    new PackageVersion("1.0.0"),
                    Sha512.hashOf(new byte[0]),
                    0);

    private static final ReplicationConfig PATIENCE =
            new SmallRyeConfigBuilder()
                    .withMapping(ReplicationConfig.class)
                    .build()
                    .getConfigMapping(ReplicationConfig.class);

    /** Where the names of these tests are; the first address is where its server really is. */
    private static final Map<String, String> NAMES =
            Map.of("theirs.example", "127.0.0.1 93.184.215.14", "here.example", "127.0.0.2");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final NamedServers servers = servers(InnerHosts.NONE);
    private ForeignServer server;

    private NamedServers servers(InnerHosts allowed) {
        return new NamedServers(
                new WayOut(Optional.empty(), Optional.empty(), DirectHosts.OF_MACHINE, allowed),
                Duration.ofSeconds(20),
                threads,
                NuGetTalkTest::addressesOf);
    }

    private static InetAddress[] addressesOf(String host) throws UnknownHostException {
        return NAMES.containsKey(host)
                ? Arrays.stream(NAMES.get(host).split(" ", -1))
                        .map(InetAddress::ofLiteral)
                        .toArray(InetAddress[]::new)
                : InetAddress.getAllByName(host);
    }

    @BeforeEach
    void start() throws IOException {
        server = new ForeignServer();
    }

    @AfterEach
    void stop() {
        server.close();
        servers.close();
        threads.shutdownNow();
    }

    private NuGetTalk talk(NamedServers by, String index) {
        var row = new CacheRow();
        row.id = "theirs-1";
        row.pushUrl = index;
        return new NuGetTalk(
                row,
                new CacheCredentials(
                        Optional.of(ForeignServer.KEY), Optional.empty(), Optional.empty()),
                PIN,
                by,
                PATIENCE);
    }

    private NuGetTalk talk(NamedServers by) {
        return talk(by, server.index().replace("127.0.0.1", "theirs.example"));
    }

    private static String refused(ThrowingCallable asking) {
        CacheFailure refused = catchThrowableOfType(CacheFailure.class, asking);
        assertThat(refused).as("refused").isNotNull();
        assertThat(refused.temporary()).as("%s", refused).isFalse();
        return refused.reason();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:1/",
                "http://here.example/v3/index.json",
                "http://169.254.169.254/latest/meta-data/",
                "http://[::1]:1/",
                "http://10.1.2.3/v3/index.json"
            })
    void a_redirect_of_an_index_further_in_is_not_followed(String led) {
        server.movedTo = led;

        assertThat(refused(() -> talk(servers).service()))
                .contains(
                        "leads to %s, an address".formatted(led),
                        "that is not followed",
                        "STAGECOACH_FEED_INNER_HOSTS");
        assertThat(server.asked).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1/", "http://169.254.169.254/", "http://10.1.2.3/"})
    void what_an_index_names_further_in_is_not_asked(String led) {
        server.flatAt = led;
        assertThat(refused(() -> talk(servers).service())).contains("leads to " + led);

        server.flatAt = "/flat/";
        server.publishAt = led;
        assertThat(refused(() -> talk(servers).service())).contains("leads to " + led);
    }

    @Test
    void one_that_is_there_is_asked_nothing_unless_this_server_was_told_that_it_may_be()
            throws Exception {
        try (var inside = new ForeignServer();
                var allowing = servers(InnerHosts.parse("127.0.0.1"))) {
            server.movedTo = inside.index();

            assertThat(refused(() -> talk(servers).service())).contains("of this machine");
            assertThat(inside.asked).isEmpty();

            assertThat(talk(allowing).service().own()).isFalse();
            assertThat(inside.asked).hasSize(1);
        }
    }

    @Test
    void an_index_that_is_not_there_is_told_with_what_to_check_and_nothing_secret()
            throws Exception {
        HttpServer empty =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        empty.start();
        try {
            String index =
                    "http://theirs.example:%d/v2/index.json"
                            .formatted(empty.getAddress().getPort());

            assertThat(refused(() -> talk(servers, index + "?token=t0p").service()))
                    .contains(
                            "theirs.example answered 404 to a question for its service index",
                            "there is none at %s: put the cache again with the url of its NuGet v3 service index"
                                    .formatted(index),
                            "speaks only NuGet v2 has none and cannot be a cache")
                    .doesNotContain("t0p");
        } finally {
            empty.stop(0);
        }
    }

    @Test
    void a_server_that_speaks_only_the_second_protocol_is_told_to_be_no_cache() throws Exception {
        HttpServer old =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] service =
                """
                <?xml version="1.0" encoding="utf-8"?>
                <service xmlns="http://www.w3.org/2007/app"><workspace/></service>
                """
                        .getBytes(StandardCharsets.UTF_8);
        old.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, service.length);
                    try (var body = exchange.getResponseBody()) {
                        body.write(service);
                    }
                });
        old.start();
        try {
            String index =
                    "http://theirs.example:%d/nuget/index.json"
                            .formatted(old.getAddress().getPort());

            assertThat(refused(() -> talk(servers, index).service()))
                    .contains(
                            "answers with no JSON",
                            "put the cache again with the url of its NuGet v3 service index",
                            "speaks only NuGet v2 has none and cannot be a cache");
        } finally {
            old.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405})
    void a_feed_that_takes_no_packages_is_told_with_the_package_and_what_to_check(int status)
            throws Exception {
        server.pushAnswers.add(status);
        NuGetTalk talk = talk(servers);
        NuGetTalk.Service service = talk.service();

        assertThat(
                        refused(
                                () ->
                                        talk.push(
                                                service,
                                                false,
                                                request -> request.PUT(BodyPublishers.noBody()),
                                                Future::get)))
                .contains(
                        "theirs.example answered %d to a push of Some.Lib 1.0.0".formatted(status),
                        "nobody takes packages at http://theirs.example:%d, where"
                                .formatted(URI.create(server.index()).getPort()),
                        "see whether that feed may be pushed to");
    }
}
