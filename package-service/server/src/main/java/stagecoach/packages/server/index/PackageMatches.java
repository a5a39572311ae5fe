package stagecoach.packages.server.index;

import java.util.List;

/**
 * One page of what a search found.
 *
 * @param total how many packages there are on all pages
 * @param packages the versions that were found of each package, the oldest first; never none
 */
public record PackageMatches(long total, List<List<PackageEntry>> packages) {
    public PackageMatches {
        packages = packages.stream().map(List::copyOf).toList();
    }
}
