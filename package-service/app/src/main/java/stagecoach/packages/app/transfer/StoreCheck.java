package stagecoach.packages.app.transfer;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.app.upstream.Fetch;
import stagecoach.packages.app.upstream.Upstream;
import stagecoach.packages.server.blob.FolderBlobStore;
import stagecoach.packages.server.blob.Verification;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Sees to it that the central store holds a package, unchanged: it is read again when it is first
 * asked for after a start, when somebody got other bytes, and when forced.
 */
@Singleton
public class StoreCheck {
    /** More than any download may take. */
    private static final Duration FETCH_MAX = Duration.ofHours(24);

    private final FolderBlobStore blobs;
    private final Upstream upstream;
    private final Set<Sha512> verified = ConcurrentHashMap.newKeySet();

    // A thread of the system: hashing gigabytes would keep the virtual ones from their processors.
    private final ExecutorService hashing =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("store-check").daemon().factory());

    StoreCheck(FolderBlobStore blobs, Upstream upstream) {
        this.blobs = blobs;
        this.upstream = upstream;
    }

    @PreDestroy
    void stop() {
        hashing.shutdownNow();
    }

    /** Somebody got other bytes from here: they are read again before they are believed. */
    public void doubt(Sha512 sha512) {
        verified.remove(sha512);
    }

    /**
     * Why the package cannot be had, in words; empty if it is here.
     *
     * @param force whether to read it again in any case
     */
    public Optional<String> check(PinnedPackage wanted, boolean force) throws InterruptedException {
        try {
            Optional<String> problem = check(wanted.pin(), force);
            return problem.isEmpty() || wanted.feed().equals(FeedId.BUILT_IN)
                    ? problem
                    : fetchedAgain(wanted);
        } catch (IOException e) {
            Log.errorf(e, "A package cannot be read. sha512=%s", wanted.pin().sha512());
            return Optional.of(
                    "the server cannot read %s %s: %s"
                            .formatted(wanted.pin().id(), wanted.pin().version(), e.getMessage()));
        }
    }

    /** What came from a feed outside can come from there again. */
    private Optional<String> fetchedAgain(PinnedPackage wanted) throws InterruptedException {
        PackagePin pin = wanted.pin();
        Fetch fetch = upstream.await(wanted.feed(), pin.id(), pin.version(), FETCH_MAX);
        return switch (fetch) {
            case Fetch.Here(PackagePin here, _, _) ->
                    here.sha512().equals(pin.sha512())
                            ? Optional.empty()
                            : Optional.of(
                                    "the feed \"%s\" has other bytes under the name of %s %s"
                                            .formatted(wanted.feed(), pin.id(), pin.version()));
            case Fetch.Underway(String sentence) -> Optional.of(sentence);
            case Fetch.Failed(String sentence) -> Optional.of(sentence);
        };
    }

    private Optional<String> check(PackagePin pin, boolean force)
            throws IOException, InterruptedException {
        OptionalLong size = blobs.size(pin.sha512());
        if (size.isEmpty()) {
            return Optional.of(
                    "the server has lost the bytes of %s %s; push the same package again"
                            .formatted(pin.id(), pin.version()));
        }
        boolean sound =
                size.getAsLong() == pin.size() && (!force && verified.contains(pin.sha512()));
        if (sound || intact(pin)) {
            verified.add(pin.sha512());
            return Optional.empty();
        }
        // Nobody may read it as what it is not; a push of the same package brings it back.
        verified.remove(pin.sha512());
        blobs.delete(pin.sha512());
        Log.errorf(
                "A stored package was damaged and is removed. id=%s version=%s sha512=%s",
                pin.id(), pin.version(), pin.sha512());
        return Optional.of(
                "the server's copy of %s %s was damaged and is removed; push the same package again"
                        .formatted(pin.id(), pin.version()));
    }

    private boolean intact(PackagePin pin) throws IOException, InterruptedException {
        try {
            return hashing.submit(() -> blobs.verify(pin.sha512())).get()
                    instanceof Verification.Intact;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException("a package could not be read", e);
        }
    }
}
