package stagecoach.packages.server.odata;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.nuget.FeedUrls;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** Lists that are longer than one answer. */
class ODataFeedTest {
    private static final String V2 = "https://d.example/nuget/v2/";
    private static final ODataUrls URLS =
            new ODataUrls(V2, new FeedUrls("https://d.example/nuget/v3/"));
    private static final int VERSIONS = 1003;
    private static final Pattern NEXT = Pattern.compile("<link rel=\"next\" href=\"([^\"]*)\"");

    @TempDir Path folder;
    private FolderIndex index;

    @BeforeEach
    void many_versions_of_one_package() throws IOException {
        index = FolderIndex.open(folder, _ -> true);
        for (int minor = 0; minor < VERSIONS; minor++) {
            index.add(
                    new PackageEntry(
                            new PackagePin(
                                    new PackageId("Shop.Web"),
                                    new PackageVersion("1.%d.0".formatted(minor)),
                                    Sha512.hashOf(new byte[] {1}),
                                    10),
                            Instant.parse("2026-11-23T06:00:00Z"),
                            true,
                            "Shop",
                            "A shop",
                            PackageDetails.NONE));
        }
    }

    @AfterEach
    void close() throws IOException {
        index.close();
    }

    @Test
    void an_answer_that_the_server_cuts_off_says_where_the_list_goes_on() {
        Map<String, String> all = Map.of("id", "'Shop.Web'", "semVerLevel", "2.0.0");
        String first = read(new ODataPath.FindPackagesById(), all);
        assertThat(entries(first)).isEqualTo(1000);
        assertThat(next(first))
                .contains(
                        V2
                                + "FindPackagesById()?id=%27Shop.Web%27&amp;semVerLevel=2.0.0&amp;$skip=1000");

        String second =
                read(
                        new ODataPath.FindPackagesById(),
                        Map.of("id", "'Shop.Web'", "semVerLevel", "2.0.0", "$skip", "1000"));
        assertThat(entries(second)).isEqualTo(3);
        assertThat(next(second)).isEmpty();
    }

    @Test
    void who_asks_for_more_than_an_answer_holds_is_led_to_the_rest_of_that() {
        String some =
                read(new ODataPath.Search(), Map.of("searchTerm", "'a shop'", "$top", "1002"));
        assertThat(entries(some)).isEqualTo(1000);
        assertThat(next(some))
                .contains(V2 + "Packages()?searchTerm=%27a%20shop%27&amp;$skip=1000&amp;$top=2");
        assertThat(
                        entries(
                                read(
                                        new ODataPath.Search(),
                                        Map.of(
                                                "searchTerm",
                                                "'a shop'",
                                                "$skip",
                                                "1000",
                                                "$top",
                                                "2"))))
                .isEqualTo(2);
    }

    /** A client would add what it was led to, to what it then asks for by itself. */
    @Test
    void who_got_as_many_as_he_asked_for_is_led_nowhere() {
        for (String top : new String[] {"0", "30", "1000"}) {
            String page = read(new ODataPath.Search(), Map.of("searchTerm", "''", "$top", top));
            assertThat(entries(page)).isEqualTo(Integer.parseInt(top));
            assertThat(next(page)).isEmpty();
        }
        assertThat(
                        entries(
                                read(
                                        new ODataPath.Search(),
                                        Map.of("$filter", "IsLatestVersion", "$top", "30"))))
                .isEqualTo(1);
    }

    private String read(ODataPath path, Map<String, String> parameters) {
        var query = ODataQuery.parse(name -> Optional.ofNullable(parameters.get(name)));
        byte[] document = new ODataFeed(index).document(path, query, URLS).orElseThrow();
        return new String(document, UTF_8);
    }

    private static int entries(String document) {
        return document.split("<entry>", -1).length - 1;
    }

    private static Optional<String> next(String document) {
        var matcher = NEXT.matcher(document);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
