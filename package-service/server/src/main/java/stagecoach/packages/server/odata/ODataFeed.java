package stagecoach.packages.server.odata;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
                    Optional.of(page("FindPackagesById", ofId(query), query, urls));
            case ODataPath.Search() -> Optional.of(page("Packages", found(query), query, urls));
        };
    }

    /** Entries from the first of the page on; any behind the page say that there is another one. */
    private static byte[] page(
            String title, List<ODataPackage> found, ODataQuery query, ODataUrls urls) {
        Optional<String> next =
                found.size() > query.page()
                        ? query.next().map(parameters -> urls.list(title, parameters))
                        : Optional.empty();
        return ODataDocuments.feed(title, found.stream().limit(query.page()).toList(), next, urls);
    }

    private List<ODataPackage> ofId(ODataQuery query) {
        return ODataPackage.of(query.id().map(index::versions).orElse(List.of())).stream()
                .filter(shown -> query.search().semVer2() || !shown.entry().details().semVer2())
                .filter(shown -> isWanted(shown, query))
                .skip(query.search().skip())
                .limit(query.search().take())
                .toList();
    }

    private List<ODataPackage> found(ODataQuery query) {
        if (query.search().idOnly()) {
            return named(query);
        }
        if (query.latestOnly()) {
            // One of each package, so that it makes no difference what one counts.
            return entries(index.search(query.search()).packages())
                    .filter(shown -> isWanted(shown, query))
                    .toList();
        }
        var found = index.searchVersions(query.search());
        return entries(found.packages())
                .skip(query.search().skip() - found.before())
                .limit(query.search().take())
                .toList();
    }

    /** Whoever names the id installs from what is answered, and needs all of each version. */
    private List<ODataPackage> named(ODataQuery query) {
        var versions =
                query.id().map(index::versions).orElse(List.of()).stream()
                        .filter(query.search()::finds)
                        .toList();
        return entries(List.of(versions))
                .filter(shown -> isWanted(shown, query))
                .skip(query.search().skip())
                .limit(query.search().take())
                .toList();
    }

    private static Stream<ODataPackage> entries(List<List<PackageEntry>> packages) {
        return packages.stream().flatMap(versions -> ODataPackage.of(versions).stream());
    }

    private static boolean isWanted(ODataPackage shown, ODataQuery query) {
        return !query.latestOnly()
                || (query.search().prerelease() ? shown.absoluteLatest() : shown.latest());
    }
}
