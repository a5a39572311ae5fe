package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.index.DependencyRange;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class RegistrationsTest {

    private static final PackageId WEB = new PackageId("Shop.Web");
    private static final FeedUrls URLS = FeedUrls.below(URI.create("https://d.example/nuget/v3"));

    @TempDir Path folder;
    private FolderIndex index;
    private Registrations registrations;
    private Searches searches;

    @BeforeEach
    void open() throws IOException {
        index = FolderIndex.open(folder, _ -> true);
        registrations = new Registrations(index);
        searches = new Searches(index);
    }

    @AfterEach
    void close() throws IOException {
        index.close();
    }

    @Test
    void the_index_tells_every_version_with_what_it_depends_on() throws IOException {
        add("Shop.Web", "1.0.0", details(false));

        assertThat(document("shop.web/index.json", Hive.GZIP))
                .isEqualTo(
                        json(
                                """
                {"@id":"https://d.example/nuget/v3/registrations/gzip/shop.web/index.json","count":1,"items":[
                {"@id":"https://d.example/nuget/v3/registrations/gzip/shop.web/page/1.0.0/1.0.0.json",
                 "count":1,"lower":"1.0.0","upper":"1.0.0",
                 "parent":"https://d.example/nuget/v3/registrations/gzip/shop.web/index.json","items":[
                {"@id":"https://d.example/nuget/v3/registrations/gzip/shop.web/1.0.0.json",
                 "packageContent":"https://d.example/nuget/v3/flatcontainer/shop.web/1.0.0/shop.web.1.0.0.nupkg",
                 "registration":"https://d.example/nuget/v3/registrations/gzip/shop.web/index.json",
                 "catalogEntry":{"@id":"https://d.example/nuget/v3/registrations/gzip/shop.web/1.0.0.json",
                  "id":"Shop.Web","version":"1.0.0","listed":true,"published":"2026-11-23T06:00:00Z",
                  "authors":"Shop","description":"A shop","title":"The shop","requireLicenseAcceptance":false,
                  "projectUrl":"https://shop.example","minClientVersion":"2.12","tags":["web","face"],
                  "dependencyGroups":[{"targetFramework":"net45","dependencies":[
                   {"id":"Shop.Core","range":"[1.0.0, )",
                    "registration":"https://d.example/nuget/v3/registrations/gzip/shop.core/index.json"}]}],
                  "packageContent":"https://d.example/nuget/v3/flatcontainer/shop.web/1.0.0/shop.web.1.0.0.nupkg",
                  "packageHash":"%s","packageHashAlgorithm":"SHA512","packageSize":10}}]}]}
                """
                                        .formatted(digest("1.0.0").base64())));
    }

    @Test
    void old_hives_do_not_have_what_old_clients_cannot_name() throws IOException {
        add("Shop.Web", "1.0.0", details(false));
        add("Shop.Web", "1.0.1-rc.1", details(true));

        assertThat(document("shop.web/index.json", Hive.PLAIN).at("/items/0/count").asInt())
                .isEqualTo(1);
        assertThat(document("shop.web/index.json", Hive.SEMVER2).at("/items/0/count").asInt())
                .isEqualTo(2);
        assertThat(read("shop.web/1.0.1-rc.1.json", Hive.GZIP)).isEmpty();
        assertThat(document("shop.web/1.0.1-RC.1.json", Hive.SEMVER2).get("listed").asBoolean())
                .isTrue();
    }

    @Test
    void many_versions_are_told_in_pages_that_can_be_read() throws IOException {
        for (var i = 0; i < Registrations.INLINE_MAX; i++) {
            add("Shop.Web", "1.0." + i, PackageDetails.NONE);
        }

        var pages = document("shop.web/index.json", Hive.PLAIN).get("items");

        assertThat(pages).hasSize(2);
        assertThat(pages.get(0).has("items")).isFalse();
        assertThat(pages.get(1).get("lower").asText()).isEqualTo("1.0.64");
        var address = pages.get(1).get("@id").asText();
        var page = document(address.substring(URLS.of(Hive.PLAIN.path()).length()), Hive.PLAIN);
        assertThat(page.get("items")).hasSize(64);
        assertThat(page.at("/items/63/catalogEntry/version").asText()).isEqualTo("1.0.127");
    }

    @Test
    void what_is_unlisted_is_told_as_such_and_never_found() throws IOException {
        add("Shop.Web", "1.0.0", details(false));
        index.list(WEB, new PackageVersion("1.0"), false);

        var entry = document("shop.web/index.json", Hive.GZIP).at("/items/0/items/0/catalogEntry");

        assertThat(entry.get("listed").asBoolean()).isFalse();
        assertThat(entry.get("published").asText()).startsWith("1900-");
        assertThat(search("")).isEqualTo(json("{\"totalHits\":0,\"data\":[]}"));
        index.list(WEB, new PackageVersion("1.0"), true);
        assertThat(search("").get("totalHits").asInt()).isEqualTo(1);
    }

    @Test
    void a_search_finds_words_anywhere_and_the_very_id_first() throws IOException {
        add("Shop.Api", "1.0.0", details(false));
        add("Shop", "1.0.0", details(false));
        add("Shop", "2.0.0-rc1", details(false));

        assertThat(search("shop").findValuesAsText("registration"))
                .containsExactly(
                        URLS.registration(Hive.GZIP, new PackageId("Shop")),
                        URLS.registration(Hive.GZIP, new PackageId("Shop.Api")));
        assertThat(search("face API").at("/data/0/id").asText()).isEqualTo("Shop.Api");
        assertThat(search("shop").at("/data/0/version").asText()).isEqualTo("1.0.0");
        assertThat(search("nothing\u0000").get("data")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "index.json",
                "shop.web",
                "shop.web/",
                "shop.web/index.html",
                "shop.web/one.json",
                "shop.web/page/1.0.0.json",
                "shop.web/page/x/1.0.0.json",
                "../shop.web/index.json",
                "shop.web/page/1.0.0/2.0.0/3.0.0.json",
            })
    void there_is_nothing_at_other_paths(String path) {
        assertThat(RegistrationPath.parse(path)).isEmpty();
    }

    private void add(String id, String version, PackageDetails details) throws IOException {
        index.add(
                new PackageEntry(
                        new PackagePin(
                                new PackageId(id),
                                new PackageVersion(version),
                                digest(version),
                                10),
                        Instant.parse("2026-11-23T06:00:00Z"),
                        true,
                        "Shop",
                        "A shop",
                        details));
    }

    private static Sha512 digest(String version) {
        return Sha512.hashOf(version.getBytes(UTF_8));
    }

    private static PackageDetails details(boolean semVer2) {
        return new PackageDetails(
                "The shop",
                "web face",
                "https://shop.example",
                "",
                false,
                "2.12",
                semVer2,
                List.of(),
                List.of(
                        new DependencyGroup(
                                "net45",
                                List.of(
                                        new Dependency(
                                                new PackageId("Shop.Core"),
                                                new DependencyRange("1.0"))))));
    }

    private JsonNode search(String words) throws IOException {
        var query =
                new PackageQuery(
                        PackageQuery.words(words), false, 0, 20, false, false, Optional.empty());
        return JsonMapper.builder().build().readTree(searches.search(query, URLS));
    }

    private JsonNode document(String path, Hive hive) throws IOException {
        return json(new String(read(path, hive).orElseThrow(), UTF_8));
    }

    private Optional<byte[]> read(String path, Hive hive) {
        return registrations.document(RegistrationPath.parse(path).orElseThrow(), hive, URLS);
    }

    private static JsonNode json(String text) throws IOException {
        return JsonMapper.builder().build().readTree(text);
    }
}
