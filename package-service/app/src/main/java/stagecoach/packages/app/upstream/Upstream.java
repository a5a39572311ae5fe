package stagecoach.packages.app.upstream;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.keeping.Removals;
import stagecoach.packages.app.upstream.FirstSeen.Seen;
import stagecoach.packages.feeds.protocol.Feeds;
import stagecoach.packages.feeds.protocol.PackageFeed;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.ingest.ArchiveGuard;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.Nuspec;
import stagecoach.packages.server.ingest.PackageRefusedException;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Brings packages of feeds outside into the store, each once however many want it. What came is
 * judged as what is pushed, and what a version was when it was first seen, it is for ever. Nothing
 * is remembered that matters: after a restart who wants a package asks again.
 */
@Singleton
public class Upstream {
    private static final int MEGABYTE = 1 << 20;

    private final UnitOfWork unitOfWork;
    private final FeedCatalog catalog;
    private final Feeds feeds;
    private final PackageStore blobs;
    private final Removals removals;
    private final FeedLinks links;
    private final Clock clock;
    private final ArchiveGuard guard = new ArchiveGuard(ArchiveLimits.defaults());
    private final Map<Key, Flight> flights = new ConcurrentHashMap<>();

    private final FetchThreads threads = new FetchThreads();
    private final List<Consumer<Sha512>> listeners = new CopyOnWriteArrayList<>();

    /** For whom something is fetched. */
    public enum Asker {
        /** A release or a deployment, or the server for its own store. */
        RELEASE,
        /** A client that reads through, such as a build. */
        READER
    }

    Upstream(
            UnitOfWork unitOfWork,
            FeedCatalog catalog,
            Feeds feeds,
            PackageStore blobs,
            Removals removals,
            FeedLinks links,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.catalog = catalog;
        this.feeds = feeds;
        this.blobs = blobs;
        this.removals = removals;
        this.links = links;
        this.clock = clock;
    }

    @PreDestroy
    void stop() {
        threads.stop();
    }

    private record Key(FeedId feed, PackageId id, PackageVersion version) {
        String text() {
            return "%s %s %s".formatted(feed, id.lower(), version.lower());
        }
    }

    /** Tells of bytes that came just now, and were compared. */
    public void listen(Consumer<Sha512> came) {
        listeners.add(came);
    }

    /** The feed, if there is one of this id. */
    public Optional<PackageFeed> feed(FeedId feed) {
        return unitOfWork
                .run(tx -> catalog.find(tx, feed))
                .map(row -> feeds.open(catalog.settings(row)));
    }

    /** The ids of all feeds, the built-in one first. */
    public List<String> ids() {
        return unitOfWork.run(catalog::ids);
    }

    /**
     * Sees to it that a package comes for a release; who wants to know of it asks {@link #await}.
     */
    public void want(FeedId feed, PackageId id, PackageVersion version) {
        var key = new Key(feed, id, version);
        if (here(key).isEmpty()) {
            flight(Asker.RELEASE, key);
        }
    }

    /** A package that is here, and that nobody removes for the next minutes. */
    public Optional<PackagePin> find(FeedId feed, PackageId id, PackageVersion version) {
        return here(new Key(feed, id, version));
    }

    /**
     * What is here needs no feed, and waits behind no other download; it is used from now on, and
     * not removed under whoever asks.
     */
    private Optional<PackagePin> here(Key key) {
        return unitOfWork.run(
                tx ->
                        seen(tx, key)
                                .filter(seen -> isStored(seen.pin()))
                                .filter(seen -> seen.inUse() || used(tx, key.feed(), seen.pin()))
                                .map(Seen::pin));
    }

    private boolean used(Tx tx, FeedId feed, PackagePin pin) {
        // Whoever removes the bytes has done so, or waits for us and then sees that they are used.
        PostgresIndex.lock(tx, pin.sha512());
        if (!isStored(pin)) {
            return false;
        }
        FirstSeen.use(tx, feed, pin, clock.instant());
        return true;
    }

    private boolean isStored(PackagePin pin) {
        return blobs.hasUnchecked(pin.sha512());
    }

    private Optional<Seen> seen(Tx tx, Key key) {
        return FirstSeen.find(tx, key.feed(), key.id(), key.version(), clock.instant());
    }

    /** Some bytes are here again without a feed; those that came from one go by the same rules. */
    public void keeps(Tx tx, Sha512 sha512) {
        FirstSeen.kept(tx, sha512);
    }

    /**
     * Waits for a package that is to come, or is here.
     *
     * @param patience after which it is said how far it is
     */
    public Fetch await(
            Asker asker, FeedId feed, PackageId id, PackageVersion version, Duration patience)
            throws InterruptedException {
        var key = new Key(feed, id, version);
        Optional<PackagePin> here = here(key);
        if (here.isPresent()) {
            return new Fetch.Here(here.get(), 0, 0);
        }
        var flight = flight(asker, key);
        try {
            Fetch end = flight.end().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            // Who asks next, after it was told, begins anew; but he would only fill the disk anew.
            if (!(end instanceof Fetch.NoRoom)) {
                flights.remove(key, flight);
            }
            return end;
        } catch (TimeoutException e) {
            return new Fetch.Underway(
                    "%s %s is being fetched from the feed \"%s\": %.1f MB so far"
                            .formatted(id, version, feed, (double) flight.came().get() / MEGABYTE));
        } catch (ExecutionException e) {
            flights.remove(key, flight);
            Log.errorf(e, "A package could not be fetched. feed=%s id=%s", feed, id);
            return new Fetch.Failed(
                    FeedException.Kind.UNREACHABLE,
                    "%s %s could not be fetched from the feed \"%s\": an error of the server, which its log tells."
                            .formatted(id, version, feed));
        }
    }

    private Flight flight(Asker asker, Key key) {
        // What has landed is looked at again: what was here may have gone since. Only a failure
        // stays for a while, until somebody has been told of it.
        return flights.compute(
                key,
                (_, present) -> {
                    var flight = present == null || present.isOver() ? new Flight() : present;
                    // It takes the first thread that is free for anybody who wants it.
                    if (flight.askers().add(asker)) {
                        threads.execute(key.feed(), asker, () -> begin(asker, key, flight));
                    }
                    return flight;
                });
    }

    private void begin(Asker asker, Key key, Flight flight) {
        if (flight.begun().compareAndSet(false, true)) {
            fly(asker, key, flight);
        }
    }

    private void fly(Asker asker, Key key, Flight flight) {
        try {
            flight.land(fetched(asker, key, flight.came()));
        } catch (FeedException e) {
            flight.land(new Fetch.Failed(e.kind(), String.valueOf(e.getMessage())));
        } catch (PackageRefusedException e) {
            flight.land(refused(key, e.refusal().sentence()));
        } catch (IOException e) {
            flight.land(unstored(key, e));
        } catch (UncheckedIOException e) {
            flight.land(unstored(key, Objects.requireNonNull(e.getCause())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            flight.land(
                    new Fetch.Failed(
                            FeedException.Kind.UNREACHABLE, "the server is being stopped."));
        } catch (RuntimeException e) {
            flight.crash(e);
        } catch (Error e) {
            // Whoever waits must not wait for ever; the rest is for the one who watches threads.
            flight.crash(e);
            throw e;
        }
    }

    private static Fetch unstored(Key key, IOException e) {
        if (e instanceof DiskFullException) {
            Log.errorf(
                    e,
                    "A package could not be fetched: the disk of the packages is full. feed=%s id=%s version=%s",
                    key.feed(),
                    key.id(),
                    key.version());
            return new Fetch.NoRoom(
                    "The server's disk of packages is full, so that %s %s cannot be fetched from the feed \"%s\". Make room (see retention), and ask for it again a minute later."
                            .formatted(key.id(), key.version(), key.feed()));
        }
        Log.errorf(e, "A package cannot be stored. feed=%s id=%s", key.feed(), key.id());
        return new Fetch.Failed(
                FeedException.Kind.UNREACHABLE,
                "%s %s cannot be stored on the server: %s."
                        .formatted(key.id(), key.version(), e.getMessage()));
    }

    private static Fetch refused(Key key, String sentence) {
        return new Fetch.Failed(
                FeedException.Kind.WRONG,
                "the feed \"%s\" gives what is no %s %s: %s"
                        .formatted(key.feed(), key.id(), key.version(), sentence));
    }

    private Fetch fetched(Asker asker, Key key, AtomicLong came)
            throws FeedException, IOException, InterruptedException, PackageRefusedException {
        Optional<PackagePin> here = here(key);
        if (here.isPresent()) {
            return new Fetch.Here(here.get(), 0, 0);
        }
        Optional<PackageFeed> feed = feed(key.feed());
        if (feed.isEmpty()) {
            return new Fetch.Failed(
                    FeedException.Kind.MISSING,
                    "there is no feed \"%s\" any more.".formatted(key.feed()));
        }
        try (var sink = new StoreSink(blobs, key.text(), () -> here(key).isPresent())) {
            Optional<Sha512> expected =
                    unitOfWork.run(tx -> seen(tx, key)).map(seen -> seen.pin().sha512());
            var passage = links.passage(key.feed(), asker, came::addAndGet);
            return kept(
                    key, sink, feed.get().fetch(key.id(), key.version(), expected, sink, passage));
        } catch (StoreSink.ArrivedException e) {
            return fetched(asker, key, came);
        }
    }

    /** Of what is refused nothing stays, so that the next try reads what the feed has then. */
    private Nuspec inspected(StoreSink sink) throws IOException, PackageRefusedException {
        try {
            return guard.inspect(sink.bytes().open());
        } catch (PackageRefusedException e) {
            sink.restart();
            throw e;
        }
    }

    private Fetch kept(Key key, StoreSink sink, Fetched fetched)
            throws IOException, PackageRefusedException {
        Sha512 digest = sink.digest();
        var nuspec = inspected(sink);
        if (!nuspec.id().equals(key.id()) || !nuspec.version().equals(key.version())) {
            sink.restart();
            return refused(key, "it names itself %s %s.".formatted(nuspec.id(), nuspec.version()));
        }
        var pin = new PackagePin(nuspec.id(), nuspec.version(), digest, sink.size());
        // Before we hold a lock: gigabytes may take their time.
        sink.flush();
        // If we die between the bytes and their name, the next sweep finds them.
        unitOfWork.execute(tx -> removals.noteUnused(tx, digest));
        PackagePin first = unitOfWork.run(tx -> named(tx, key.feed(), pin, sink));
        if (!first.sha512().equals(digest)) {
            sink.restart();
            return refused(
                    key,
                    "another server of ours got other bytes a moment ago. A version must never change; give the package a new one.");
        }
        listeners.forEach(listener -> listener.accept(digest));
        Log.infof(
                "A package came from its feed. feed=%s id=%s version=%s bytes=%d bytesResumed=%d attempts=%d confirmed=%s",
                key.feed(),
                pin.id(),
                pin.version(),
                fetched.bytes(),
                fetched.bytesResumed(),
                fetched.attempts(),
                fetched.confirmed());
        return new Fetch.Here(pin, fetched.bytes(), fetched.attempts());
    }

    /**
     * The name counts when this is committed, and then the bytes are there; both are one step for
     * whoever removes bytes that no package of the built-in feed has any more.
     */
    private PackagePin named(Tx tx, FeedId feed, PackagePin pin, StoreSink sink) {
        PostgresIndex.lock(tx, pin.sha512());
        PackagePin first = FirstSeen.keep(tx, feed, pin, clock.instant());
        if (first.sha512().equals(pin.sha512())) {
            try {
                sink.keep();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return first;
    }
}
