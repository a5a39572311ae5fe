package stagecoach.packages.server.index;

import java.util.List;

/**
 * One page of the versions that a search found: the packages that it begins and ends in are whole,
 * so that each version can be seen beside its siblings.
 *
 * @param before how many versions those packages have that lie before the first of these
 * @param packages the versions of each package, as far as the asker may see them, the oldest first;
 *     those of the page with all that they say of themselves
 */
public record PackageVersions(long before, List<List<PackageEntry>> packages) {
    public PackageVersions {
        packages = packages.stream().map(List::copyOf).toList();
    }
}
