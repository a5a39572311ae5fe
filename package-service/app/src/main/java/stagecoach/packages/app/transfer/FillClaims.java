package stagecoach.packages.app.transfer;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The right to bring a package to a cache that does not pull: of all processes one at a time has
 * it, so that its bytes cross the link once. It is kept for as long as it is not given back,
 * whatever is waited for meanwhile. Whoever is killed loses it after a while, by the database's
 * clock, which is one for all.
 */
@Singleton
public class FillClaims {
    private static final Duration GOOD_FOR = Duration.ofSeconds(20);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(5);

    private final UnitOfWork unitOfWork;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    FillClaims(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    /** Whose a package is. */
    public sealed interface Standing {
        /** Ours, from now on. */
        record Ours() implements Standing {}

        /** Another process brings it. */
        record AnOthers() implements Standing {}

        /** It was brought for the same asker, who is told the same again. */
        record Done(long bytes, long bytesResumed) implements Standing {}
    }

    /**
     * A claim that is not made yet.
     *
     * @param asker who wants it, a name that is never used for something else
     */
    public Claim of(CacheId cache, Sha512 sha512, String asker) {
        return new Claim(cache, sha512, asker);
    }

    /** One process's claim to one package for one cache. */
    public final class Claim implements AutoCloseable {
        private final CacheId cache;
        private final Sha512 sha512;
        private final String asker;
        private final String owner = UUID.randomUUID().toString();
        private final CountDownLatch closed = new CountDownLatch(1);
        private long renewedAt;
        private boolean lost;

        private Claim(CacheId cache, Sha512 sha512, String asker) {
            this.cache = cache;
            this.sha512 = sha512;
            this.asker = asker;
        }

        /** Makes it, unless it is another's; it is renewed until it is closed or lost. */
        public Standing take() {
            long now = System.nanoTime();
            Standing standing = unitOfWork.run(this::take);
            if (standing instanceof Standing.Ours) {
                begun(now);
                threads.execute(this::keep);
            }
            return standing;
        }

        private synchronized void begun(long now) {
            renewedAt = now;
        }

        private void keep() {
            try {
                boolean over = false;
                while (!over) {
                    over =
                            closed.await(RENEW_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                                    || isAnOthers();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Standing take(Tx tx) {
            tx.execute(
                    "DELETE FROM fill_claim WHERE held_until < clock_timestamp() - interval '1 day'");
            boolean ours =
                    tx.execute(
                                    """
                                    INSERT INTO fill_claim (cache, sha512, owner, held_until)
                                    VALUES (?1, ?2, ?3, clock_timestamp() + interval '%d seconds')
                                    ON CONFLICT (cache, sha512) DO UPDATE SET
                                        owner = excluded.owner, held_until = excluded.held_until,
                                        asker = NULL
                                    WHERE fill_claim.held_until <= clock_timestamp()
                                        AND fill_claim.asker IS DISTINCT FROM CAST(?4 AS text)"""
                                            .formatted(GOOD_FOR.toSeconds()),
                                    cache.value(),
                                    sha512.value(),
                                    owner,
                                    asker)
                            == 1;
            return ours ? new Standing.Ours() : another(tx);
        }

        private Standing another(Tx tx) {
            List<@Nullable Object[]> done =
                    tx.rows(
                            "SELECT bytes, bytes_resumed FROM fill_claim WHERE cache = ?1 AND sha512 = ?2 AND asker = ?3",
                            cache.value(),
                            sha512.value(),
                            asker);
            return done.isEmpty()
                    ? new Standing.AnOthers()
                    : new Standing.Done(number(done.getFirst()[0]), number(done.getFirst()[1]));
        }

        private static long number(@Nullable Object value) {
            return ((Number) Objects.requireNonNull(value)).longValue();
        }

        /**
         * Whether it is still ours, and for longer again. A database that is away for a moment
         * takes it from nobody.
         */
        public synchronized boolean isOurs() {
            long now = System.nanoTime();
            if (lost || now - renewedAt < RENEW_EVERY.toNanos()) {
                return !lost;
            }
            try {
                lost = !unitOfWork.run(this::renewed);
                renewedAt = lost ? renewedAt : now;
                return !lost;
            } catch (RuntimeException e) {
                Log.warnf(
                        e,
                        "The claim to a package could not be renewed. cache=%s sha512=%s",
                        cache,
                        sha512);
                return now - renewedAt < GOOD_FOR.toNanos();
            }
        }

        /** Not while the database is away: it may come again in time. */
        private synchronized boolean isAnOthers() {
            return !isOurs() && lost;
        }

        private boolean renewed(Tx tx) {
            return tx.execute(
                            "UPDATE fill_claim SET held_until = clock_timestamp() + interval '%d seconds' WHERE cache = ?1 AND sha512 = ?2 AND owner = ?3 AND asker IS NULL"
                                    .formatted(GOOD_FOR.toSeconds()),
                            cache.value(),
                            sha512.value(),
                            owner)
                    == 1;
        }

        /** It was brought; so many bytes were moved for it. */
        public void done(long bytes, long bytesResumed) {
            unitOfWork.execute(
                    tx ->
                            tx.execute(
                                    "UPDATE fill_claim SET held_until = clock_timestamp(), asker = ?4, bytes = ?5, bytes_resumed = ?6 WHERE cache = ?1 AND sha512 = ?2 AND owner = ?3",
                                    cache.value(),
                                    sha512.value(),
                                    owner,
                                    asker,
                                    bytes,
                                    bytesResumed));
        }

        /** Gives it back if it is ours; what is done stays known. */
        @Override
        public void close() {
            closed.countDown();
            unitOfWork.execute(
                    tx ->
                            tx.execute(
                                    "DELETE FROM fill_claim WHERE cache = ?1 AND sha512 = ?2 AND owner = ?3 AND asker IS NULL",
                                    cache.value(),
                                    sha512.value(),
                                    owner));
        }
    }
}
