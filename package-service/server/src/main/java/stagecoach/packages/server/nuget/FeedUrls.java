package stagecoach.packages.server.nuget;

import java.net.URI;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * The addresses of a feed's documents, by the way that the client came.
 *
 * @param folder the absolute URL of the feed's folder, with a slash at its end
 */
public record FeedUrls(String folder) {

    /** Those below the folder, such as {@code https://deploy.example/nuget/v3/}. */
    public static FeedUrls below(URI folder) {
        if (!folder.isAbsolute()) {
            throw new IllegalArgumentException(
                    "'" + folder + "' is no absolute URL, and clients need one.");
        }
        var text = folder.toString();
        return new FeedUrls(text.endsWith("/") ? text : text + "/");
    }

    /** Where a path below the folder is. */
    public String of(String path) {
        return folder + path;
    }

    /** Where a package is downloaded. */
    public String nupkg(PackageId id, PackageVersion version) {
        return folder + ServiceIndex.FLAT_CONTAINER_PATH + FlatPath.of(id, version);
    }

    String registration(Hive hive, PackageId id) {
        return folder + hive.path() + id.lower() + "/index.json";
    }

    String page(Hive hive, PackageId id, PackageVersion lower, PackageVersion upper) {
        return "%s%s%s/page/%s/%s.json"
                .formatted(folder, hive.path(), id.lower(), lower.lower(), upper.lower());
    }

    String leaf(Hive hive, PackageId id, PackageVersion version) {
        return folder + hive.path() + id.lower() + "/" + version.lower() + ".json";
    }
}
