package stagecoach.tentacle.packages;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.tentacle.home.Settings;
import stagecoach.trust.ServerUrl;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.Sha512;

/** Where exactly a package is read at one source. */
sealed interface PackageEndpoint {
    /** The header that a Stagecoach cache wants. */
    String GRANT = "X-Stagecoach-Grant";

    /** What to look after where a feed answers 401 or 403. */
    String NOT_FOR_MACHINES =
            "it is not open to everybody, and machines are not given credentials of feeds. Put the feed again without machinesRead";

    /** What people call the source. */
    String label();

    /** Who is told to have served it. */
    ServedBy servedBy();

    /** What is down together: a server, or a mounted folder. */
    String place();

    /** Whether it is a feed outside: one whom nobody here answers for. */
    default boolean isFeed() {
        return servedBy().kind() == ServedBy.Kind.FEED;
    }

    /**
     * At a server.
     *
     * @param trusted the certificates of which it must show one; empty for one that speaks no TLS
     * @param shown the header with the right to read, for those that want one
     */
    record Web(
            String label,
            ServedBy servedBy,
            URI uri,
            Optional<Set<Thumbprint>> trusted,
            Optional<Header> shown)
            implements PackageEndpoint {
        /** What to look after where it answers 401 or 403. */
        String refusal() {
            if (isFeed()) {
                return NOT_FOR_MACHINES;
            }
            return shown.filter(header -> !header.name().equals(GRANT)).isPresent()
                    ? "it does not take the cache's credentials. Put the cache again with such that may read"
                    : "it does not take this machine's right to read. See whether it trusts the key of the package-service, and whether its clock is right";
        }

        @Override
        public String place() {
            return uri.getScheme() + "://" + uri.getAuthority();
        }
    }

    /** A header of a request. */
    record Header(String name, String value) {
        /** Never the value. */
        @Override
        public String toString() {
            return name + ": …";
        }
    }

    /**
     * At a NuGet server, under the package's name.
     *
     * @param index the service index
     * @param trusted the certificate that it must show; empty for one that the machine's own
     *     authorities stand for
     * @param shown the header that it wants, if it does
     */
    record NuGet(
            String label,
            ServedBy servedBy,
            URI index,
            Optional<Thumbprint> trusted,
            Optional<Header> shown)
            implements PackageEndpoint {
        @Override
        public String place() {
            return index.getScheme() + "://" + index.getAuthority();
        }
    }

    /**
     * In a folder that a distributed file system keeps.
     *
     * @param root where it is mounted
     * @param file the package, if it has come
     */
    record Mounted(String label, ServedBy servedBy, Path root, Path file)
            implements PackageEndpoint {
        @Override
        public String place() {
            return root.toString();
        }
    }

    /**
     * The server's own port.
     *
     * @param uri {@code https://host:port}; empty if this machine was enrolled without one
     * @param trusted the certificates of which it must show one
     */
    record Server(Optional<URI> uri, Set<Thumbprint> trusted) {}

    /** A source that can be asked, or why it cannot. */
    sealed interface Resolved {
        /** Ask it. */
        record Usable(PackageEndpoint endpoint) implements Resolved {}

        /** Pass it over. */
        record Unusable(String label, String reason) implements Resolved {}
    }

    /**
     * Where a source is.
     *
     * @param delivered with what it wants to be shown, or where it is
     */
    static Resolved of(Source source, Sha512 sha512, Deliver delivered, Server server) {
        List<CacheGrant> grants = delivered.grants();
        return switch (source) {
            case Source.Feed(FeedId feed) -> ofFeed(feed, delivered.feeds());
            case Source.Server() -> ofServer(sha512, server);
            case Source.Cache(CacheId cache, String url, Optional<String> thumbprint) ->
                    ofCache(cache, url, thumbprint, sha512, grants);
            case Source.Folder(CacheId cache, String url) -> ofFolder(cache, url, sha512);
            case Source.NuGet(CacheId cache, String url, Optional<String> thumbprint) ->
                    ofNuGet(cache, url, thumbprint, grants);
        };
    }

    private static Resolved ofServer(Sha512 sha512, Server server) {
        String label = "the server";
        if (server.uri().isEmpty()) {
            return new Resolved.Unusable(label, Settings.BYTES_UNKNOWN);
        }
        return new Resolved.Usable(
                new Web(
                        label,
                        new ServedBy(ServedBy.Kind.SERVER, Optional.empty()),
                        URI.create(
                                trimmed(server.uri().get().toString())
                                        + "/packages/"
                                        + sha512.value()),
                        Optional.of(server.trusted()),
                        Optional.empty()));
    }

    private static Resolved ofCache(
            CacheId cache,
            String url,
            Optional<String> thumbprint,
            Sha512 sha512,
            List<CacheGrant> grants) {
        String label = "cache " + cache.value();
        try {
            URI uri = URI.create(trimmed(url) + "/blobs/" + sha512.value());
            boolean tls = ServerUrl.isSecure(uri);
            if (!ServerUrl.isWeb(uri)) {
                return new Resolved.Unusable(
                        label, "its URL " + url + " is neither https nor http");
            }
            if (tls && thumbprint.isEmpty()) {
                return new Resolved.Unusable(
                        label,
                        "no thumbprint of its certificate is known, so it cannot be trusted");
            }
            return new Resolved.Usable(
                    new Web(
                            label,
                            new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache)),
                            uri,
                            tls ? thumbprint.map(Thumbprint::parse).map(Set::of) : Optional.empty(),
                            grants.stream()
                                    .filter(grant -> grant.cache().equals(cache))
                                    .map(grant -> new Header(GRANT, grant.token()))
                                    .findFirst()));
        } catch (IllegalArgumentException e) {
            return new Resolved.Unusable(label, String.valueOf(e.getMessage()));
        }
    }

    private static Resolved ofNuGet(
            CacheId cache, String url, Optional<String> thumbprint, List<CacheGrant> grants) {
        String label = "cache " + cache.value();
        try {
            URI index = URI.create(url);
            if (!ServerUrl.isWeb(index)) {
                return new Resolved.Unusable(
                        label, "its URL " + url + " is neither https nor http");
            }
            return new Resolved.Usable(
                    new NuGet(
                            label,
                            new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache)),
                            index,
                            thumbprint.map(Thumbprint::parse),
                            grants.stream()
                                    .filter(grant -> grant.cache().equals(cache))
                                    .map(grant -> new Header("Authorization", grant.token()))
                                    .findFirst()));
        } catch (IllegalArgumentException e) {
            return new Resolved.Unusable(label, String.valueOf(e.getMessage()));
        }
    }

    private static Resolved ofFeed(FeedId feed, List<FeedPlace> feeds) {
        String label = "feed " + feed.value();
        try {
            Optional<URI> index =
                    feeds.stream()
                            .filter(place -> place.feed().equals(feed))
                            .map(place -> URI.create(place.url()))
                            .findFirst();
            if (index.isEmpty()) {
                return new Resolved.Unusable(label, "machines may not read it any more");
            }
            if (!ServerUrl.isWeb(index.get())) {
                return new Resolved.Unusable(label, "its URL is neither https nor http");
            }
            return new Resolved.Usable(
                    new NuGet(
                            label,
                            ServedBy.feed(feed),
                            index.get(),
                            Optional.empty(),
                            Optional.empty()));
        } catch (IllegalArgumentException e) {
            return new Resolved.Unusable(label, "its URL is none");
        }
    }

    private static Resolved ofFolder(CacheId cache, String url, Sha512 sha512) {
        String label = "cache " + cache.value();
        try {
            Path root = Path.of(FolderAddress.path(url));
            return new Resolved.Usable(
                    new Mounted(
                            label,
                            new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache)),
                            root,
                            root.resolve(FolderAddress.blob(sha512))));
        } catch (IllegalArgumentException e) {
            return new Resolved.Unusable(label, String.valueOf(e.getMessage()));
        }
    }

    private static String trimmed(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
