package stagecoach.packages.server.odata;

import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.nuget.FeedUrls;

/**
 * The addresses of a feed's documents in the old protocol.
 *
 * @param v2 the absolute URL of its folder, with a slash at its end
 * @param v3 those of the newer protocol, by which packages are downloaded
 */
public record ODataUrls(String v2, FeedUrls v3) {

    String entry(PackageEntry entry) {
        return "%sPackages(Id='%s',Version='%s')"
                .formatted(v2, entry.pin().id(), entry.pin().version());
    }

    String list(String function, String parameters) {
        return v2 + function + "()?" + parameters;
    }

    String nupkg(PackageEntry entry) {
        return v3.nupkg(entry.pin().id(), entry.pin().version());
    }
}
