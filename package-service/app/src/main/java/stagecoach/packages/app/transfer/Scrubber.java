package stagecoach.packages.app.transfer;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.server.blob.Pace;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Reads all that is stored again, slowly and round after round, so that damage is found and mended
 * while somebody else still has the bytes. One pod at a time does it, and goes on where the last
 * one was. What is lost is looked for at every look.
 */
@Singleton
public class Scrubber {
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    /** So long one look lasts at most, but for the package that it is at. */
    private static final Duration LOOK_MAX = Duration.ofSeconds(30);

    private static final int LOST_AT_ONCE = 100;

    private static final String NEXT =
            """
            SELECT sha512 FROM (
                (SELECT sha512 FROM package
                    WHERE lost_at IS NULL AND sha512 > CAST(?1 AS text) ORDER BY sha512 LIMIT 1)
                UNION ALL
                (SELECT sha512 FROM first_seen
                    WHERE bytes_gone_at IS NULL AND sha512 > CAST(?1 AS text)
                    ORDER BY sha512 LIMIT 1)) AS each
            ORDER BY sha512 LIMIT 1""";

    private final UnitOfWork unitOfWork;
    private final StoreCheck store;
    private final Clock clock;
    private final Pace pace;
    private final boolean wanted;
    private final Duration every;
    private final ScrubClaim claim;
    private final Rounds rounds = new Rounds("scrubber", LOOK_EVERY, this::look);

    Scrubber(
            UnitOfWork unitOfWork,
            StoreCheck store,
            Clock clock,
            @ConfigProperty(name = "stagecoach.scrub.bytes-per-second", defaultValue = "4194304")
                    long bytesPerSecond,
            @ConfigProperty(name = "stagecoach.scrub.every", defaultValue = "P7D") Duration every) {
        this.unitOfWork = unitOfWork;
        this.store = store;
        this.clock = clock;
        this.pace = new Pace(bytesPerSecond);
        this.wanted = bytesPerSecond > 0;
        this.every = every;
        this.claim = new ScrubClaim(unitOfWork, clock);
    }

    void start(@Observes StartupEvent event) {
        if (wanted) {
            rounds.start();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    private void look() {
        unitOfWork.execute(this::at);
        if (!claim.take()) {
            return;
        }
        try {
            Instant until = clock.instant().plus(LOOK_MAX);
            retryLost();
            while (!rounds.isStopping()
                    && clock.instant().isBefore(until)
                    && claim.renew()
                    && step()) {
                // The pace is kept within a step.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            claim.giveBack();
        }
    }

    /** Looks for all that is lost: whoever has its bytes may have come back. */
    public void retryLost() throws InterruptedException {
        String after = "";
        for (List<PinnedPackage> some = lost(after); !some.isEmpty(); some = lost(after)) {
            for (PinnedPackage lost : some) {
                if (rounds.isStopping()) {
                    return;
                }
                store.check(lost, false);
            }
            after = some.getLast().pin().sha512().value();
        }
    }

    private List<PinnedPackage> lost(String after) {
        return unitOfWork
                .run(
                        tx ->
                                names(
                                        tx,
                                        "lost_at IS NOT NULL AND sha512 > ?1",
                                        "false",
                                        after,
                                        LOST_AT_ONCE))
                .stream()
                .map(Name::stored)
                .toList();
    }

    /**
     * Reads the next package.
     *
     * @return whether there is more to do now
     */
    public boolean step() throws InterruptedException {
        At at = unitOfWork.run(this::at);
        List<Name> next = unitOfWork.run(tx -> next(tx, at.after()));
        if (next.isEmpty()) {
            if (clock.instant().isBefore(at.began().plus(every))) {
                return false;
            }
            unitOfWork.execute(tx -> keep(tx, clock.instant(), ""));
            return true;
        }
        Name name = next.getFirst();
        store.scrub(name.stored(), name.needed(), pace);
        String done = name.stored().pin().sha512().value();
        unitOfWork.execute(tx -> keep(tx, at.began(), done));
        return true;
    }

    /**
     * Where the round is.
     *
     * @param after the digest that was read last
     */
    private record At(Instant began, String after) {}

    private At at(Statements tx) {
        tx.execute(
                "INSERT INTO scrub (began, after, claimed_until) VALUES (?1, '', ?1) ON CONFLICT DO NOTHING",
                clock.instant());
        @Nullable Object[] row = tx.rows("SELECT began, after FROM scrub").getFirst();
        return new At(
                (Instant) Objects.requireNonNull(row[0]), (String) Objects.requireNonNull(row[1]));
    }

    private static void keep(Statements tx, Instant began, String after) {
        tx.execute("UPDATE scrub SET began = ?1, after = ?2", began, after);
    }

    /**
     * Of bytes that ought to be here.
     *
     * @param needed whether somebody needs them: what came from a feed for builds alone may be gone
     */
    private record Name(PinnedPackage stored, boolean needed) {}

    /** First its digest, which two indexes give at once, and then its names, of that one alone. */
    private static List<Name> next(Statements tx, String after) {
        return tx.rows(NEXT, after).stream()
                .flatMap(
                        row ->
                                names(
                                        tx,
                                        "lost_at IS NULL AND sha512 = ?1",
                                        "bytes_gone_at IS NULL AND sha512 = ?1",
                                        text(row[0]),
                                        1)
                                        .stream())
                .toList();
    }

    private static List<Name> names(
            Statements tx, String ours, String theirs, String digest, int limit) {
        return tx
                .rows(
                        """
            SELECT DISTINCT ON (sha512) id, version, sha512, size, feed, rank < 2 FROM (
                SELECT id, version, sha512, size, 'built-in' AS feed, 0 AS rank FROM package WHERE %s
                UNION ALL
                SELECT id, version, sha512, size, feed,
                    CASE WHEN EXISTS (SELECT 1 FROM lease l WHERE l.sha512 = f.sha512) THEN 1 ELSE 2 END
                FROM first_seen f WHERE %s) AS stored
            ORDER BY sha512, rank LIMIT ?2"""
                                .formatted(ours, theirs),
                        digest,
                        limit)
                .stream()
                .map(
                        row ->
                                new Name(
                                        StoreCheck.named(
                                                new FeedId(text(row[4])),
                                                new PackagePin(
                                                        new PackageId(text(row[0])),
                                                        new PackageVersion(text(row[1])),
                                                        new Sha512(text(row[2])),
                                                        ((Number) Objects.requireNonNull(row[3]))
                                                                .longValue())),
                                        Boolean.TRUE.equals(row[5])))
                .toList();
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
