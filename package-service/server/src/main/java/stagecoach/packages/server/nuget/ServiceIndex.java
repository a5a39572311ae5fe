package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;

/**
 * The document that tells NuGet clients where everything is: only what this server really answers.
 */
public final class ServiceIndex {

    /** Where this document lies below the feed's own folder. */
    public static final String PATH = "index.json";

    /** Where the packages lie below the feed's folder; see {@link FlatContainer}. */
    public static final String FLAT_CONTAINER_PATH = "flatcontainer/";

    /** Where packages are pushed to, below the feed's folder; clients may append a slash. */
    public static final String PUBLISH_PATH = "package";

    /** Where searches are answered, below the feed's folder. */
    public static final String SEARCH_PATH = "search";

    /** Where ids and versions are completed, below the feed's folder. */
    public static final String AUTOCOMPLETE_PATH = "autocomplete";

    private static final String VERSIONED = "/Versioned";

    private static final List<String> SEARCH_VERSIONS =
            List.of("", "/3.0.0-beta", "/3.0.0-rc", "/3.5.0", VERSIONED);

    /** The oldest client that sees the packages of SemVer 2.0.0. */
    private static final String SEMVER2_CLIENT = "4.3.0-alpha";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ServiceIndex() {}

    /**
     * The document as UTF-8 JSON.
     *
     * @param folder the absolute URL of the feed's folder as the client reached it, such as {@code
     *     https://deploy.example/nuget/v3/}; a missing slash at its end is added
     */
    public static byte[] json(URI folder) {
        var urls = FeedUrls.below(folder);
        return document(
                resources -> {
                    addReads(resources, folder, urls);
                    add(resources, urls.of(PUBLISH_PATH), "PackagePublish/2.0.0");
                });
    }

    /**
     * The document of a server that gives packages and takes none.
     *
     * @param folder as above
     */
    public static byte[] ofReads(URI folder) {
        return document(resources -> addReads(resources, folder, FeedUrls.below(folder)));
    }

    private static byte[] document(Consumer<ArrayNode> resources) {
        var document = JSON.createObjectNode();
        document.put("version", "3.0.0");
        resources.accept(document.putArray("resources"));
        return document.toString().getBytes(UTF_8);
    }

    private static void addReads(ArrayNode resources, URI folder, FeedUrls urls) {
        add(resources, urls.of(FLAT_CONTAINER_PATH), "PackageBaseAddress/3.0.0");
        for (var version : List.of("", "/3.0.0-beta", "/3.0.0-rc")) {
            add(resources, urls.of(Hive.PLAIN.path()), "RegistrationsBaseUrl" + version);
        }
        add(resources, urls.of(Hive.GZIP.path()), "RegistrationsBaseUrl/3.4.0");
        add(resources, urls.of(Hive.SEMVER2.path()), "RegistrationsBaseUrl/3.6.0");
        add(resources, urls.of(Hive.SEMVER2.path()), "RegistrationsBaseUrl" + VERSIONED);
        add(
                resources,
                folder.resolve(urls.of("../v2/")).normalize().toString(),
                "LegacyGallery/2.0.0");
        for (var version : SEARCH_VERSIONS) {
            add(resources, urls.of(SEARCH_PATH), "SearchQueryService" + version);
            add(resources, urls.of(AUTOCOMPLETE_PATH), "SearchAutocompleteService" + version);
        }
    }

    private static void add(ArrayNode resources, String url, String type) {
        var resource = resources.addObject().put("@id", url).put("@type", type);
        if (type.endsWith(VERSIONED)) {
            resource.put("clientVersion", SEMVER2_CLIENT);
        }
    }
}
