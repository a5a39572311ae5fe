package stagecoach.packages.cache.feed;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.pull.HeldWatch;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;
import stagecoach.packages.server.ingest.IngestLimits;
import stagecoach.packages.server.ingest.Ingestion;
import stagecoach.packages.server.ingest.PackageIngest;
import stagecoach.packages.server.pull.FeedExcerpt;
import stagecoach.packages.server.pull.FeedExcerpt.Offer;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The packages of the built-in feed that are here: what the central server told is of that feed,
 * and is held. What it did not tell of is not shown, whatever else lies here: another feed may have
 * other bytes under the same name. It is all on the disk, so that it is there again behind a
 * restart, and while the central server is away.
 */
public final class CachedFeed implements HeldWatch, Closeable {
    private static final Logger LOG = Logger.getLogger(CachedFeed.class);

    private final BlobStore blobs;
    private final FolderIndex index;
    private final PackageIngest ingest;
    private final Path file;
    private final Clock clock;

    private final ReentrantLock telling = new ReentrantLock();

    /** How often something that came or went could not be written down. */
    private final AtomicInteger failures = new AtomicInteger();

    private volatile Told told = Told.NOTHING;
    private volatile String tag = "";

    private CachedFeed(BlobStore blobs, FolderIndex index, Path file, Clock clock) {
        this.blobs = blobs;
        this.index = index;
        this.ingest = new PackageIngest(blobs, index, IngestLimits.defaults());
        this.file = file;
        this.clock = clock;
    }

    /** What is to be followed, by digest. */
    private record Told(Optional<FeedExcerpt> excerpt, Map<Sha512, Offer> offers) {
        static final Told NOTHING = new Told(Optional.empty(), Map.of());

        static Told of(FeedExcerpt excerpt) {
            var offers = new HashMap<Sha512, Offer>();
            excerpt.packages().forEach(offer -> offers.put(offer.pin().sha512(), offer));
            return new Told(Optional.of(excerpt), Map.copyOf(offers));
        }

        boolean has(PackageEntry entry) {
            return Optional.ofNullable(offers.get(entry.pin().sha512()))
                    .filter(offer -> offer.published().equals(entry.published()))
                    .isPresent();
        }
    }

    /**
     * Takes up what was told last.
     *
     * @param folder of its own, made where needed
     */
    public static CachedFeed open(Path folder, BlobStore blobs, Clock clock) throws IOException {
        var index = FolderIndex.open(folder.resolve("index"), blobs::hasUnchecked);
        try {
            for (String problem : index.problems()) {
                LOG.infof("A package is not shown until it comes again: %s", problem);
            }
            var feed = new CachedFeed(blobs, index, folder.resolve("told.json"), clock);
            feed.takeUp();
            return feed;
        } catch (IOException | RuntimeException failed) {
            index.close();
            throw failed;
        }
    }

    private void takeUp() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try {
            follow(Files.readAllBytes(file));
        } catch (IllegalArgumentException damaged) {
            LOG.warn("What the central server told of its feed cannot be read; it tells again.");
        }
    }

    /** The tag of what was told last, or an empty text. */
    public String tag() {
        return tag;
    }

    /** The packages that are shown. */
    public PackageIndex index() {
        return index;
    }

    /**
     * Takes what the central server tells.
     *
     * @param json of a {@link FeedExcerpt}
     * @return false if what was told before is still being followed; it is to be told again then
     * @throws IllegalArgumentException if it is something else
     * @throws IOException if the disk fails; it is to be told again then
     */
    public boolean tell(byte[] json) throws IOException {
        if (!telling.tryLock()) {
            return false;
        }
        try {
            follow(json);
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, json);
            Files.move(fresh, file, ATOMIC_MOVE);
            return true;
        } finally {
            telling.unlock();
        }
    }

    private void follow(byte[] json) throws IOException {
        int failuresBefore = failures.get();
        var now = Told.of(FeedExcerpt.parse(json));
        told = now;
        var shown = new HashMap<Sha512, PackageEntry>();
        for (var id : index.ids()) {
            for (PackageEntry entry : index.versions(id)) {
                if (now.has(entry)) {
                    shown.put(entry.pin().sha512(), entry);
                } else {
                    index.remove(entry.pin().id(), entry.pin().version());
                }
            }
        }
        for (Offer offer : now.offers().values()) {
            @Nullable PackageEntry entry = shown.get(offer.pin().sha512());
            if (entry == null || entry.listed() != offer.listed()) {
                show(offer);
            }
        }
        // Only now: whoever tells must tell again if the disk failed on the way.
        tag = failures.get() == failuresBefore ? FeedExcerpt.tag(json) : "";
    }

    /** One at a time, so that what goes meanwhile leaves the index behind this, not before. */
    private synchronized void show(Offer offer) throws IOException {
        PackagePin pin = offer.pin();
        if (!blobs.has(pin.sha512())) {
            index.remove(pin.id(), pin.version());
            return;
        }
        if (index.find(pin.id(), pin.version()).isEmpty()) {
            switch (ingest.adopt(pin, offer.published())) {
                case Ingestion.Added _, Ingestion.Repeated _ -> {}
                case Ingestion.Refused(var refusal) ->
                        LOG.warnf(
                                "A package is held and not shown: %s id=%s version=%s",
                                refusal.sentence(), pin.id(), pin.version());
            }
        }
        index.list(pin.id(), pin.version(), offer.listed());
    }

    @Override
    public void came(Sha512 sha512) {
        Optional.ofNullable(told.offers().get(sha512)).ifPresent(offer -> changed(offer, "came"));
    }

    @Override
    public void gone(Sha512 sha512) {
        Optional.ofNullable(told.offers().get(sha512)).ifPresent(offer -> changed(offer, "went"));
    }

    private void changed(Offer offer, String how) {
        try {
            show(offer);
        } catch (IOException e) {
            // The bytes count more than their being shown: let the central server tell again.
            failures.incrementAndGet();
            tag = "";
            LOG.errorf(
                    e,
                    "A package %s, and the index of packages cannot be written. id=%s version=%s",
                    how,
                    offer.pin().id(),
                    offer.pin().version());
        }
    }

    /** Whether a client that shows this key, or none, may read. */
    public Admission admission(Optional<String> key) {
        Instant now = clock.instant();
        Optional<FeedExcerpt> current =
                told.excerpt().filter(excerpt -> now.isBefore(excerpt.until()));
        if (current.isEmpty()) {
            return new Admission.NotNow(
                    told.excerpt()
                            .map(
                                    old ->
                                            "This cache should have heard of the central server before %s, and does not know any more who may read."
                                                    .formatted(old.until()))
                            .orElse(
                                    "The central server has not told this cache yet what it may give to NuGet clients. It does so within a minute."));
        }
        if (current.get().open()
                || key.filter(shown -> isKnown(current.get(), shown, now)).isPresent()) {
            return new Admission.Admitted();
        }
        return new Admission.Unknown(
                key.isPresent()
                        ? "This API key is not known here. A cache takes keys that have the role READ and no other; a new one is known within a minute."
                        : "Give an API key that has the role READ and no other as the password of any user, in the packageSourceCredentials of nuget.config.");
    }

    private static boolean isKnown(FeedExcerpt excerpt, String key, Instant now) {
        // The hash is compared, never the key: a guess tells nothing by its time.
        String sha256 = Digest.of(key).value();
        return excerpt.readers().stream()
                .anyMatch(reader -> reader.sha256().equals(sha256) && reader.isGoodAt(now));
    }

    @Override
    public void close() throws IOException {
        index.close();
    }
}
