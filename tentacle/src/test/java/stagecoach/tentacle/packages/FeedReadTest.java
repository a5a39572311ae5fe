package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;

/** A feed that nobody here answers for, read by a machine itself. */
@Timeout(120)
class FeedReadTest {
    private static final FeedId COMPANY = new FeedId("company");
    private static final CacheId CACHE = new CacheId("near-1");
    private static final String INDEX = "/v3/index.json";
    private static final String FILE = "/flat/shop.web/1.0.0/shop.web.1.0.0.nupkg";

    @TempDir Path folder;
    private byte[] bytes;
    private PackagePin pin;
    private TestTickets tickets;
    private Identity far;

    @BeforeEach
    void open() throws Exception {
        bytes = new byte[300_000];
        new Random(42).nextBytes(bytes);
        pin = AcquirePackageTest.pin(bytes);
        tickets = new TestTickets(folder.resolve("home"));
        far = Identity.loadOrCreate(folder.resolve("far"), "nuget");
    }

    private static String path(RawServer.Request request) {
        return request.line().split(" ", -1)[1];
    }

    /** Answers as a feed does whose packages lie at {@code flat}. */
    private void answer(RawServer.Request request, OutputStream out, String flat)
            throws IOException {
        if (path(request).equals(INDEX)) {
            byte[] document =
                    "{\"resources\":[{\"@id\":\"%s\",\"@type\":\"PackageBaseAddress/3.0.0\"}]}"
                            .formatted(flat)
                            .getBytes(StandardCharsets.UTF_8);
            RawServer.head(out, "200 OK", "Content-Length: " + document.length);
            out.write(document);
        } else if (request.line().startsWith("HEAD ")) {
            RawServer.head(out, "200 OK", "Content-Length: " + bytes.length);
        } else {
            RawServer.serve(request, out, bytes);
        }
    }

    /** The first is where the server of these tests is; by the other it is one of the world. */
    private static InetAddress[] addressesOf(String host) throws UnknownHostException {
        return host.equals("world.example")
                ? new InetAddress[] {
                    InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("93.184.215.14")
                }
                : InetAddress.getAllByName(host);
    }

    private CommandResult acquire(List<FeedPlace> feeds, Source... sources) throws Exception {
        var shared =
                new AcquirePackageWork.Shared(
                        PackageStore.open(tickets.home()),
                        new Settings(
                                Deliveries.AGENT,
                                URI.create("https://127.0.0.1:1"),
                                Optional.empty(),
                                far.thumbprint()),
                        tickets.home().certificates(),
                        new FetchRules(
                                3,
                                20,
                                Duration.ofMillis(5),
                                Duration.ofMillis(20),
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(10),
                                1,
                                Duration.ofMillis(20),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(1),
                                FetchRules.USUAL.leftAfter(),
                                FetchRules.USUAL.givenUpAfter()),
                        List.of(),
                        RemovalLog.open(tickets.home()),
                        tickets.home()::freeBytes,
                        new DownSources(
                                Duration.ofMinutes(1), FeedReadTest::addressesOf, Routes.DIRECT));
        Deliver plain =
                Deliveries.acquire(
                        pin, false, List.of(new CacheGrant(CACHE, "Basic of-the-cache")), sources);
        LiveTicket live =
                tickets.accept(
                        new Deliver(
                                plain.command(),
                                Optional.empty(),
                                plain.grants(),
                                Optional.empty(),
                                feeds));
        return new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
    }

    private CommandResult acquire(String url) throws Exception {
        return acquire(List.of(new FeedPlace(COMPANY, url + INDEX)), new Source.Feed(COMPANY));
    }

    private AcquisitionResult got(CommandResult result) throws IOException {
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        assertThat(Files.readAllBytes(folder.resolve("home/packages/" + pin.sha512().value())))
                .isEqualTo(bytes);
        return result.acquisition().orElseThrow();
    }

    @Test
    void it_is_shown_nothing_and_named_as_the_one_who_served() throws Exception {
        try (RawServer feed = RawServer.plain((request, out) -> answer(request, out, "/flat/"))) {
            AcquisitionResult got = got(acquire(feed.url()));

            assertThat(got.servedBy()).isEqualTo(ServedBy.feed(COMPANY));
            assertThat(got.bytes()).isEqualTo(bytes.length);
            assertThat(feed.requests())
                    .extracting(RawServer.Request::line)
                    .containsExactly(
                            "GET " + INDEX + " HTTP/1.1",
                            "HEAD " + FILE + " HTTP/1.1",
                            "GET " + FILE + " HTTP/1.1");
            assertThat(feed.requests())
                    .allSatisfy(
                            request ->
                                    assertThat(request.headers())
                                            .doesNotContainKey("authorization"));
        }
    }

    @Test
    void a_download_that_breaks_off_goes_on_behind_what_came() throws Exception {
        int half = bytes.length / 2;
        try (RawServer feed =
                RawServer.plain(
                        (request, out) -> {
                            if (request.line().startsWith("GET " + FILE)
                                    && request.rangeStart() == 0) {
                                RawServer.serve(request, out, bytes, half);
                                // What was not read yet may go with the connection.
                                awaitHere(half);
                            } else {
                                answer(request, out, "/flat/");
                            }
                        })) {
            AcquisitionResult got = got(acquire(feed.url()));

            assertThat(got.bytes()).isEqualTo(bytes.length);
            assertThat(feed.requests())
                    .extracting(RawServer.Request::rangeStart)
                    .contains((long) half);
        }
    }

    private void awaitHere(long count) {
        Path partial = folder.resolve("home/packages/.partial/" + pin.sha512().value());
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(partial) && Files.size(partial) >= count);
    }

    @Test
    void wrong_bytes_are_blamed_on_it_and_the_next_source_is_asked() throws Exception {
        byte[] wrong = new byte[bytes.length];
        try (RawServer feed =
                        RawServer.plain(
                                (request, out) -> {
                                    if (request.line().startsWith("GET " + FILE)) {
                                        RawServer.serve(request, out, wrong);
                                    } else {
                                        answer(request, out, "/flat/");
                                    }
                                });
                RawServer cache =
                        RawServer.plain((request, out) -> answer(request, out, "/flat/"))) {
            AcquisitionResult got =
                    got(
                            acquire(
                                    List.of(new FeedPlace(COMPANY, feed.url() + INDEX)),
                                    new Source.Feed(COMPANY),
                                    new Source.NuGet(
                                            CACHE, cache.url() + INDEX, Optional.empty())));

            assertThat(got.servedBy().cache()).contains(CACHE);
            assertThat(got.broken())
                    .singleElement()
                    .asString()
                    .startsWith("feed company gave bytes with the SHA-512");
        }
    }

    @Test
    void one_that_machines_may_no_longer_read_is_passed_over() throws Exception {
        try (RawServer cache = RawServer.plain((request, out) -> answer(request, out, "/flat/"))) {
            var behind = new Source.NuGet(CACHE, cache.url() + INDEX, Optional.empty());
            var feed = new Source.Feed(COMPANY);
            assertThat(got(acquire(List.of(), feed, behind)).servedBy().cache()).contains(CACHE);
        }
        Files.delete(folder.resolve("home/packages/" + pin.sha512().value()));
        assertThat(acquire(List.of(), new Source.Feed(COMPANY)).reason())
                .contains(
                        "Shop.Web 1.0.0 could not be got: feed company: machines may not read it any more.");
    }

    @Test
    void one_that_wants_credentials_is_refused_with_what_to_do() throws Exception {
        for (String closed : List.of(INDEX, FILE)) {
            try (RawServer feed =
                    RawServer.plain(
                            (request, out) -> {
                                if (request.line().contains(" " + closed)) {
                                    RawServer.head(out, "401 Unauthorized", "Content-Length: 0");
                                } else {
                                    answer(request, out, "/flat/");
                                }
                            })) {
                assertThat(acquire(feed.url()).reason().orElseThrow())
                        .contains("answered 401: it is not open to everybody");
            }
        }
    }

    /** Whoever answers for it would have this machine ask what only machines here can reach. */
    @Test
    void it_leads_no_further_in_than_it_is_itself() throws Exception {
        try (RawServer inner = RawServer.plain((request, out) -> answer(request, out, "/flat/"))) {
            for (String led : List.of(inner.url(), inner.url().replace("127.0.0.1", "[::1]"))) {
                try (RawServer naming =
                                RawServer.plain(
                                        (request, out) -> answer(request, out, led + "/flat/"));
                        RawServer redirecting =
                                RawServer.plain(
                                        (request, out) -> {
                                            if (request.line().startsWith("HEAD ")) {
                                                RawServer.head(
                                                        out,
                                                        "302 Found",
                                                        "Location: " + led + FILE,
                                                        "Content-Length: 0");
                                            } else {
                                                answer(request, out, "/flat/");
                                            }
                                        })) {
                    Stream<String> urls =
                            Stream.of(naming, redirecting)
                                    .map(one -> one.url().replace("127.0.0.1", "world.example"));
                    for (String url : urls.toList()) {
                        assertThat(acquire(url).reason().orElseThrow())
                                .contains(
                                        "an address of this machine or its link, which is not followed");
                    }
                }
            }
            assertThat(inner.requests()).isEmpty();

            try (RawServer beside =
                    RawServer.plain(
                            (request, out) -> answer(request, out, inner.url() + "/flat/"))) {
                assertThat(got(acquire(beside.url())).servedBy()).isEqualTo(ServedBy.feed(COMPANY));
            }
        }
    }
}
