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
    private final JsonNode index;
    private final SequencedMap<String, JsonNode> pages = new LinkedHashMap<>();
    private int loaded;

    Registration(FeedHttp http, JsonNode index) {
        this.http = http;
        this.index = index;
    }

    /** The versions of these that it tells of, with what each depends on. */
    List<RegisteredVersion> versions(PackageId id, VersionSpan span)
            throws FeedException, InterruptedException {
        var told = new ToldVersions(http::wrong);
        for (JsonNode page : index.path("items")) {
            if (spanOf(page).overlaps(span)) {
                for (JsonNode leaf : leaves(page)) {
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
        return entry.isEmpty() || CatalogEntry.isListed(entry.get());
    }

    /** The digest, if it stands in the entry or in the leaf of the catalog that it names. */
    Optional<Sha512> digest(PackageVersion version) throws FeedException, InterruptedException {
        var entry = entry(version);
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        var own = digest(entry.get());
        var leaf = entry.get().path("@id");
        if (own.isPresent() || !leaf.isTextual() || !leaf.textValue().startsWith("http")) {
            return own;
        }
        try {
            return Json.get(http, URI.create(leaf.textValue())).flatMap(Registration::digest);
        } catch (IllegalArgumentException e) {
            // An identifier that is no address leads nowhere; then no digest is told.
            return Optional.empty();
        } catch (FeedException e) {
            if (e.kind() == FeedException.Kind.UNREACHABLE) {
                throw e;
            }
            // A leaf that is refused, or is none, tells no digest; it need not be there at all.
            return Optional.empty();
        }
    }

    private static Optional<Sha512> digest(JsonNode entry) {
        if (!entry.path("packageHashAlgorithm").asText(ALGORITHM).equalsIgnoreCase(ALGORITHM)) {
            return Optional.empty();
        }
        return Digests.read(entry.path("packageHash").asText());
    }

    private Optional<JsonNode> entry(PackageVersion version)
            throws FeedException, InterruptedException {
        for (JsonNode page : index.path("items")) {
            if (spanOf(page).holds(version)) {
                for (JsonNode leaf : leaves(page)) {
                    var entry = leaf.path("catalogEntry");
                    if (Versions.read(entry.path("version").asText())
                            .filter(version::equals)
                            .isPresent()) {
                        return Optional.of(entry);
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

    private JsonNode leaves(JsonNode page) throws FeedException, InterruptedException {
        return page.has("items") ? page.path("items") : loaded(page);
    }

    private JsonNode loaded(JsonNode page) throws FeedException, InterruptedException {
        var address = page.path("@id").asText();
        var known = pages.get(address);
        if (known != null) {
            return known;
        }
        if (++loaded > PAGES_MAX) {
            throw http.wrong(
                    "a registration has more than %d pages to look at".formatted(PAGES_MAX));
        }
        URI uri;
        try {
            uri = http.home().resolve(address);
        } catch (IllegalArgumentException e) {
            throw http.wrong("a page of a registration has no address", e);
        }
        var items =
                Json.get(http, uri)
                        .orElseThrow(() -> http.wrong("%s is not there".formatted(uri.getPath())))
                        .path("items");
        if (pages.size() == PAGES_KEPT_MAX) {
            pages.pollFirstEntry();
        }
        pages.put(address, items);
        return items;
    }
}
