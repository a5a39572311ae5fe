package stagecoach.packages.app.upstream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import stagecoach.packages.app.upstream.Upstream.Asker;
import stagecoach.vocabulary.identity.FeedId;

/**
 * The threads that bring packages: each feed has its own, so that none waits behind another, and of
 * these releases have some to themselves, so that none waits behind builds.
 */
final class FetchThreads {
    /** So many at once: a few large ones must not keep a small one waiting for long. */
    private static final int OF_EACH = 8;

    private static final int IDLE_SECONDS_MAX = 60;

    private final Map<Place, ThreadPoolExecutor> threads = new ConcurrentHashMap<>();

    private record Place(FeedId feed, Asker asker) {}

    /** Does it, at once or when one of the threads for it is free. */
    void execute(FeedId feed, Asker asker, Runnable work) {
        threads.computeIfAbsent(new Place(feed, asker), FetchThreads::begun).execute(work);
    }

    // Threads of the system: hashing gigabytes would keep the virtual ones from their processors.
    private static ThreadPoolExecutor begun(Place place) {
        var begun =
                new ThreadPoolExecutor(
                        OF_EACH,
                        OF_EACH,
                        IDLE_SECONDS_MAX,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform()
                                .name("upstream-%s-".formatted(place.feed()), 0)
                                .daemon()
                                .factory());
        begun.allowCoreThreadTimeOut(true);
        return begun;
    }

    /** Ends all work. */
    void stop() {
        threads.values().forEach(ThreadPoolExecutor::shutdownNow);
    }
}
