package stagecoach.packages.app.transfer;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The right to bring a package to a cache that does not pull: of all processes one at a time has
 * it, so that its bytes cross the link once. Whoever is killed loses it after a while, by the
 * database's clock, which is one for all.
 */
@Singleton
public class FillClaims {
    private static final Duration GOOD_FOR = Duration.ofSeconds(20);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(5);

    private final UnitOfWork unitOfWork;

    FillClaims(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
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
        private long renewedAt;

        private Claim(CacheId cache, Sha512 sha512, String asker) {
            this.cache = cache;
            this.sha512 = sha512;
            this.asker = asker;
        }

        /** Makes it, unless it is another's. */
        public Standing take() {
            long now = System.nanoTime();
            Standing standing = unitOfWork.run(this::take);
            renewedAt = now;
            return standing;
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
        public boolean isOurs() {
            long now = System.nanoTime();
            if (now - renewedAt < RENEW_EVERY.toNanos()) {
                return true;
            }
            try {
                boolean renewed = unitOfWork.run(this::renewed);
                renewedAt = renewed ? now : renewedAt;
                return renewed;
            } catch (RuntimeException e) {
                Log.warnf(
                        e,
                        "The claim to a package could not be renewed. cache=%s sha512=%s",
                        cache,
                        sha512);
                return now - renewedAt < GOOD_FOR.toNanos();
            }
        }

        private boolean renewed(Tx tx) {
            return tx.execute(
                            "UPDATE fill_claim SET held_until = clock_timestamp() + interval '%d seconds' WHERE cache = ?1 AND sha512 = ?2 AND owner = ?3"
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
