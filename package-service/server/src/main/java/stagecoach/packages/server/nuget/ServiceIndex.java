package stagecoach.packages.server.nuget;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;

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

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ServiceIndex() {}

    /**
     * The document as UTF-8 JSON.
     *
     * @param folder the absolute URL of the feed's folder as the client reached it, such as {@code
     *     https://deploy.example/nuget/v3/}; a missing slash at its end is added
     */
    public static byte[] json(URI folder) {
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException(
                    "'" + folder + "' is no absolute URL, and clients need one.");
        }
        var text = folder.toString();
        var base = text.endsWith("/") ? text : text + "/";
        var document = JSON.createObjectNode();
        document.put("version", "3.0.0");
        var resources = document.putArray("resources");
        resources
                .addObject()
                .put("@id", base + FLAT_CONTAINER_PATH)
                .put("@type", "PackageBaseAddress/3.0.0");
        resources.addObject().put("@id", base + PUBLISH_PATH).put("@type", "PackagePublish/2.0.0");
        try {
            return JSON.writeValueAsBytes(document);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
