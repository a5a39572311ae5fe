package stagecoach.packages.server.odata;

import java.util.List;
import stagecoach.packages.server.index.PackageEntry;

/**
 * A package beside its other versions.
 *
 * @param latest whether it is the newest stable one that is listed
 * @param absoluteLatest whether it is the newest one that is listed
 */
public record ODataPackage(PackageEntry entry, boolean latest, boolean absoluteLatest) {

    /** Versions of one package, the oldest first, each with its place among them. */
    public static List<ODataPackage> of(List<PackageEntry> versions) {
        var listed = versions.stream().filter(PackageEntry::listed).toList();
        var newest = listed.reversed().stream().findFirst();
        var stable =
                listed.reversed().stream()
                        .filter(entry -> !entry.pin().version().isPrerelease())
                        .findFirst();
        return versions.stream()
                .map(
                        entry ->
                                new ODataPackage(
                                        entry,
                                        stable.filter(entry::equals).isPresent(),
                                        newest.filter(entry::equals).isPresent()))
                .toList();
    }
}
