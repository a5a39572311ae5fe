package stagecoach.packages.app.excerpt;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.FeedAccess;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.feed.BuiltInFeed;
import stagecoach.packages.app.replication.CacheContents;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.server.pull.FeedExcerpt;
import stagecoach.packages.server.pull.FeedExcerpt.ReaderKey;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.vocabulary.identity.CacheId;

/**
 * Tells each cache that answers NuGet clients its part of the built-in feed, a few times a minute:
 * it is asked which one it goes by, and told another one only if that is not the present one. Any
 * number of pods may do it at once, and a cache that is slow holds up no other one.
 */
@Singleton
public class FeedExcerpts {
    private static final Duration EVERY = Duration.ofSeconds(20);

    /** So long a cache that is cut off goes on; it changes once an hour only. */
    private static final Duration WORTH = Duration.ofHours(24);

    /** Each takes some megabytes for as long as it is on its way. */
    private static final int TOLD_AT_ONCE_MAX = 2;

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final CacheContents contents;
    private final ExcerptTable table;
    private final BuiltInFeed feed;
    private final Clock clock;
    private final Rounds rounds = new Rounds("feed-excerpts", EVERY, this::tellAll);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("feed-excerpt-", 0).factory());
    private final Semaphore telling = new Semaphore(TOLD_AT_ONCE_MAX);

    /** The caches that are being asked or told just now. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /** What was made last for each cache: while it would be the same, it need not be made. */
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    FeedExcerpts(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            CacheContents contents,
            ExcerptTable table,
            BuiltInFeed feed,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.contents = contents;
        this.table = table;
        this.feed = feed;
        this.clock = clock;
    }

    /** From what an excerpt was made, and its tag. */
    private record Made(Basis basis, String tag) {}

    private record Basis(String packages, List<ReaderKey> readers, boolean open, Instant until) {}

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
        threads.shutdownNow();
    }

    private void tellAll() {
        List<CacheRow> all = unitOfWork.run(caches::all);
        made.keySet().retainAll(all.stream().map(cache -> cache.id).toList());
        for (CacheRow cache : all) {
            switch (cache.kind()) {
                case STAGECOACH -> begin(cache);
                case FOLDER, NUGET -> {}
            }
        }
    }

    private void begin(CacheRow cache) {
        if (rounds.isStopping() || !busy.add(cache.id)) {
            return;
        }
        threads.execute(
                () -> {
                    try {
                        tell(cache);
                    } catch (RuntimeException e) {
                        Log.warnf(
                                e,
                                "A cache was not told its part of the feed; it is tried again. cache=%s",
                                cache.id);
                    } finally {
                        busy.remove(cache.id);
                    }
                });
    }

    /** Tells a cache what it does not know yet. */
    public void tell(CacheRow cache) {
        try {
            Optional<String> known = contents.feedTag(cache);
            if (known.isEmpty() || knows(cache, known.get())) {
                return;
            }
            telling.acquire();
            try {
                byte[] json = excerpt(cache);
                if (!known.get().equals(FeedExcerpt.tag(json))) {
                    contents.tellFeed(cache, json);
                    Log.debugf("A cache was told its part of the feed. cache=%s", cache.id);
                }
            } finally {
                telling.release();
            }
        } catch (CacheAway e) {
            Log.debugf(e, "A cache cannot be told its part of the feed. cache=%s", cache.id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean knows(CacheRow cache, String tag) {
        @Nullable Made last = made.get(cache.id);
        return last != null
                && last.tag().equals(tag)
                && last.basis().equals(unitOfWork.run(tx -> basis(tx, cache)));
    }

    private byte[] excerpt(CacheRow cache) {
        return unitOfWork.run(
                tx -> {
                    Basis basis = basis(tx, cache);
                    byte[] json =
                            new FeedExcerpt(
                                            table.offers(tx, new CacheId(cache.id)),
                                            basis.readers(),
                                            basis.open(),
                                            basis.until())
                                    .json();
                    // What changed between the two readings is looked at again.
                    if (basis.equals(basis(tx, cache))) {
                        made.put(cache.id, new Made(basis, FeedExcerpt.tag(json)));
                    }
                    return json;
                });
    }

    private Basis basis(Tx tx, CacheRow cache) {
        Instant until = clock.instant().truncatedTo(ChronoUnit.HOURS).plusSeconds(3600).plus(WORTH);
        return new Basis(
                table.fingerprint(tx, new CacheId(cache.id)),
                table.readers(tx),
                feed.access(tx) == FeedAccess.PUBLIC,
                until);
    }
}
