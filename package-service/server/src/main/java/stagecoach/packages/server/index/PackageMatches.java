package stagecoach.packages.server.index;

import java.util.List;

/**
 * One page of what a search found.
 *
 * @param total how many packages there are on all pages
 * @param packages the versions of each package that was found, as far as the asker may see them,
 *     the oldest first; never none, and only the newest with all that it says of itself
 */
public record PackageMatches(long total, List<List<PackageEntry>> packages) {
    public PackageMatches {
        packages = packages.stream().map(List::copyOf).toList();
    }
}
