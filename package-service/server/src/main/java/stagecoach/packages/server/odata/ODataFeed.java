package stagecoach.packages.server.odata;

import java.util.List;
import java.util.Optional;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;

/** What the old protocol (NuGet v2) answers: enough for its clients to list and to install. */
public final class ODataFeed {

    private final PackageIndex index;

    public ODataFeed(PackageIndex index) {
        this.index = index;
    }

    /** The document at a path, as UTF-8 XML, or empty where there is no such package. */
    public Optional<byte[]> document(ODataPath path, ODataQuery query, ODataUrls urls) {
        return switch (path) {
            case ODataPath.Service() -> Optional.of(ODataDocuments.service(urls.v2()));
            case ODataPath.Metadata() -> Optional.of(ODataDocuments.metadata());
            case ODataPath.One(var id, var version) ->
                    ODataPackage.of(index.versions(id)).stream()
                            .filter(shown -> shown.entry().pin().version().equals(version))
                            .findFirst()
                            .map(shown -> ODataDocuments.entry(shown, urls));
            case ODataPath.FindPackagesById() ->
                    Optional.of(ODataDocuments.feed("FindPackagesById", ofId(query), urls));
            case ODataPath.Search() ->
                    Optional.of(ODataDocuments.feed("Packages", found(query), urls));
        };
    }

    private List<ODataPackage> ofId(ODataQuery query) {
        return ODataPackage.of(query.id().map(index::versions).orElse(List.of())).stream()
                .filter(shown -> query.search().semVer2() || !shown.entry().details().semVer2())
                .filter(shown -> isWanted(shown, query))
                .toList();
    }

    private List<ODataPackage> found(ODataQuery query) {
        return packages(query).stream()
                .flatMap(versions -> ODataPackage.of(versions).stream())
                .filter(shown -> isWanted(shown, query))
                .toList();
    }

    /** Whoever names the id installs from what is answered, and needs all of each version. */
    private List<List<PackageEntry>> packages(ODataQuery query) {
        if (!query.search().idOnly()) {
            return index.search(query.search()).packages();
        }
        if (query.search().skip() > 0 || query.search().take() == 0) {
            return List.of();
        }
        return query.id().map(index::versions).stream()
                .map(versions -> versions.stream().filter(query.search()::finds).toList())
                .toList();
    }

    private static boolean isWanted(ODataPackage shown, ODataQuery query) {
        return !query.latestOnly()
                || (query.search().prerelease() ? shown.absoluteLatest() : shown.latest());
    }
}
