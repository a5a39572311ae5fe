package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stagecoach.packages.feeds.protocol.OddServer.bytes;
import static stagecoach.packages.feeds.protocol.OddServer.chunked;
import static stagecoach.packages.feeds.protocol.OddServer.cutOff;
import static stagecoach.packages.feeds.protocol.OddServer.gzipped;
import static stagecoach.packages.feeds.protocol.OddServer.length;
import static stagecoach.packages.feeds.protocol.OddServer.ranged;
import static stagecoach.packages.feeds.protocol.OddServer.silentAfter;
import static stagecoach.packages.feeds.protocol.OddServer.status;
import static stagecoach.packages.feeds.protocol.OddServer.text;
import static stagecoach.packages.feeds.protocol.OddServer.trickle;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.FeedSettings.Credentials;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class V3FeedTest {
    private static final FeedRules QUICK =
            new FeedRules(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(1),
                    3,
                    Duration.ofMillis(5),
                    1 << 20,
                    1 << 20);
    private static final PackageId SHOP = PackageId.parse("Shop.Web");
    private static final PackageVersion ONE = PackageVersion.parse("1.0");
    private static final String FILE = "/feed/flat/shop.web/1.0.0/shop.web.1.0.0.nupkg";
    private static final String TAG = "\"a\"";
    private static final byte[] PACKAGE = content();

    private final Feeds feeds = new Feeds(QUICK, WayOut.USUAL);
    private OddServer server;

    private static byte[] content() {
        byte[] content = new byte[200_000];
        new Random(7).nextBytes(content);
        return content;
    }

    @BeforeEach
    void a_feed_with_a_base_path_and_relative_addresses() throws IOException {
        server = new OddServer();
        server.on(
                "/feed/v3/index.json",
                text(
                        """
                        {"version":"3.0.0","resources":[
                          {"@id":"../flat","@type":"PackageBaseAddress/3.0.0"},
                          {"@id":"%s","@type":["RegistrationsBaseUrl","RegistrationsBaseUrl/3.6.0"]},
                          {"@id":"/feed/query","@type":"SearchQueryService"}]}
                        """
                                .formatted(server.url("/feed/reg/"))));
        server.on(
                "/feed/flat/shop.web/index.json",
                text(
                        """
                        {"versions":["0.9.0","1.0.0","1.1.0","2.0.0-beta.1","not a version"]}"""));
        server.on(
                "/feed/reg/shop.web/index.json",
                gzipped(
                        """
                        {"items":[
                          {"@id":"%s","lower":"0.9.0","upper":"1.0.0"},
                          {"lower":"1.1.0","upper":"2.0.0-beta.1","items":[
                            {"catalogEntry":{"version":"1.1.0","listed":true,"published":"1900-01-01T00:00:00Z"}},
                            {"catalogEntry":{"version":"2.0.0-beta.1"}}]}]}
                        """
                                .formatted(server.url("/feed/reg/page1.json"))));
        server.on(
                "/feed/reg/page1.json",
                text(
                        """
                        {"items":[
                          {"catalogEntry":{"version":"0.9.0"}},
                          {"catalogEntry":{"@id":"%s","version":"1.0.0"}}]}
                        """
                                .formatted(server.url("/catalog/leaf.json"))));
        tellDigestOf(PACKAGE);
    }

    @AfterEach
    void close() {
        feeds.close();
        server.close();
    }

    private void tellDigestOf(byte[] content) {
        var digest = HexFormat.of().parseHex(Sha512.hashOf(content).value());
        server.on(
                "/catalog/leaf.json",
                text(
                        """
                        {"packageHash":"%s","packageHashAlgorithm":"SHA512"}"""
                                .formatted(Base64.getEncoder().encodeToString(digest))));
    }

    private PackageFeed feed() {
        return feed("/feed/v3/index.json", Optional.empty());
    }

    private PackageFeed feed(String path, Optional<Credentials> credentials) {
        return feeds.open(settings(path, credentials));
    }

    private FeedSettings settings(String path, Optional<Credentials> credentials) {
        return new FeedSettings(
                "upstream",
                FeedSettings.Kind.NUGET,
                server.url(path),
                credentials,
                3,
                Duration.ofMillis(5));
    }

    private Fetched fetch(MemorySink sink) throws Exception {
        return feed().fetch(SHOP, ONE, Optional.empty(), sink, _ -> {});
    }

    private void failsWith(FeedException.Kind kind, String sentence, ThrowingCallable work) {
        assertThatThrownBy(work)
                .asInstanceOf(InstanceOfAssertFactories.type(FeedException.class))
                .satisfies(
                        failure -> {
                            assertThat(failure.kind()).isEqualTo(kind);
                            assertThat(failure).hasMessageContaining(sentence);
                            assertThat(failure.getMessage())
                                    .startsWith("feed \"upstream\": ")
                                    .doesNotContain("s3cret");
                        });
    }

    @Test
    void no_more_is_read_of_a_package_than_has_leave_to_come() throws Exception {
        server.on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        var granted = new AtomicLong();
        var slow =
                new Passage() {
                    @Override
                    public long leave(long most) {
                        assertThat(granted.get()).isEqualTo(sink.size());
                        granted.addAndGet(1000);
                        return 1000;
                    }

                    @Override
                    public void came(long bytes) {
                        assertThat(sink.size()).isLessThanOrEqualTo(granted.get());
                    }
                };
        feed().fetch(SHOP, ONE, Optional.empty(), sink, slow);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
        assertThat(granted.get() - PACKAGE.length).isBetween(0L, 1000L);
    }

    @Test
    void a_package_for_which_there_is_no_room_is_not_begun_nor_tried_again() {
        server.on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        sink.room = PACKAGE.length - 1L;
        assertThatThrownBy(() -> fetch(sink)).hasMessage("no room for 200000");
        assertThat(sink.size()).isZero();
        assertThat(server.askedFor(FILE)).isEqualTo(1);
    }

    @Test
    void what_a_version_depends_on_is_told_and_one_that_cannot_be_read_is_left_out()
            throws Exception {
        server.on(
                "/feed/reg/page1.json",
                text(
                        """
                        {"items":[
                          {"catalogEntry":{"id":"Shop.Web","version":"0.9.0","dependencyGroups":[
                            {"dependencies":[{"id":"Shop.Core","range":"no range"}]}]}},
                          {"catalogEntry":{"id":"Shop.Web","version":"1.0","published":"2020-01-02T03:04:05",
                            "authors":["Ann","Bob"],"tags":["a","b"],"projectUrl":"javascript:x","dependencyGroups":[
                            {"targetFramework":"net8.0","dependencies":[{"id":"Shop.Core","range":"[1.0.0-a.1, )"}]},
                            {"targetFramework":"net48"}]}}]}
                        """));
        var registered = feed().registered(SHOP, VersionSpan.ALL);
        assertThat(registered)
                .map(version -> version.version().value())
                .containsExactly("1.0.0", "1.1.0", "2.0.0-beta.1");
        var one = registered.getFirst();
        assertThat(one.authors()).isEqualTo("Ann, Bob");
        assertThat(one.published()).isEqualTo("2020-01-02T03:04:05Z");
        assertThat(one.details().projectUrl()).isEmpty();
        assertThat(one.details().tags()).isEqualTo("a b");
        assertThat(one.details().semVer2()).isTrue();
        assertThat(one.details().dependencyGroups().toString())
                .contains("net8.0", "Shop.Core", "[1.0.0-a.1, )", "net48");
        assertThat(registered.get(1).listed()).isFalse();
        assertThat(feed().registered(PackageId.parse("Shop.Nobody"), VersionSpan.ALL)).isEmpty();
        assertThat(server.asked.getFirst().headers().toString()).contains("1.1 stagecoach");
    }

    @Test
    void of_a_registration_only_the_pages_are_read_that_may_tell_of_what_is_asked()
            throws Exception {
        server.on(
                "/feed/reg/shop.web/index.json",
                text(
                        """
                        {"items":[
                          {"@id":"/feed/reg/1.json","lower":"1.0.0","upper":"1.9.0"},
                          {"@id":"/feed/reg/2.json","lower":"2.0.0-a","upper":"2.9.0"},
                          {"@id":"/feed/reg/3.json","lower":"3.0.0","upper":"3.9.0"},
                          {"@id":"/feed/reg/4.json","lower":"4.0.0"}]}
                        """));
        for (int page = 1; page <= 4; page++) {
            server.on(
                    "/feed/reg/%d.json".formatted(page),
                    text(
                            """
                            {"items":[
                              {"catalogEntry":{"version":"%1$d.0.0"}},
                              {"catalogEntry":{"version":"%1$d.9.0"}}]}
                            """
                                    .formatted(page)));
        }

        assertThat(registered(VersionSpan.just(PackageVersion.parse("2.9"))))
                .containsExactly("2.9.0");
        assertThat(pagesAsked()).containsExactly(2);
        assertThat(registered(span("1.5.0", "3.0.0")))
                .containsExactly("1.9.0", "2.0.0", "2.9.0", "3.0.0");
        assertThat(pagesAsked()).containsExactly(1, 2, 3);
        assertThat(registered(span("5.0.0", "6.0.0"))).isEmpty();
        assertThat(pagesAsked()).containsExactly(4);
        assertThat(registered(VersionSpan.ALL)).hasSize(8);
    }

    private static VersionSpan span(String lower, String upper) {
        return VersionSpan.between(PackageVersion.parse(lower), PackageVersion.parse(upper));
    }

    private List<String> registered(VersionSpan span) throws Exception {
        server.asked.clear();
        return feed().registered(SHOP, span).stream().map(told -> told.version().value()).toList();
    }

    private List<Integer> pagesAsked() {
        return IntStream.rangeClosed(1, 4)
                .filter(page -> server.askedFor("/feed/reg/%d.json".formatted(page)) > 0)
                .boxed()
                .toList();
    }

    @Test
    void versions_are_those_of_the_flat_container_and_what_is_none_is_passed_over()
            throws Exception {
        assertThat(feed().versions(SHOP))
                .map(PackageVersion::value)
                .containsExactly("0.9.0", "1.0.0", "1.1.0", "2.0.0-beta.1");
        assertThat(feed().versions(PackageId.parse("Nobody"))).isEmpty();
    }

    @Test
    void the_newest_is_listed_and_pages_are_read_only_where_they_are_needed() throws Exception {
        assertThat(feed().newest(SHOP, _ -> true)).contains(PackageVersion.parse("2.0.0-beta.1"));
        assertThat(server.askedFor("/feed/reg/page1.json")).isZero();
        assertThat(feed().newest(SHOP, version -> !version.isPrerelease())).contains(ONE);
    }

    @Test
    void what_is_found_is_given_by_its_id() throws Exception {
        server.on("/feed/query", text("{\"data\":[{\"id\":\"Shop.Web\"},{\"id\":\"Shop.Db\"}]}"));
        assertThat(feed().search("shop", 1)).containsExactly(SHOP);
    }

    @Test
    void the_bytes_are_compared_with_the_digest_of_the_catalog() throws Exception {
        server.on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        assertThat(fetch(sink)).isEqualTo(new Fetched(PACKAGE.length, 0, 1, true));
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
    }

    @Test
    void a_flipped_bit_is_fetched_again_and_never_taken() throws Exception {
        byte[] flipped = PACKAGE.clone();
        flipped[100_000] ^= 1;
        server.once(FILE, bytes(flipped)).on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        assertThat(fetch(sink).attempts()).isEqualTo(2);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);

        server.on(FILE, bytes(flipped));
        failsWith(FeedException.Kind.WRONG, "another SHA-512", () -> fetch(new MemorySink()));
    }

    @Test
    void what_was_cut_off_is_gone_on_with() throws Exception {
        server.once(FILE, cutOff(PACKAGE, 120_000, TAG, true)).on(FILE, ranged(PACKAGE, TAG));
        var sink = new MemorySink();
        Fetched fetched = fetch(sink);
        assertThat(fetched.bytesResumed()).isPositive();
        assertThat(fetched.bytes()).isEqualTo(PACKAGE.length);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
        assertThat(sink.restarts()).isZero();
    }

    @Test
    void without_a_known_length_a_cut_is_noticed_too() throws Exception {
        server.once(FILE, cutOff(PACKAGE, 120_000, TAG, false)).on(FILE, ranged(PACKAGE, TAG));
        var sink = new MemorySink();
        assertThat(fetch(sink).attempts()).isEqualTo(2);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
    }

    @Test
    void silence_ends_an_attempt_and_the_next_one_goes_on() throws Exception {
        server.once(FILE, silentAfter(PACKAGE, 120_000, TAG)).on(FILE, ranged(PACKAGE, TAG));
        var sink = new MemorySink();
        var impatient =
                new FeedRules(
                        QUICK.connectMax(),
                        Duration.ofSeconds(1),
                        QUICK.totalMax(),
                        3,
                        Duration.ofMillis(5),
                        1 << 20,
                        1 << 20);
        try (var own = new Feeds(impatient, WayOut.USUAL)) {
            Fetched fetched =
                    own.open(settings("/feed/v3/index.json", Optional.empty()))
                            .fetch(SHOP, ONE, Optional.empty(), sink, _ -> {});
            assertThat(fetched.bytesResumed()).isPositive();
        }
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
    }

    @Test
    void a_server_that_knows_no_ranges_begins_again() throws Exception {
        server.once(FILE, cutOff(PACKAGE, 120_000, TAG, true)).on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        assertThat(fetch(sink).bytesResumed()).isZero();
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
        assertThat(sink.restarts()).isOne();
    }

    @Test
    void a_file_that_changed_meanwhile_is_not_put_together_of_two() throws Exception {
        byte[] other = PACKAGE.clone();
        other[0] ^= 1;
        tellDigestOf(other);
        server.once(FILE, cutOff(PACKAGE, 120_000, TAG, true)).on(FILE, ranged(other, "\"b\""));
        var sink = new MemorySink();
        fetch(sink);
        assertThat(sink.bytes()).isEqualTo(other);
    }

    @Test
    void a_wrong_range_is_thrown_away() throws Exception {
        server.once(FILE, cutOff(PACKAGE, 120_000, TAG, true))
                .once(FILE, status(206, "Content-Range", "bytes 5-9/10"))
                .on(FILE, ranged(PACKAGE, TAG));
        var sink = new MemorySink();
        assertThat(fetch(sink).attempts()).isEqualTo(3);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
    }

    @Test
    void a_server_in_trouble_is_asked_again_and_given_up_in_words() throws Exception {
        server.once(FILE, status(500))
                .once(FILE, status(429, "Retry-After", "0"))
                .on(FILE, bytes(PACKAGE));
        assertThat(fetch(new MemorySink()).attempts()).isEqualTo(3);

        server.on(FILE, status(503));
        failsWith(
                FeedException.Kind.UNREACHABLE,
                "127.0.0.1 answered 503. It was tried 3 times.",
                () -> fetch(new MemorySink()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "99999999999999999999", "-5"})
    void a_length_that_is_none_is_an_attempt_that_failed(String told) throws Exception {
        server.once("/feed/v3/index.json", length(told))
                .once(FILE, length(told))
                .on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        assertThat(fetch(sink).attempts()).isEqualTo(2);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);

        server.on(FILE, length(told));
        failsWith(
                FeedException.Kind.UNREACHABLE,
                "does not answer as HTTP asks: its Content-Length is no number of bytes. It was tried 3 times.",
                () -> fetch(new MemorySink()));
    }

    @Test
    void documents_are_asked_for_again_too() throws Exception {
        server.once("/feed/v3/index.json", status(502))
                .once("/feed/flat/shop.web/index.json", status(500));
        assertThat(feed().versions(SHOP)).hasSize(4);
    }

    @Test
    void retry_after_is_waited_for() throws Exception {
        server.once(FILE, status(429, "Retry-After", "1")).on(FILE, bytes(PACKAGE));
        long began = System.nanoTime();
        fetch(new MemorySink());
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 400, 418})
    void what_will_not_change_is_asked_once(int status) {
        server.on(FILE, status(status));
        assertThatThrownBy(() -> fetch(new MemorySink())).isInstanceOf(FeedException.class);
        assertThat(server.askedFor(FILE)).isOne();
    }

    @Test
    void a_denial_says_what_to_do() {
        var index = "/feed/v3/index.json";
        server.on(index, status(401, "WWW-Authenticate", "Basic realm=\"x\""));
        failsWith(
                FeedException.Kind.DENIED,
                "wants credentials (401). Give the feed \"credentials\"",
                () -> feed().versions(SHOP));
        failsWith(
                FeedException.Kind.DENIED,
                "does not let the user \"reader\" read (401). Renew",
                () -> feed(index, Optional.of(new Credentials("reader", "s3cret"))).versions(SHOP));
        server.on(index, status(401, "WWW-Authenticate", "NTLM"));
        failsWith(
                FeedException.Kind.DENIED,
                "wants to be asked with ntlm",
                () -> feed().versions(SHOP));
        server.on(index, status(403));
        failsWith(
                FeedException.Kind.DENIED,
                "does not let the user \"reader\" read (403). Renew the feed's credentials, or give that user the right to read",
                () -> feed(index, Optional.of(new Credentials("reader", "s3cret"))).versions(SHOP));
    }

    @Test
    void a_package_that_is_denied_or_is_not_there_is_named_and_asked_for_once() {
        server.on(FILE, status(403));
        failsWith(
                FeedException.Kind.DENIED,
                "wants credentials (403). Give the feed \"credentials\"",
                () -> fetch(new MemorySink()));
        server.on(FILE, status(404));
        failsWith(
                FeedException.Kind.MISSING,
                "does not have this package (404). If it was removed there, choose another version",
                () -> fetch(new MemorySink()));
        assertThat(server.askedFor(FILE)).isEqualTo(2);
    }

    @Test
    void credentials_go_to_the_feed_and_not_where_it_redirects_to() throws Exception {
        try (var other = new OddServer()) {
            other.on("/cdn", bytes(PACKAGE));
            server.on(FILE, status(302, "Location", other.url("/cdn")));
            var own = feed("/feed/v3/index.json", Optional.of(new Credentials("reader", "s3cret")));
            var sink = new MemorySink();
            own.fetch(SHOP, ONE, Optional.empty(), sink, _ -> {});
            assertThat(sink.bytes()).isEqualTo(PACKAGE);
            assertThat(server.asked).allMatch(asked -> asked.has("Authorization"));
            assertThat(other.asked).hasSize(1).noneMatch(asked -> asked.has("Authorization"));
        }
    }

    @Test
    void redirects_without_an_end_are_not_followed_for_ever() {
        server.on(FILE, status(302, "Location", FILE));
        failsWith(
                FeedException.Kind.WRONG,
                "redirects more than 5 times",
                () -> fetch(new MemorySink()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1/x", "file:///etc/passwd", "http:"})
    void a_redirect_to_anything_else_is_refused(String location) {
        server.on(FILE, status(302, "Location", location));
        failsWith(FeedException.Kind.WRONG, "a redirect leads to", () -> fetch(new MemorySink()));
    }

    @Test
    void what_is_no_feed_is_said_to_be_none() {
        server.on("/page.json", text("<html>"));
        server.on("/other.json", text("{\"resources\":[]}"));
        failsWith(
                FeedException.Kind.WRONG,
                "no document of the NuGet protocol",
                () -> feed("/page.json", Optional.empty()).versions(SHOP));
        failsWith(
                FeedException.Kind.WRONG,
                "no service index",
                () -> feed("/other.json", Optional.empty()).versions(SHOP));
        failsWith(
                FeedException.Kind.WRONG,
                "there is nothing at",
                () -> feed("/gone.json", Optional.empty()).versions(SHOP));
    }

    @Test
    void a_server_that_is_away_is_said_to_be() {
        server.close();
        failsWith(
                FeedException.Kind.UNREACHABLE,
                "cannot be reached: the connection was refused",
                () -> feed().versions(SHOP));
    }

    @Test
    void neither_a_document_nor_a_package_may_be_endless() {
        server.on("/feed/flat/shop.web/index.json", gzipped(" ".repeat((1 << 20) + 1)));
        failsWith(FeedException.Kind.WRONG, "more than 1 MB", () -> feed().versions(SHOP));
        server.on(FILE, bytes(new byte[(1 << 20) + 1]));
        failsWith(FeedException.Kind.WRONG, "larger than", () -> fetch(new MemorySink()));
        server.on(FILE, chunked(new byte[(1 << 20) + 1]));
        failsWith(FeedException.Kind.WRONG, "larger than", () -> fetch(new MemorySink()));
    }

    @Test
    void an_empty_answer_is_not_the_package_and_spoils_no_later_one() throws Exception {
        server.once(FILE, status(200)).on(FILE, bytes(PACKAGE));
        var sink = new MemorySink();
        assertThat(fetch(sink).attempts()).isEqualTo(2);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
    }

    @Test
    void a_trickle_ends_when_all_the_time_is_used_up() {
        var hurried =
                new FeedRules(
                        QUICK.connectMax(),
                        QUICK.stallMax(),
                        Duration.ofMillis(500),
                        1,
                        Duration.ofMillis(5),
                        1 << 20,
                        1 << 20);
        server.on(FILE, trickle(Duration.ofMillis(20)));
        try (var own = new Feeds(hurried, WayOut.USUAL)) {
            failsWith(
                    FeedException.Kind.UNREACHABLE,
                    "is too slow",
                    () ->
                            own.open(settings("/feed/v3/index.json", Optional.empty()))
                                    .fetch(SHOP, ONE, Optional.empty(), new MemorySink(), _ -> {}));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"urn:x\"", "\"http://127.0.0.1:%d/gone\"", "7"})
    void a_leaf_that_tells_no_digest_keeps_nobody_from_the_package(String leaf) throws Exception {
        server.on(
                "/feed/reg/page1.json",
                text(
                        "{\"items\":[{\"catalogEntry\":{\"@id\":%s,\"version\":\"1.0.0\"}}]}"
                                .formatted(leaf.replace("%d", Integer.toString(server.port())))));
        server.on(FILE, bytes(PACKAGE));
        assertThat(fetch(new MemorySink()).confirmed()).isFalse();
    }
}
