package stagecoach.packages.feeds.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** The registration of one package: its pages are read as far as they are needed. */
final class Registration {
    private static final String ALGORITHM = "SHA512";

    /** More than any real package has, 64 versions each. */
    private static final int PAGES_MAX = 1_000;

    /** A page may be large; what was looked at last is mostly looked at again. */
    private static final int PAGES_KEPT_MAX = 2;

    private final FeedHttp http;
    private final Json.Document index;
    private final SequencedMap<URI, Leaves> pages = new LinkedHashMap<>();
    private int loaded;

    Registration(FeedHttp http, Json.Document index) {
        this.http = http;
        this.index = index;
    }

    /**
     * What a page holds.
     *
     * @param at the document that they stand in
     */
    private record Leaves(URI at, JsonNode all) {}

    /** What is said of one version, and the document that it stands in. */
    private record Entry(URI at, JsonNode node) {}

    /** The versions of these that it tells of, with what each depends on. */
    List<RegisteredVersion> versions(PackageId id, VersionSpan span)
            throws FeedException, InterruptedException {
        var told = new ToldVersions(http::wrong);
        for (JsonNode page : index.root().path("items")) {
            if (spanOf(page).overlaps(span)) {
                for (JsonNode leaf : leaves(page).all()) {
                    told.look();
                    var version =
                            CatalogEntry.read(id, leaf.path("catalogEntry"))
                                    .filter(one -> span.holds(one.version()));
                    if (version.isPresent()) {
                        told.add(version.get());
                    }
                }
            }
        }
        return told.all();
    }

    /** Whether people are shown this version; what is not told of is. */
    boolean isListed(PackageVersion version) throws FeedException, InterruptedException {
        var entry = entry(version);
        return entry.isEmpty() || CatalogEntry.isListed(entry.get().node());
    }

    /** The digest, if it stands in the entry or in the leaf of the catalog that it names. */
    Optional<Sha512> digest(PackageVersion version) throws FeedException, InterruptedException {
        var entry = entry(version);
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        var own = digest(entry.get().node());
        var leaf = own.isPresent() ? Optional.<URI>empty() : leaf(entry.get());
        if (leaf.isEmpty()) {
            return own;
        }
        try {
            return Json.get(http, leaf.get()).flatMap(found -> digest(found.root()));
        } catch (FeedException e) {
            if (e.kind() == FeedException.Kind.UNREACHABLE) {
                throw e;
            }
            // A leaf that is refused, or is none, tells no digest; it need not be there at all.
            return Optional.empty();
        }
    }

    /** Where the leaf of the catalog is; an identifier that is no address leads nowhere. */
    private static Optional<URI> leaf(Entry entry) {
        var id = entry.node().path("@id").asText();
        if (id.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(entry.at().resolve(id)).filter(uri -> uri.getHost() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Sha512> digest(JsonNode entry) {
        if (!entry.path("packageHashAlgorithm").asText(ALGORITHM).equalsIgnoreCase(ALGORITHM)) {
            return Optional.empty();
        }
        return Digests.read(entry.path("packageHash").asText());
    }

    private Optional<Entry> entry(PackageVersion version)
            throws FeedException, InterruptedException {
        for (JsonNode page : index.root().path("items")) {
            if (spanOf(page).holds(version)) {
                var leaves = leaves(page);
                for (JsonNode leaf : leaves.all()) {
                    var entry = leaf.path("catalogEntry");
                    if (Versions.read(entry.path("version").asText())
                            .filter(version::equals)
                            .isPresent()) {
                        return Optional.of(new Entry(leaves.at(), entry));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Where a page does not say what is in it, anything may be. */
    private static VersionSpan spanOf(JsonNode page) {
        return new VersionSpan(
                Versions.read(page.path("lower").asText()),
                Versions.read(page.path("upper").asText()));
    }

    private Leaves leaves(JsonNode page) throws FeedException, InterruptedException {
        return page.has("items") ? new Leaves(index.at(), page.path("items")) : loaded(page);
    }

    private Leaves loaded(JsonNode page) throws FeedException, InterruptedException {
        URI uri;
        try {
            uri = index.at().resolve(page.path("@id").asText());
        } catch (IllegalArgumentException e) {
            throw http.wrong("a page of a registration has no address", e);
        }
        var known = pages.get(uri);
        if (known != null) {
            return known;
        }
        if (++loaded > PAGES_MAX) {
            throw http.wrong(
                    "a registration has more than %d pages to look at".formatted(PAGES_MAX));
        }
        var document =
                Json.get(http, uri)
                        .orElseThrow(() -> http.wrong("%s is not there".formatted(uri.getPath())));
        var leaves = new Leaves(document.at(), document.root().path("items"));
        if (pages.size() == PAGES_KEPT_MAX) {
            pages.pollFirstEntry();
        }
        pages.put(uri, leaves);
        return leaves;
    }
}
