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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
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
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.FetchRules.LongestFetch;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Authority;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

@Timeout(120)
class NuGetReadTest {
    private static final CacheId THEIRS = new CacheId("theirs-1");
    private static final String SHOWN = "Basic Y2k6cmVhZC13b3Jk";
    private static final String FILE = "/flat/shop.web/1.0.0/shop.web.1.0.0.nupkg";

    private static FetchRules patience(Duration stallMax, LongestFetch givenUpAfter) {
        return new FetchRules(
                3,
                20,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                stallMax,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                1,
                Duration.ofMillis(20),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                FetchRules.USUAL.leftAfter(),
                givenUpAfter);
    }

    private final CountDownLatch closing = new CountDownLatch(1);
    private FetchRules rules = patience(Duration.ofSeconds(20), FetchRules.USUAL.givenUpAfter());

    @TempDir Path folder;
    private byte[] bytes;
    private PackagePin pin;
    private TestTickets tickets;
    private Identity far;
    private RawServer server;
    private RawServer elsewhere;

    @BeforeEach
    void open() throws Exception {
        bytes = new byte[300_000];
        new Random(42).nextBytes(bytes);
        pin = AcquirePackageTest.pin(bytes);
        tickets = new TestTickets(folder.resolve("home"));
        far = Identity.loadOrCreate(folder.resolve("far"), "nuget");
        elsewhere = RawServer.plain(this::give);
        server = RawServer.plain(this::answer);
    }

    @AfterEach
    void close() throws Exception {
        closing.countDown();
        server.close();
        elsewhere.close();
    }

    private static String path(RawServer.Request request) {
        return request.line().split(" ", -1)[1];
    }

    private void answer(RawServer.Request request, OutputStream out) throws Exception {
        switch (path(request)) {
            case "/v3/index.json" -> index(out, "/flat/");
            case FILE -> give(request, out);
            default -> RawServer.head(out, "404 Not Found", "Content-Length: 0");
        }
    }

    private static void index(OutputStream out, String flat) throws IOException {
        index(out, flat, "\"PackageBaseAddress/3.0.0\"");
    }

    private static void index(OutputStream out, String flat, String types) throws IOException {
        byte[] document =
                """
                {"version":"3.0.0","resources":[
                  {"@id":"/search","@type":["SearchQueryService"]},
                  {"@id":"%s","@type":%s}]}
                """
                        .formatted(flat, types)
                        .getBytes(StandardCharsets.UTF_8);
        RawServer.head(out, "200 OK", "Content-Length: " + document.length);
        out.write(document);
    }

    private void give(RawServer.Request request, OutputStream out) throws Exception {
        if (request.line().startsWith("HEAD ")) {
            RawServer.head(out, "200 OK", "Content-Length: " + bytes.length);
        } else {
            RawServer.serve(request, out, bytes);
        }
    }

    private CommandResult acquire(RawServer at, Optional<String> thumbprint) throws Exception {
        return acquire(at.url(), thumbprint);
    }

    private CommandResult acquire(String url, Optional<String> thumbprint) throws Exception {
        var shared =
                new AcquirePackageWork.Shared(
                        PackageStore.open(tickets.home()),
                        new Settings(
                                Deliveries.AGENT,
                                URI.create("https://127.0.0.1:1"),
                                Optional.empty(),
                                far.thumbprint()),
                        tickets.home().certificates(),
                        rules,
                        List.of(),
                        RemovalLog.open(tickets.home()),
                        tickets.home()::freeBytes,
                        new DownSources(
                                Duration.ofMinutes(1), NuGetReadTest::addressesOf, Routes.DIRECT));
        LiveTicket live =
                tickets.accept(
                        Deliveries.acquire(
                                pin,
                                false,
                                List.of(new CacheGrant(THEIRS, SHOWN)),
                                new Source.NuGet(THEIRS, url + "/v3/index.json", thumbprint)));
        return new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
    }

    private void heldAndServedByThem(CommandResult result) throws IOException {
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        AcquisitionResult got = result.acquisition().orElseThrow();
        assertThat(got.servedBy())
                .isEqualTo(new ServedBy(ServedBy.Kind.CACHE, Optional.of(THEIRS)));
        assertThat(Files.readAllBytes(folder.resolve("home/packages/" + pin.sha512().value())))
                .isEqualTo(bytes);
    }

    @Test
    void a_package_is_found_by_the_service_index_and_the_server_is_shown_what_it_wants()
            throws Exception {
        heldAndServedByThem(acquire(server, Optional.empty()));

        assertThat(server.requests())
                .extracting(RawServer.Request::line)
                .containsExactly(
                        "GET /v3/index.json HTTP/1.1",
                        "HEAD " + FILE + " HTTP/1.1",
                        "GET " + FILE + " HTTP/1.1");
        assertThat(server.requests())
                .allSatisfy(
                        request ->
                                assertThat(request.headers())
                                        .containsEntry("authorization", SHOWN));
    }

    @Test
    void an_index_may_tell_several_types_of_one_address() throws Exception {
        try (RawServer several =
                RawServer.plain(
                        (request, out) -> {
                            if (path(request).equals("/v3/index.json")) {
                                index(
                                        out,
                                        "/flat",
                                        "[\"Other/1.0.0\",\"PackageBaseAddress/3.0.0\"]");
                            } else {
                                give(request, out);
                            }
                        })) {
            heldAndServedByThem(acquire(several, Optional.empty()));
        }
    }

    /** At the first address of the name there is nobody. */
    private static InetAddress[] addressesOf(String host) throws UnknownHostException {
        return host.equals("nuget.example")
                ? new InetAddress[] {
                    InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")
                }
                : InetAddress.getAllByName(host);
    }

    @Test
    void a_name_with_several_addresses_is_tried_address_by_address() throws Exception {
        try (RawServer leading =
                RawServer.plain(
                        (request, out) -> {
                            switch (path(request)) {
                                case "/v3/index.json" -> index(out, "/flat");
                                case FILE ->
                                        RawServer.head(
                                                out,
                                                "302 Found",
                                                "Location: /moved",
                                                "Content-Length: 0");
                                default -> give(request, out);
                            }
                        })) {
            String named = leading.url().replace("127.0.0.1", "nuget.example");
            CommandResult result = acquire(named, Optional.empty());

            heldAndServedByThem(result);
            assertThat(result.acquisition().orElseThrow().attempts()).isOne();
            assertThat(leading.requests())
                    .extracting(RawServer.Request::line)
                    .containsExactly(
                            "GET /v3/index.json HTTP/1.1",
                            "HEAD " + FILE + " HTTP/1.1",
                            "HEAD /moved HTTP/1.1",
                            "GET /moved HTTP/1.1");
            assertThat(leading.requests())
                    .allSatisfy(
                            request ->
                                    assertThat(request.headers())
                                            .containsEntry("host", URI.create(named).getAuthority())
                                            .containsEntry("authorization", SHOWN));
        }
    }

    @Test
    void one_that_leads_elsewhere_is_followed_and_the_other_is_shown_nothing() throws Exception {
        try (RawServer leading =
                RawServer.plain(
                        (request, out) -> {
                            if (path(request).equals("/v3/index.json")) {
                                index(out, "/flat");
                            } else {
                                RawServer.head(
                                        out,
                                        "307 Temporary Redirect",
                                        "Location: " + elsewhere.url() + "/blob?signed=1",
                                        "Content-Length: 0");
                            }
                        })) {
            heldAndServedByThem(acquire(leading, Optional.empty()));
        }

        assertThat(elsewhere.requests())
                .singleElement()
                .satisfies(
                        request -> {
                            assertThat(request.line()).isEqualTo("GET /blob?signed=1 HTTP/1.1");
                            assertThat(request.headers()).doesNotContainKey("authorization");
                        });
    }

    private static void led(OutputStream out, String to) throws IOException {
        RawServer.head(out, "302 Found", "Location: " + to, "Content-Length: 0");
    }

    /** What its service index names leads on from where that was found. */
    @Test
    void a_service_index_that_moved_is_followed_and_who_has_it_is_shown_nothing() throws Exception {
        try (RawServer moved =
                        RawServer.plain(
                                (request, out) -> {
                                    if (path(request).equals("/new/index.json")) {
                                        index(out, "flat/");
                                    } else {
                                        give(request, out);
                                    }
                                });
                RawServer leading =
                        RawServer.plain(
                                (request, out) ->
                                        led(
                                                out,
                                                path(request).equals("/v3/index.json")
                                                        ? "/here.json"
                                                        : moved.url() + "/new/index.json"))) {
            heldAndServedByThem(acquire(leading, Optional.empty()));

            assertThat(leading.requests())
                    .extracting(RawServer.Request::line)
                    .containsExactly("GET /v3/index.json HTTP/1.1", "GET /here.json HTTP/1.1");
            assertThat(leading.requests())
                    .allSatisfy(
                            request ->
                                    assertThat(request.headers())
                                            .containsEntry("authorization", SHOWN));
            assertThat(moved.requests())
                    .extracting(RawServer.Request::line)
                    .containsExactly(
                            "GET /new/index.json HTTP/1.1",
                            "HEAD /new" + FILE + " HTTP/1.1",
                            "GET /new" + FILE + " HTTP/1.1");
            assertThat(moved.requests())
                    .allSatisfy(
                            request ->
                                    assertThat(request.headers())
                                            .doesNotContainKey("authorization"));
        }
    }

    @Test
    void a_service_index_that_leads_in_a_circle_is_left() throws Exception {
        try (RawServer circling = RawServer.plain((_, out) -> led(out, "/v3/index.json"))) {
            CommandResult result = acquire(circling, Optional.empty());

            assertThat(result.reason().orElseThrow()).contains("redirects too often");
            assertThat(circling.requests()).hasSize(6);
        }
    }

    @Test
    void a_package_that_leads_in_a_circle_is_left() throws Exception {
        try (RawServer circling =
                RawServer.plain(
                        (request, out) -> {
                            if (path(request).equals("/v3/index.json")) {
                                index(out, "/flat/");
                            } else {
                                led(out, FILE);
                            }
                        })) {
            CommandResult result = acquire(circling, Optional.empty());

            assertThat(result.reason().orElseThrow())
                    .isEqualTo(
                            "Shop.Web 1.0.0 could not be got: cache theirs-1: redirects too often.");
            assertThat(circling.requests()).hasSize(7);
        }
    }

    /** The first answer with the package begins well, and then goes on like this. */
    private RawServer endingIn(RawServer.Behaviour odd) throws IOException {
        var gets = new AtomicInteger();
        return RawServer.plain(
                (request, out) -> {
                    boolean first =
                            request.line().startsWith("GET " + FILE) && gets.getAndIncrement() == 0;
                    if (first) {
                        RawServer.serve(request, out, bytes, 100_000);
                        odd.answer(request, out);
                    } else {
                        answer(request, out);
                    }
                });
    }

    /** A connection that breaks takes with it what was not read yet. */
    private void awaitHere(long count) {
        Path partial = folder.resolve("home/packages/.partial/" + pin.sha512().value());
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(partial) && Files.size(partial) >= count);
    }

    @Test
    void one_that_breaks_off_or_falls_silent_is_asked_for_the_rest() throws Exception {
        rules = patience(Duration.ofSeconds(2), FetchRules.USUAL.givenUpAfter());
        List<RawServer.Behaviour> odd =
                List.of(
                        (_, _) -> awaitHere(100_000),
                        (_, _) -> closing.await(30, TimeUnit.SECONDS));
        for (RawServer.Behaviour each : odd) {
            try (RawServer ending = endingIn(each)) {
                CommandResult result = acquire(ending, Optional.empty());

                heldAndServedByThem(result);
                assertThat(result.acquisition().orElseThrow().bytesResumed())
                        .isPositive()
                        .isEqualTo(ending.requests().getLast().rangeStart());
            }
            Files.delete(folder.resolve("home/packages/" + pin.sha512().value()));
        }
    }

    @Test
    void one_that_only_drips_is_given_up_and_named() throws Exception {
        rules =
                patience(
                        Duration.ofSeconds(20),
                        new LongestFetch(Duration.ofMillis(500), Long.MAX_VALUE));
        try (RawServer dripping =
                endingIn(
                        (_, out) -> {
                            for (int at = 100_000;
                                    !closing.await(10, TimeUnit.MILLISECONDS);
                                    at++) {
                                out.write(bytes[at]);
                                out.flush();
                            }
                        })) {
            assertThat(acquire(dripping, Optional.empty()).reason().orElseThrow())
                    .matches(
                            "Shop.Web 1.0.0 could not be got: cache theirs-1: was too slow: \\d+ of 300000 bytes were here after 0 s\\.");
        }
    }

    @Test
    void a_server_whose_certificate_has_expired_is_not_trusted_and_told_so() throws Exception {
        try (var authority = new Authority(folder.resolve("authority"));
                RawServer expired =
                        RawServer.ownTls(
                                authority.server("nuget.example", Duration.ofDays(-1)),
                                this::answer);
                RawServer good =
                        RawServer.ownTls(
                                authority.server("nuget.example", Duration.ofDays(1)),
                                this::answer)) {
            CommandResult result =
                    acquire(expired.url().replace("127.0.0.1", "nuget.example"), Optional.empty());

            assertThat(result.reason().orElseThrow())
                    .isEqualTo(
                            "Shop.Web 1.0.0 could not be got: cache theirs-1: no trust: its certificate has expired.");
            assertThat(expired.requests()).isEmpty();
            heldAndServedByThem(
                    acquire(good.url().replace("127.0.0.1", "nuget.example"), Optional.empty()));
        }
    }

    @Test
    void a_scheme_in_capitals_is_the_same_scheme() throws Exception {
        try (RawServer tls = RawServer.tls(far, this::answer)) {
            heldAndServedByThem(
                    acquire(
                            tls.url().replace("https:", "HTTPS:"),
                            Optional.of(far.thumbprint().value())));
        }
    }

    @Test
    void a_server_of_a_known_certificate_is_trusted_and_another_is_not() throws Exception {
        try (RawServer tls = RawServer.tls(far, this::answer)) {
            CommandResult stranger = acquire(tls, Optional.of("ab".repeat(32)));
            assertThat(stranger.reason().orElseThrow()).contains("no trust");

            heldAndServedByThem(acquire(tls, Optional.of(far.thumbprint().value())));
        }
    }

    @Test
    void wrong_bytes_under_the_name_are_told_and_nothing_is_kept() throws Exception {
        byte[] right = bytes;
        bytes = new byte[right.length];
        CommandResult result = acquire(server, Optional.empty());

        assertThat(result.reason().orElseThrow())
                .contains("cache theirs-1 gave bytes with the SHA-512");
        assertThat(folder.resolve("home/packages/" + pin.sha512().value())).doesNotExist();
    }

    @Test
    void a_server_that_leads_from_https_to_http_is_not_followed() throws Exception {
        try (RawServer tls =
                RawServer.tls(far, (request, out) -> index(out, elsewhere.url() + "/flat/"))) {
            CommandResult result = acquire(tls, Optional.of(far.thumbprint().value()));

            assertThat(result.reason().orElseThrow()).contains("which is not followed");
        }
        assertThat(elsewhere.requests()).isEmpty();
    }

    @Test
    void refusals_are_told_with_what_to_do_and_are_not_repeated() throws Exception {
        try (RawServer refusing =
                RawServer.plain(
                        (_, out) -> RawServer.head(out, "401 Unauthorized", "Content-Length: 0"))) {
            CommandResult result = acquire(refusing, Optional.empty());

            assertThat(result.reason().orElseThrow())
                    .contains("answered 401", "Put the cache again")
                    .doesNotContain("Y2k6");
            assertThat(refusing.requests()).hasSize(1);
        }
    }
}
