package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stagecoach.packages.feeds.protocol.OddServer.text;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.ingest.NuspecReader;
import stagecoach.vocabulary.packages.PackageId;

/** Feeds that tell more of a package than anybody can hold. */
class ToldVersionsTest {
    private static final PackageId SHOP = PackageId.parse("Shop.Web");

    private final Feeds feeds = new Feeds(FeedRules.USUAL, WayOut.USUAL);
    private OddServer server;

    @BeforeEach
    void start() throws Exception {
        server = new OddServer();
        server.on(
                "/v3/index.json",
                text(
                        """
                        {"version":"3.0.0","resources":[
                          {"@id":"/flat/","@type":"PackageBaseAddress/3.0.0"},
                          {"@id":"/reg/","@type":"RegistrationsBaseUrl/3.6.0"}]}
                        """));
    }

    @AfterEach
    void close() {
        feeds.close();
        server.close();
    }

    private PackageFeed feed(FeedSettings.Kind kind, String url) {
        return feeds.open(
                new FeedSettings("large", kind, url, Optional.empty(), 1, Duration.ofMillis(5)));
    }

    private PackageFeed v3() {
        return feed(FeedSettings.Kind.NUGET, server.url("/v3/index.json"));
    }

    private void registered(int pages, String leaves) {
        String page = "{\"@id\":\"/reg/page.json\"}";
        server.on(
                "/reg/shop.web/index.json",
                text("{\"items\":[%s]}".formatted((page + ",").repeat(pages - 1) + page)));
        server.on("/reg/page.json", text("{\"items\":[%s]}".formatted(leaves)));
    }

    private static String leaves(int count, int description) {
        return IntStream.range(0, count)
                .mapToObj(
                        minor ->
                                "{\"catalogEntry\":{\"version\":\"1.%d.0\",\"description\":\"%s\"}}"
                                        .formatted(minor, "d".repeat(description)))
                .collect(Collectors.joining(","));
    }

    @Test
    void long_texts_are_told_as_far_as_our_own() throws Exception {
        registered(2, leaves(3, 2_000_000));
        assertThat(v3().registered(SHOP, VersionSpan.ALL))
                .hasSize(6)
                .allMatch(told -> told.description().length() == NuspecReader.TEXT_LENGTH_MAX);
    }

    @Test
    void pages_full_of_texts_end_in_a_sentence_and_are_not_read_on() {
        registered(1000, leaves(1000, 4000));
        assertThatThrownBy(() -> v3().registered(SHOP, VersionSpan.ALL))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("\"large\"")
                .hasMessageContaining("more of a package than the 16 million characters");
        assertThat(server.askedFor("/reg/page.json")).isLessThan(10);
    }

    @Test
    void pages_full_of_what_is_no_version_end_in_a_sentence_too() {
        registered(1000, "{},".repeat(999) + "{}");
        assertThatThrownBy(() -> v3().registered(SHOP, VersionSpan.ALL))
                .hasMessageContaining("more than the 20,000 versions");
        assertThat(server.askedFor("/reg/page.json")).isLessThan(30);
    }

    @Test
    void an_old_feed_is_read_no_further_either_and_its_versions_need_no_texts() throws Exception {
        String entries =
                IntStream.range(0, 1000)
                        .mapToObj(
                                minor ->
                                        "<entry><title>Shop.Web</title><content src=\"x\"/><m:properties xmlns:m=\"m\" xmlns:d=\"d\"><d:Version>1.%d.0</d:Version><d:Description>%s</d:Description></m:properties></entry>"
                                                .formatted(minor, "d".repeat(4000)))
                        .collect(Collectors.joining());
        server.on(
                "/old/FindPackagesById()",
                text(
                        "<feed xmlns=\"http://www.w3.org/2005/Atom\">%s<link rel=\"next\" href=\"%s\"/></feed>"
                                .formatted(entries, server.url("/old/FindPackagesById()"))));
        PackageFeed old = feed(FeedSettings.Kind.NUGET, server.url("/old"));

        assertThatThrownBy(() -> old.registered(SHOP, VersionSpan.ALL))
                .hasMessageContaining("more of a package than the 16 million characters");
        assertThat(server.askedFor("/old/FindPackagesById()")).isLessThan(10);
        assertThat(old.versions(SHOP)).hasSize(ToldVersions.VERSIONS_MAX);
    }
}
