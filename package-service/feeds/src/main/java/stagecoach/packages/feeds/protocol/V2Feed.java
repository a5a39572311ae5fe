package stagecoach.packages.feeds.protocol;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.feeds.protocol.AtomPage.Entry;
import stagecoach.packages.feeds.transport.FeedDownload;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedHttp;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** A feed of the second protocol (OData): entries tell the digest and where the bytes are. */
final class V2Feed implements PackageFeed {
    private static final String ACCEPT = "application/atom+xml, application/xml";

    /** More than any real package has versions. */
    private static final int PAGES_MAX = 200;

    private final FeedSettings settings;
    private final FeedRules rules;
    private final FeedHttp http;
    private final ScheduledExecutorService clock;
    private final String base;

    V2Feed(FeedSettings settings, FeedRules rules, FeedHttp http, ScheduledExecutorService clock) {
        this.settings = settings;
        this.rules = rules;
        this.http = http;
        this.clock = clock;
        this.base = settings.url().replaceAll("/+$", "") + "/";
    }

    @Override
    public List<PackageVersion> versions(PackageId id) throws FeedException, InterruptedException {
        return entries(id).stream().map(Entry::version).toList();
    }

    @Override
    public Optional<PackageVersion> newest(PackageId id, Predicate<PackageVersion> wanted)
            throws FeedException, InterruptedException {
        return entries(id).stream()
                .filter(Entry::listed)
                .map(Entry::version)
                .filter(wanted)
                .max(Comparator.naturalOrder());
    }

    @Override
    public List<RegisteredVersion> registered(PackageId id, VersionSpan span)
            throws FeedException, InterruptedException {
        var told = new ToldVersions(http::wrong);
        pages(
                ofId(id),
                entry -> {
                    told.look();
                    var version =
                            entry.id().equals(id) && span.holds(entry.version())
                                    ? entry.registered()
                                    : Optional.<RegisteredVersion>empty();
                    if (version.isPresent()) {
                        told.add(version.get());
                    }
                    return true;
                });
        return told.all();
    }

    private List<Entry> entries(PackageId id) throws FeedException, InterruptedException {
        List<Entry> entries = new ArrayList<>();
        pages(
                ofId(id),
                entry -> {
                    if (entry.id().equals(id)) {
                        entries.add(entry.bare());
                    }
                    return entries.size() < ToldVersions.VERSIONS_MAX;
                });
        return entries;
    }

    private static String ofId(PackageId id) {
        return "FindPackagesById()?id='%s'&semVerLevel=2.0.0".formatted(id);
    }

    @Override
    public List<PackageId> search(String text, int limit)
            throws FeedException, InterruptedException {
        var query =
                "Search()?searchTerm='%s'&targetFramework=''&includePrerelease=true&semVerLevel=2.0.0&$filter=IsAbsoluteLatestVersion&$skip=0&$top=%d"
                        .formatted(
                                URLEncoder.encode(text.replace("'", "''"), StandardCharsets.UTF_8),
                                limit);
        List<PackageId> ids = new ArrayList<>();
        pages(
                query,
                entry -> {
                    ids.add(entry.id());
                    return ids.size() < limit;
                });
        return ids.stream().distinct().limit(limit).toList();
    }

    /** What becomes of an entry. */
    private interface Reading {
        /**
         * Reads it.
         *
         * @return whether another one is wanted
         */
        boolean read(Entry entry) throws FeedException;
    }

    private void pages(String query, Reading reading) throws FeedException, InterruptedException {
        @Nullable URI next = address(query);
        for (int page = 0; next != null && page < PAGES_MAX; page++) {
            URI at = next;
            var document = http.found(at, ACCEPT);
            if (document.isEmpty()) {
                if (page == 0) {
                    throw http.wrong(
                            "there is no NuGet v2 service at %s; check the url (that of a v3 feed ends with index.json)"
                                    .formatted(http.home()));
                }
                return;
            }
            var read =
                    AtomPage.read(document.get().bytes())
                            .orElseThrow(
                                    () ->
                                            http.wrong(
                                                    "%s is no document of the NuGet v2 protocol; check the url (that of a v3 feed ends with index.json)"
                                                            .formatted(at.getPath())));
            for (Entry entry : read.entries()) {
                if (!reading.read(entry)) {
                    return;
                }
            }
            next =
                    read.next().isPresent()
                            ? resolved(document.get().at(), read.next().get())
                            : null;
        }
    }

    private URI address(String query) {
        return URI.create(base + query.replace("$", "%24").replace("'", "%27"));
    }

    private URI resolved(URI at, String address) throws FeedException {
        try {
            return at.resolve(address.replace("'", "%27").replace(" ", "%20"));
        } catch (IllegalArgumentException e) {
            throw http.wrong("\"%s\" is no address".formatted(address), e);
        }
    }

    @Override
    public Fetched fetch(
            PackageId id,
            PackageVersion version,
            Optional<Sha512> expected,
            PackageSink sink,
            Passage passage)
            throws FeedException, IOException, InterruptedException {
        var entry =
                entries(id).stream()
                        .filter(candidate -> candidate.version().equals(version))
                        .findFirst()
                        .orElseThrow(() -> http.missing("it has no %s %s".formatted(id, version)));
        var digest = expected.isPresent() ? expected : entry.digest();
        var uri = resolved(URI.create(base), entry.content());
        return new FeedDownload(http, settings, rules, clock, uri, digest, sink, passage).run();
    }
}
