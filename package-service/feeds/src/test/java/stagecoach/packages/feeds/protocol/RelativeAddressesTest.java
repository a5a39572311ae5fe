package stagecoach.packages.feeds.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.feeds.protocol.OddServer.bytes;
import static stagecoach.packages.feeds.protocol.OddServer.status;
import static stagecoach.packages.feeds.protocol.OddServer.text;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * An address that a document names relative is relative to that document, wherever it was found.
 */
class RelativeAddressesTest {
    private static final FeedRules QUICK =
            new FeedRules(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(1),
                    1,
                    Duration.ofMillis(5),
                    1 << 20,
                    1 << 20);
    private static final PackageId SHOP = PackageId.parse("Shop.Web");
    private static final PackageVersion ONE = PackageVersion.parse("1.0");
    private static final byte[] PACKAGE = "a package".getBytes(UTF_8);

    private final Feeds feeds = new Feeds(QUICK, WayOut.USUAL);
    private OddServer server;

    @BeforeEach
    void start() throws IOException {
        server = new OddServer();
        server.on("/feed/flat/shop.web/1.0.0/shop.web.1.0.0.nupkg", bytes(PACKAGE));
        index("/feed/v3/index.json", "../flat/", "../reg/");
        server.on(
                "/feed/reg/shop.web/index.json",
                text("{\"items\":[{\"@id\":\"page/1.json\",\"lower\":\"1.0.0\"}]}"));
        page("/feed/reg/shop.web/page/1.json", "../../../catalog/shop.web.1.0.0.json");
        server.on(
                "/feed/catalog/shop.web.1.0.0.json",
                text("{\"packageHash\":\"%s\"}".formatted(digest(PACKAGE))));
    }

    @AfterEach
    void close() {
        feeds.close();
        server.close();
    }

    private void index(String path, String flat, String registrations) {
        server.on(
                path,
                text(
                        """
                        {"version":"3.0.0","resources":[
                          {"@id":"%s","@type":"PackageBaseAddress/3.0.0"},
                          {"@id":"%s","@type":"RegistrationsBaseUrl/3.6.0"}]}
                        """
                                .formatted(flat, registrations)));
    }

    private void page(String path, String leaf) {
        server.on(
                path,
                text(
                        "{\"items\":[{\"catalogEntry\":{\"@id\":\"%s\",\"id\":\"Shop.Web\",\"version\":\"1.0.0\"}}]}"
                                .formatted(leaf)));
    }

    private static String digest(byte[] content) {
        return Base64.getEncoder()
                .encodeToString(HexFormat.of().parseHex(Sha512.hashOf(content).value()));
    }

    private PackageFeed feed(String path) {
        return feeds.open(
                new FeedSettings(
                        "upstream",
                        FeedSettings.Kind.NUGET,
                        server.url(path),
                        Optional.empty(),
                        1,
                        Duration.ofMillis(5)));
    }

    /** Whether what came was compared with a digest that the feed tells. */
    private boolean isCompared(String path) throws Exception {
        var sink = new MemorySink();
        var fetched = feed(path).fetch(SHOP, ONE, Optional.empty(), sink, _ -> {});
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
        return fetched.confirmed();
    }

    @Test
    void pages_are_beside_their_registration_and_leaves_of_the_catalog_beside_their_page()
            throws Exception {
        assertThat(feed("/feed/v3/index.json").registered(SHOP, VersionSpan.ALL)).hasSize(1);
        assertThat(isCompared("/feed/v3/index.json")).isTrue();
    }

    @Test
    void the_leaf_that_a_registration_without_pages_names_is_beside_it() throws Exception {
        server.on(
                "/feed/reg/shop.web/index.json",
                text(
                        """
                        {"items":[{"lower":"1.0.0","items":[
                          {"catalogEntry":{"@id":"../../catalog/shop.web.1.0.0.json","version":"1.0.0"}}]}]}
                        """));
        assertThat(isCompared("/feed/v3/index.json")).isTrue();
    }

    @Test
    void an_identifier_that_is_no_address_tells_no_digest() throws Exception {
        for (String id : new String[] {"urn:shop:web", "", "not an address", "nowhere.json"}) {
            page("/feed/reg/shop.web/page/1.json", id);
            assertThat(isCompared("/feed/v3/index.json")).as(id).isFalse();
        }
    }

    @Test
    void what_an_index_names_is_beside_the_index_that_was_found_behind_a_redirect()
            throws Exception {
        server.on("/index.json", status(302, "Location", "/feed/v3/index.json"));
        assertThat(isCompared("/index.json")).isTrue();
    }

    @Test
    void what_a_registration_names_is_beside_the_one_that_was_found_behind_a_redirect()
            throws Exception {
        index("/feed/v3/index.json", "../flat/", "/old/");
        server.on(
                "/old/shop.web/index.json",
                status(301, "Location", "/feed/reg/shop.web/index.json"));
        assertThat(isCompared("/feed/v3/index.json")).isTrue();
    }
}
