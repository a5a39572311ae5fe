package stagecoach.packages.app.transfer;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.contracts.packages.PackageEvent.PackageDamaged;
import stagecoach.contracts.packages.PackageEvent.PackageLost;
import stagecoach.contracts.packages.PackageEvent.PackageRepaired;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.keeping.Removals;
import stagecoach.packages.app.transfer.Rescuer.Rescued;
import stagecoach.packages.app.upstream.Deadline;
import stagecoach.packages.app.upstream.Fetch;
import stagecoach.packages.app.upstream.Upstream;
import stagecoach.packages.app.upstream.Upstream.Asker;
import stagecoach.packages.server.blob.Pace;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.Verification;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.trust.NativeCrypto;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action;

/**
 * Sees to it that the central store holds a package, unchanged: it is read again when it is first
 * asked for after a start, unless it came since, be it by a deployment or by a NuGet client, when
 * somebody got other bytes, when forced, and now and then. What is lost comes back from a cache
 * that holds it, or from the feed that it came from.
 */
@Singleton
public class StoreCheck {
    /** More than any download may take. */
    private static final Duration FETCH_MAX = Duration.ofHours(24);

    private final PackageStore blobs;
    private final Upstream upstream;
    private final Rescuer rescuer;
    private final Removals removals;
    private final UnitOfWork unitOfWork;
    private final Clock clock;
    private final Set<Sha512> verified = ConcurrentHashMap.newKeySet();
    private final Map<Sha512, CompletableFuture<Optional<String>>> readings =
            new ConcurrentHashMap<>();

    private final Hashing forReaders = Hashing.begin("readers");
    private final Hashing forAll = Hashing.begin("all");
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("store-check-", 0).factory());

    StoreCheck(
            PackageStore blobs,
            Upstream upstream,
            Rescuer rescuer,
            Removals removals,
            UnitOfWork unitOfWork,
            Clock clock) {
        this.blobs = blobs;
        this.upstream = upstream;
        this.rescuer = rescuer;
        this.removals = removals;
        this.unitOfWork = unitOfWork;
        this.clock = clock;
        // What comes in their place is read again before it is believed.
        removals.listen(verified::remove);
        upstream.listen(verified::add);
    }

    /**
     * Who reads packages again, each for its own: however much builds read, no deployment waits
     * behind them.
     */
    private record Hashing(ExecutorService small, ExecutorService large) {
        /** What is larger is read by another thread, so that nothing small waits behind it. */
        private static final long SMALL_MAX = 64L << 20;

        static Hashing begin(String whose) {
            return new Hashing(thread(whose + "-small"), thread(whose + "-large"));
        }

        /** Of the system: hashing gigabytes would keep the virtual ones from their processors. */
        private static ExecutorService thread(String name) {
            return Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("store-check-" + name).daemon().factory());
        }

        ExecutorService of(PackagePin pin) {
            return pin.size() <= SMALL_MAX ? small : large;
        }

        void stop() {
            small.shutdownNow();
            large.shutdownNow();
        }
    }

    @PreDestroy
    void stop() {
        forReaders.stop();
        forAll.stop();
        threads.shutdownNow();
    }

    /** Some bytes were compared as they came just now: nobody need read them again. */
    public void came(Sha512 sha512) {
        verified.add(sha512);
    }

    /** Somebody got other bytes from here: they are read again before they are believed. */
    public void doubt(Sha512 sha512) {
        verified.remove(sha512);
    }

    /**
     * How it stands with a package.
     *
     * @param problem why it cannot be had, in words; empty if it is here
     * @param bytes that came for it just now from its feed; what a cache gave back is not counted
     * @param attempts that this took
     */
    public record Checked(Optional<String> problem, long bytes, int attempts) {
        private static final Checked HERE = new Checked(Optional.empty(), 0, 1);

        private static Checked not(String problem) {
            return new Checked(Optional.of(problem), 0, 1);
        }
    }

    /**
     * Why the package cannot be had, in words; empty if it is here.
     *
     * @param force whether to read it again in any case
     */
    public Optional<String> check(PinnedPackage wanted, boolean force) throws InterruptedException {
        return bring(wanted, force).problem();
    }

    /** The same, and what it has cost. */
    public Checked bring(PinnedPackage wanted, boolean force) throws InterruptedException {
        return bring(wanted, force, forAll);
    }

    private Checked bring(PinnedPackage wanted, boolean force, Hashing hashing)
            throws InterruptedException {
        PackagePin pin = wanted.pin();
        try {
            boolean here = blobs.size(pin.sha512()).isPresent();
            if (here && isSound(pin, force, hashing)) {
                verified.add(pin.sha512());
                return Checked.HERE;
            }
            return here ? damaged(wanted) : lost(wanted);
        } catch (IOException e) {
            return Checked.not(unreadable(pin, e));
        }
    }

    /** Bytes of the store under one of the names that they have. */
    static PinnedPackage named(FeedId feed, PackagePin pin) {
        return new PinnedPackage(
                feed,
                pin,
                Action.AcquisitionLocation.EXECUTION_TARGET,
                Action.PackageSource.NEAREST_CACHE);
    }

    /**
     * The same for readers who compare no digest, so that what they get must be right: however many
     * ask, it is read, and brought back, once.
     *
     * @param deadline after which it is said that it is still under way
     * @return why the package cannot be given now, in words for anybody; empty if it is here
     */
    public Optional<String> checkForReaders(FeedId feed, PackagePin pin, Deadline deadline)
            throws InterruptedException {
        if (isKnownToBeSound(pin)) {
            return Optional.empty();
        }
        var reading = readings.computeIfAbsent(pin.sha512(), _ -> read(named(feed, pin)));
        try {
            return reading.get(deadline.left().toMillis(), TimeUnit.MILLISECONDS)
                    .map(
                            _ ->
                                    "The server's copy of %s %s is damaged or gone, and there is no other one yet. Its log says who was asked."
                                            .formatted(pin.id(), pin.version()));
        } catch (TimeoutException e) {
            return Optional.of(
                    "The server's copy of %s %s is being read again, or brought back. Ask again in a moment."
                            .formatted(pin.id(), pin.version()));
        } catch (ExecutionException e) {
            throw new IllegalStateException("a package could not be looked at", e);
        }
    }

    private boolean isKnownToBeSound(PackagePin pin) {
        try {
            return verified.contains(pin.sha512()) && sizeFits(pin);
        } catch (IOException e) {
            // Who reads it says so.
            return false;
        }
    }

    private CompletableFuture<Optional<String>> read(PinnedPackage wanted) {
        var reading = new CompletableFuture<Optional<String>>();
        threads.execute(
                () -> {
                    try {
                        reading.complete(bring(wanted, false, forReaders).problem());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        reading.complete(Optional.of("the server is being stopped"));
                    } catch (RuntimeException | Error e) {
                        reading.completeExceptionally(e);
                    } finally {
                        readings.remove(wanted.pin().sha512(), reading);
                    }
                });
        return reading;
    }

    /**
     * Reads a package again, no faster than it may be, and brings it back if it is no longer what
     * it was.
     *
     * @param needed whether it is brought back also where it is not here at all
     * @return what is wrong with it, in words, and stays so
     */
    public Optional<String> scrub(PinnedPackage stored, boolean needed, Pace pace)
            throws InterruptedException {
        PackagePin pin = stored.pin();
        boolean _ = NativeCrypto.installFor(pin.size());
        try {
            return switch (blobs.verify(pin.sha512(), pace)) {
                case Verification.Intact _ -> {
                    found(pin);
                    yield Optional.empty();
                }
                case Verification.Broken _ -> damaged(stored).problem();
                case Verification.Absent _ -> needed ? lost(stored).problem() : Optional.empty();
            };
        } catch (IOException e) {
            return Optional.of(unreadable(pin, e));
        }
    }

    private static String unreadable(PackagePin pin, IOException e) {
        Log.errorf(e, "A package cannot be read. sha512=%s", pin.sha512());
        return "the server cannot read %s %s: %s"
                .formatted(pin.id(), pin.version(), e.getMessage());
    }

    private boolean isSound(PackagePin pin, boolean force, Hashing hashing)
            throws IOException, InterruptedException {
        return (!force && verified.contains(pin.sha512()) && sizeFits(pin)) || intact(pin, hashing);
    }

    private boolean sizeFits(PackagePin pin) throws IOException {
        return blobs.size(pin.sha512()).orElse(-1) == pin.size();
    }

    /** Nobody may read it as what it is not; it is kept until it is back, or nobody has it. */
    private Checked damaged(PinnedPackage wanted) throws IOException, InterruptedException {
        PackagePin pin = wanted.pin();
        verified.remove(pin.sha512());
        if (blobs.setAside(pin.sha512())) {
            Log.errorf(
                    "A stored package is damaged and set aside. id=%s version=%s sha512=%s",
                    pin.id(), pin.version(), pin.sha512());
            unitOfWork.execute(tx -> removals.tell(tx, new PackageDamaged(pin, "the server")));
        }
        return broughtBack(wanted, "was damaged");
    }

    private Checked lost(PinnedPackage wanted) throws IOException, InterruptedException {
        verified.remove(wanted.pin().sha512());
        return broughtBack(wanted, "is gone");
    }

    private Checked broughtBack(PinnedPackage wanted, String what)
            throws IOException, InterruptedException {
        PackagePin pin = wanted.pin();
        String nobody;
        switch (rescuer.rescue(pin)) {
            case Rescued.From(CacheId cache) -> {
                repaired(pin, "cache " + cache);
                return Checked.HERE;
            }
            case Rescued.ByNobody(String reason) -> nobody = reason;
        }
        if (blobs.putBack(pin.sha512())) {
            // It was set aside for one that is no longer there: two have mended it at once.
            repaired(pin, "what was set aside");
            return Checked.HERE;
        }
        if (!wanted.feed().equals(FeedId.BUILT_IN)) {
            Checked fetched = fetchedAgain(wanted);
            if (fetched.problem().isEmpty()) {
                repaired(pin, "feed " + wanted.feed());
            }
            return fetched;
        }
        String reason =
                "the server's copy of %s %s %s, and %s; push the same package again"
                        .formatted(pin.id(), pin.version(), what, nobody);
        boolean isNew =
                unitOfWork.run(
                        tx -> {
                            PostgresIndex.lock(tx, pin.sha512());
                            if (has(pin)
                                    || !PostgresIndex.lost(
                                            tx, pin.sha512(), Optional.of(clock.instant()))) {
                                return false;
                            }
                            removals.tell(tx, new PackageLost(pin, reason));
                            return true;
                        });
        if (isNew) {
            Log.errorf("A package is lost: %s. sha512=%s", reason, pin.sha512());
        }
        return Checked.not(reason);
    }

    private boolean has(PackagePin pin) {
        return blobs.hasUnchecked(pin.sha512());
    }

    private void repaired(PackagePin pin, String from) {
        verified.add(pin.sha512());
        unitOfWork.execute(
                tx -> {
                    PostgresIndex.lost(tx, pin.sha512(), Optional.empty());
                    upstream.keeps(tx, pin.sha512());
                    removals.tell(tx, new PackageRepaired(pin, from));
                    // Somebody may have removed its name meanwhile.
                    removals.noteUnused(tx, pin.sha512());
                });
    }

    private void found(PackagePin pin) {
        unitOfWork.execute(tx -> PostgresIndex.lost(tx, pin.sha512(), Optional.empty()));
    }

    /** What came from a feed outside can come from there again. */
    private Checked fetchedAgain(PinnedPackage wanted) throws InterruptedException {
        PackagePin pin = wanted.pin();
        Fetch fetch =
                upstream.await(Asker.RELEASE, wanted.feed(), pin.id(), pin.version(), FETCH_MAX);
        return switch (fetch) {
            case Fetch.Here(PackagePin here, long bytes, int attempts) ->
                    here.sha512().equals(pin.sha512())
                            ? new Checked(Optional.empty(), bytes, Math.max(1, attempts))
                            : Checked.not(
                                    "the feed \"%s\" has other bytes under the name of %s %s"
                                            .formatted(wanted.feed(), pin.id(), pin.version()));
            case Fetch.Underway(String sentence) -> Checked.not(sentence);
            case Fetch.NoRoom(String sentence) -> Checked.not(sentence);
            case Fetch.Failed(var _, String sentence) -> Checked.not(sentence);
        };
    }

    private boolean intact(PackagePin pin, Hashing hashing)
            throws IOException, InterruptedException {
        boolean _ = NativeCrypto.installFor(pin.size());
        try {
            return hashing.of(pin).submit(() -> blobs.verify(pin.sha512())).get()
                    instanceof Verification.Intact;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException("a package could not be read", e);
        }
    }
}
