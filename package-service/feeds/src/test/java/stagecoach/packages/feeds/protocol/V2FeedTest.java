package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stagecoach.packages.feeds.protocol.OddServer.bytes;
import static stagecoach.packages.feeds.protocol.OddServer.text;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.nuget.FeedUrls;
import stagecoach.packages.server.odata.ODataFeed;
import stagecoach.packages.server.odata.ODataPath;
import stagecoach.packages.server.odata.ODataQuery;
import stagecoach.packages.server.odata.ODataUrls;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class V2FeedTest {
    private static final PackageId SHOP = PackageId.parse("Shop.Web");
    private static final byte[] PACKAGE = "bytes".getBytes(StandardCharsets.UTF_8);

    private static String entry(String version, String published, String hash) {
        return """
               <entry><title type="text">Shop.Web</title><content type="application/zip" src="download/%1$s"/>
               <m:properties xmlns:m="m" xmlns:d="d"><d:Version>%1$s</d:Version><d:Published>%2$s</d:Published>
               <d:PackageHash>%3$s</d:PackageHash><d:PackageHashAlgorithm>SHA512</d:PackageHashAlgorithm></m:properties></entry>
               """
                .formatted(version, published, hash);
    }

    private static String feed(String entries, String next) {
        return "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">%s%s</feed>"
                .formatted(entries, next);
    }

    private static String base64(byte[] content) {
        return Base64.getEncoder()
                .encodeToString(HexFormat.of().parseHex(Sha512.hashOf(content).value()));
    }

    private static PackageFeed opened(Feeds feeds, OddServer server) {
        return feeds.open(
                new FeedSettings(
                        "old",
                        FeedSettings.Kind.NUGET,
                        server.url("/nuget"),
                        Optional.empty(),
                        2,
                        Duration.ofMillis(5)));
    }

    @Test
    void what_a_version_depends_on_is_told() throws Exception {
        try (var server = new OddServer();
                var feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL)) {
            String needs =
                    "<d:Dependencies>Shop.Core:[1.0, 2.0):net8.0|Shop.Old::net48|::net20</d:Dependencies>";
            server.on(
                    "/nuget/FindPackagesById()",
                    text(
                            feed(
                                    entry("1.0", "2020-01-01T00:00:00Z", "")
                                                    .replaceFirst(
                                                            "(?=<d:Version>)",
                                                            Matcher.quoteReplacement(needs))
                                            + entry("2.0", "2020-01-01T00:00:00Z", "")
                                                    .replaceFirst(
                                                            "(?=<d:Version>)",
                                                            "<d:Dependencies>Shop.Core:no range:</d:Dependencies>"),
                                    "")));
            var registered = opened(feeds, server).registered(SHOP, VersionSpan.ALL);
            assertThat(registered).hasSize(1);
            assertThat(registered.getFirst().version().value()).isEqualTo("1.0.0");
            assertThat(registered.getFirst().details().dependencyGroups())
                    .map(Object::toString)
                    .satisfiesExactly(
                            group -> assertThat(group).contains("net8.0", "[1.0.0, 2.0.0)"),
                            group -> assertThat(group).contains("net48", "Shop.Old", "(, )"),
                            group -> assertThat(group).contains("net20", "[]"));
        }
    }

    @Test
    void pages_are_read_to_the_last_and_the_digest_is_compared() throws Exception {
        try (var server = new OddServer();
                var feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL)) {
            server.on(
                    "/nuget/FindPackagesById()",
                    text(
                            feed(
                                    entry("1.0", "2020-01-01T00:00:00Z", base64(PACKAGE)),
                                    "<link rel=\"next\" href=\"%s\"/>"
                                            .formatted(server.url("/nuget/more")))));
            server.on(
                    "/nuget/more",
                    text(feed(entry("2.0", "1900-01-01T00:00:00Z", base64(PACKAGE)), "")));
            server.on("/nuget/download/1.0", bytes(PACKAGE));
            server.on("/nuget/download/2.0", bytes("other".getBytes(StandardCharsets.UTF_8)));
            var feed = opened(feeds, server);

            assertThat(feed.versions(SHOP))
                    .map(PackageVersion::value)
                    .containsExactly("1.0.0", "2.0.0");
            assertThat(feed.newest(SHOP, _ -> true)).contains(PackageVersion.parse("1.0.0"));
            var sink = new MemorySink();
            assertThat(
                            feed.fetch(
                                            SHOP,
                                            PackageVersion.parse("1.0"),
                                            Optional.empty(),
                                            sink,
                                            _ -> {})
                                    .confirmed())
                    .isTrue();
            assertThat(sink.bytes()).isEqualTo(PACKAGE);
            assertThatThrownBy(
                            () ->
                                    feed.fetch(
                                            SHOP,
                                            PackageVersion.parse("2.0"),
                                            Optional.empty(),
                                            new MemorySink(),
                                            _ -> {}))
                    .isInstanceOf(FeedException.class)
                    .hasMessageContaining("another SHA-512");
        }
    }

    /** What one Stagecoach serves by the old protocol, another one can read. */
    @Test
    void all_that_a_feed_of_our_kind_has_is_read(@TempDir Path folder) throws Exception {
        try (var server = new OddServer();
                var feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL);
                var index = FolderIndex.open(folder, _ -> true)) {
            for (int minor = 0; minor < 1003; minor++) {
                index.add(
                        new PackageEntry(
                                new PackagePin(
                                        SHOP,
                                        PackageVersion.parse("1.%d.0".formatted(minor)),
                                        Sha512.hashOf(PACKAGE),
                                        PACKAGE.length),
                                Instant.EPOCH,
                                true,
                                "Shop",
                                "A shop",
                                PackageDetails.NONE));
            }
            var ours = new ODataFeed(index);
            var urls = new ODataUrls(server.url("/nuget/"), new FeedUrls(server.url("/nuget/v3/")));
            server.on(
                    "/nuget/FindPackagesById()",
                    exchange ->
                            bytes(
                                            ours.document(
                                                            new ODataPath.FindPackagesById(),
                                                            query(exchange.getRequestURI()),
                                                            urls)
                                                    .orElseThrow())
                                    .answer(exchange));

            assertThat(opened(feeds, server).versions(SHOP)).hasSize(1003).doesNotHaveDuplicates();
            assertThat(server.asked).hasSize(2);
        }
    }

    private static ODataQuery query(URI asked) {
        Map<String, String> parameters =
                Arrays.stream(asked.getQuery().split("&"))
                        .map(each -> each.split("=", 2))
                        .collect(Collectors.toMap(each -> each[0], each -> each[1]));
        return ODataQuery.parse(name -> Optional.ofNullable(parameters.get(name)));
    }

    @Test
    void pages_without_end_end_and_what_was_not_asked_for_is_not_kept() throws Exception {
        try (var server = new OddServer();
                var feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL)) {
            String other =
                    entry("1.0", "2020-01-01T00:00:00Z", "").replace("Shop.Web", "Shop.Other");
            server.on(
                    "/nuget/FindPackagesById()",
                    text(
                            feed(
                                    other.repeat(50) + entry("2.0", "2020-01-01T00:00:00Z", ""),
                                    "<link rel=\"next\" href=\"%s\"/>"
                                            .formatted(server.url("/nuget/FindPackagesById()")))));
            assertThat(opened(feeds, server).versions(SHOP))
                    .hasSizeLessThanOrEqualTo(200)
                    .allMatch(PackageVersion.parse("2.0")::equals);
        }
    }

    @Test
    void what_is_no_feed_and_what_reaches_outside_are_refused() throws Exception {
        try (var server = new OddServer();
                var feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL)) {
            server.on("/nuget/FindPackagesById()", text("<html/>"));
            assertThatThrownBy(() -> opened(feeds, server).versions(SHOP))
                    .hasMessageContaining("no document of the NuGet v2 protocol");
            server.on(
                    "/nuget/FindPackagesById()",
                    text(
                            "<!DOCTYPE feed [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
                                    + feed(entry("1.0", "&x;", ""), "")));
            assertThatThrownBy(() -> opened(feeds, server).versions(SHOP))
                    .isInstanceOf(FeedException.class);
        }
    }
}
