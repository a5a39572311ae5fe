package stagecoach.packages.app.acquisition;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import stagecoach.contracts.internal.ForeseeAcquisition.ToCache;
import stagecoach.packages.app.acquisition.AcquisitionTables.Held;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheKind;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.catalog.Doubt;
import stagecoach.packages.app.replication.CacheContents;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.routing.Foresight.Begun;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;

/**
 * Asks caches themselves what they have of packages that they are not known to hold: what an
 * interrupted transfer has left is on their disks alone.
 */
@Singleton
class BegunCopies {
    /** A person waits for the preview; of a cache that is away it says that nobody knows. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Questions to one cache: across an ocean each takes a while, and all have to fit. */
    private static final int AT_ONCE_MAX = 16;

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final CacheContents contents;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("begun-", 0).factory());

    BegunCopies(UnitOfWork unitOfWork, CacheCatalog caches, CacheContents contents) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.contents = contents;
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    /**
     * A package that is to be brought to a cache.
     *
     * @param doubt whether somebody got other bytes from there
     */
    private record Coming(CacheRow cache, ToCache copy, Doubt doubt) {}

    /** What lies in caches of what is to be brought there, as far as they answer. */
    Map<Held, Begun> of(List<ToCache> copies, boolean force) throws InterruptedException {
        Map<String, List<Coming>> comingTo = new HashMap<>();
        unitOfWork
                .run(tx -> coming(tx, copies))
                .forEach(
                        one ->
                                comingTo.computeIfAbsent(one.cache().id, _ -> new ArrayList<>())
                                        .add(one));
        var begun = new ConcurrentHashMap<Held, Begun>();
        List<Callable<Void>> questions = new ArrayList<>();
        comingTo.values().stream()
                .flatMap(coming -> lanes(coming).stream())
                .forEach(lane -> questions.add(() -> asked(lane, force, begun)));
        // Whoever has not answered by then is not waited for.
        threads.invokeAll(questions, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        comingTo.values().stream()
                .flatMap(List::stream)
                .forEach(one -> begun.putIfAbsent(held(one.copy()), Begun.UNHEARD));
        return Map.copyOf(begun);
    }

    /** Those of one cache, so many at once; one that is away ends each with its first question. */
    private static List<List<Coming>> lanes(List<Coming> ofOneCache) {
        int count = Math.min(AT_ONCE_MAX, ofOneCache.size());
        return IntStream.range(0, count)
                .mapToObj(
                        lane ->
                                IntStream.range(0, ofOneCache.size())
                                        .filter(at -> at % count == lane)
                                        .mapToObj(ofOneCache::get)
                                        .toList())
                .toList();
    }

    private List<Coming> coming(Tx tx, List<ToCache> copies) {
        List<Coming> coming = new ArrayList<>();
        for (ToCache copy : copies) {
            Optional<CacheRow> row = caches.find(tx, copy.cache());
            row.ifPresent(
                    cache ->
                            coming.add(
                                    new Coming(
                                            cache,
                                            copy,
                                            caches.doubt(tx, copy.cache(), copy.pin().sha512()))));
        }
        return coming;
    }

    private Void asked(List<Coming> lane, boolean force, Map<Held, Begun> begun)
            throws InterruptedException {
        for (Coming one : lane) {
            ToCache copy = one.copy();
            try {
                begun.put(held(copy), begun(one, force, contents.begun(one.cache(), copy.pin())));
            } catch (CacheAway e) {
                Log.infof(
                        "A cache could not be asked what it has begun. cache=%s reason=%s",
                        copy.cache(), e.getMessage());
                return null;
            }
        }
        return null;
    }

    private static Held held(ToCache copy) {
        return new Held(copy.cache().value(), copy.pin().sha512());
    }

    private static Begun begun(Coming coming, boolean force, CacheContents.Begun there) {
        if (coming.doubt() == Doubt.TOLD && coming.cache().kind() == CacheKind.NUGET) {
            // It stays there until another machine says so, too.
            return new Begun(coming.copy().pin().size(), false);
        }
        if (force || !there.held()) {
            return new Begun(there.bytes(), false);
        }
        return switch (coming.doubt()) {
            case NONE -> new Begun(coming.copy().pin().size(), false);
            // It is read again, and replaced if need be.
            case TOLD -> new Begun(there.bytes(), true);
            // So it is where the cache does that itself; what lies in a folder is replaced.
            case SURE -> new Begun(there.bytes(), coming.cache().kind() != CacheKind.FOLDER);
        };
    }
}
