package stagecoach.packages.app.budget;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.budget.FairShare;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.FeedId;

/**
 * Lets packages set out for caches, and from feeds outside, so many at once as the budgets say, who
 * wants them by turns.
 */
@Singleton
public class Places {
    /** A budget that has changed, or one who waits no more, is seen by then. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final Budgets budgets;
    private final int perCacheMax;
    private final FairShare<Place> share = new FairShare<>();
    private final Map<String, Integer> max = new ConcurrentHashMap<>();

    /**
     * @param perCacheMax into a cache of which nothing else was said
     */
    Places(
            Budgets budgets,
            @ConfigProperty(name = "stagecoach.budget.per-cache-max", defaultValue = "4")
                    int perCacheMax) {
        this.budgets = budgets;
        this.perCacheMax = perCacheMax;
    }

    /** A package that is on its way until it is closed. */
    public final class Place implements AutoCloseable {
        private final CountDownLatch entered = new CountDownLatch(1);

        private Place() {}

        @Override
        public void close() {
            leave(this);
        }
    }

    /**
     * Waits for a place; empty if nobody wants it any more.
     *
     * @param waiting the deployments that want it, the first of them first
     */
    public Optional<Place> enter(
            CacheId cache, List<DeploymentId> waiting, long bytes, BooleanSupplier abandoned)
            throws InterruptedException {
        Optional<DeploymentId> only =
                waiting.size() == 1 ? Optional.of(waiting.getFirst()) : Optional.empty();
        return enter(
                () -> budgets.of(cache, only),
                waiting.stream().map(DeploymentId::value).findFirst().orElse(""),
                bytes,
                abandoned);
    }

    /**
     * Waits for a place on the way from a feed outside.
     *
     * @param party who shares it with others by turns
     */
    public Place enter(FeedId feed, String party) throws InterruptedException {
        // How large it is nobody knows yet; none of them is kept out for being large.
        return enter(() -> budgets.of(feed), party, 0, () -> false).orElseThrow();
    }

    private Optional<Place> enter(
            Supplier<List<Budgets.Named>> counting,
            String party,
            long bytes,
            BooleanSupplier abandoned)
            throws InterruptedException {
        var place = new Place();
        join(new FairShare.Transfer<>(place, party, bytes, look(counting.get())));
        boolean entered = false;
        try {
            while (!abandoned.getAsBoolean()) {
                if (enteredWithin(place)) {
                    entered = true;
                    return Optional.of(place);
                }
                look(counting.get());
            }
            return Optional.empty();
        } finally {
            if (!entered) {
                leave(place);
            }
        }
    }

    /** The names of all that count it, with what they allow now. */
    private Set<String> look(List<Budgets.Named> now) {
        for (Budgets.Named named : now) {
            Optional<Integer> most = named.budget().transfersMax();
            if (most.isPresent()) {
                max.put(named.name(), most.get());
            } else if (named.ofCache()) {
                max.put(named.name(), perCacheMax);
            } else {
                max.remove(named.name());
            }
        }
        return now.stream().map(Budgets.Named::name).collect(Collectors.toSet());
    }

    private synchronized void join(FairShare.Transfer<Place> transfer) {
        share.join(transfer);
    }

    private boolean enteredWithin(Place place) throws InterruptedException {
        letIn();
        return place.entered.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void leave(Place place) {
        share.leave(place);
        letIn();
    }

    private synchronized void letIn() {
        share.letIn(name -> Optional.ofNullable(max.get(name)))
                .forEach(place -> place.entered.countDown());
    }
}
