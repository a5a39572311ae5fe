package stagecoach.packages.cache;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.feed.CachedFeed;
import stagecoach.packages.cache.port.CachePort;
import stagecoach.packages.cache.port.NuGetPort;
import stagecoach.packages.cache.pull.HeldWatch;
import stagecoach.packages.cache.pull.PullRules;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.Pace;
import stagecoach.packages.server.blob.PartialBlobs;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.grant.GrantVerifier;
import stagecoach.trust.Identity;
import stagecoach.trust.ServerAddresses;

/** Starts and stops the cache. */
@Singleton
class RegionalCache {
    private static final Logger LOG = Logger.getLogger(RegionalCache.class);

    private static final Duration LOOK_EVERY = Duration.ofHours(1);
    private static final Duration PARTIALS_KEPT = Duration.ofDays(7);

    private final Vertx vertx;
    private final CacheSettings settings;

    private @Nullable FolderBlobStore blobs;
    private @Nullable Pulls pulls;
    private @Nullable Scrub scrub;
    private @Nullable CachePort port;
    private @Nullable CachedFeed feed;
    private @Nullable NuGetPort nuget;

    RegionalCache(Vertx vertx, CacheSettings settings) {
        this.vertx = vertx;
        this.settings = settings;
    }

    void start(@Observes StartupEvent event) throws IOException {
        ServerAddresses.allowHostHeader();
        Path dir = settings.dir();
        var grants = new GrantVerifier(settings.grantKeys(), settings.name().value());
        String credential = settings.credential();
        var identity =
                Identity.loadOrCreate(dir.resolve("identity"), "cache " + settings.name().value());
        var store = FolderBlobStore.open(dir.resolve("packages"));
        blobs = store;
        forgetPartials(store);
        vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> forgetPartialsElsewhere(store));
        Optional<NuGetPort.Address> nugetAddress = settings.nuget();
        Optional<CachedFeed> shown =
                nugetAddress.isPresent()
                        ? Optional.of(
                                CachedFeed.open(dir.resolve("feed"), store, Clock.systemUTC()))
                        : Optional.empty();
        feed = shown.orElse(null);
        var begun =
                new Pulls(
                        store,
                        Files.getFileStore(dir),
                        PullRules.USUAL,
                        shown.<HeldWatch>map(one -> one).orElse(HeldWatch.NOBODY));
        pulls = begun;
        if (settings.scrubBytesPerSecond() > 0) {
            scrub =
                    new Scrub(
                            store,
                            begun,
                            new Pace(settings.scrubBytesPerSecond()),
                            settings.scrubEvery(),
                            dir.resolve("scrub"),
                            Clock.systemUTC());
            scrub.start();
        }
        var opened =
                CachePort.open(
                        vertx,
                        identity,
                        store,
                        grants,
                        begun,
                        shown,
                        credential,
                        settings.host(),
                        settings.port());
        port = opened;
        if (nugetAddress.isPresent()) {
            serveNuGet(nugetAddress.get(), store, begun, shown.orElseThrow());
        }
        LOG.infof("The certificate's thumbprint. thumbprint=%s", identity.thumbprint());
        // For whoever started it and waits for this line.
        System.out.printf(
                "READY cache %s at https://%s:%d%n",
                settings.name(), settings.host(), opened.port());
    }

    private void serveNuGet(
            NuGetPort.Address address, BlobStore store, Pulls begun, CachedFeed shown)
            throws IOException {
        var open = NuGetPort.open(vertx, address, store, begun, shown);
        nuget = open;
        LOG.infof(
                "NuGet clients are served. url=%s://%s:%d/nuget/v3/index.json",
                address.certificate().isPresent() ? "https" : "http", address.host(), open.port());
    }

    private void forgetPartialsElsewhere(PartialBlobs store) {
        Future<Boolean> _ =
                vertx.executeBlocking(
                        () -> {
                            forgetPartials(store);
                            return true;
                        });
    }

    /** What was begun and is not wanted any more would lie here for ever. */
    private static void forgetPartials(PartialBlobs store) {
        try {
            int forgotten = store.forgetPartials(Instant.now().minus(PARTIALS_KEPT));
            if (forgotten > 0) {
                LOG.infof("Downloads that nobody went on with were removed. count=%d", forgotten);
            }
        } catch (IOException e) {
            LOG.warn("Downloads that nobody went on with cannot be removed; once more later.", e);
        }
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        if (nuget != null) {
            nuget.close();
        }
        if (port != null) {
            port.close();
        }
        if (scrub != null) {
            scrub.close();
        }
        if (pulls != null) {
            pulls.close();
        }
        if (feed != null) {
            feed.close();
        }
        if (blobs != null) {
            blobs.close();
        }
    }
}
