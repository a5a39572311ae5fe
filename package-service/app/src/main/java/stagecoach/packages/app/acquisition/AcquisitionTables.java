package stagecoach.packages.app.acquisition;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionCancelling;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackagePinned;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStoreFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.Sha512;

/** The tables about acquisitions: which are open, and what is held where as far as they told. */
@Singleton
class AcquisitionTables {
    /** So long machines keep what interrupted fetches have left. */
    private static final Duration BEGUN_COUNTS_FOR = Duration.ofDays(7);

    private static final Duration REMOVED_UNUSED_FOR = Duration.ofMinutes(30);

    /** A package that something holds. */
    record Held(String holder, Sha512 sha512) {}

    /** Takes in what happened to an acquisition. */
    void apply(Tx tx, StreamId stream, AcquisitionEvent event) {
        switch (event) {
            case AcquisitionStarted started -> open(tx, stream, started);
            case PackageReplicated(var pin, var cache, long _, long _, int _) -> {
                String[] row = {cache.value(), pin.sha512().value()};
                tx.executeLater(
                        """
                        INSERT INTO replicated (cache, sha512, id, version, size) VALUES (?1, ?2, ?3, ?4, ?5)
                        ON CONFLICT (cache, sha512) DO UPDATE
                            SET id = excluded.id, version = excluded.version, size = excluded.size,
                                used_at = now(), dropping = NULL, reason = NULL""",
                        row[0],
                        row[1],
                        pin.id().value(),
                        pin.version().value(),
                        pin.size());
            }
            case TargetAcquired(var pin, var target, var by, long _, long _, int _) -> {
                tx.executeLater(
                        "INSERT INTO acquired (target, sha512) VALUES (?1, ?2) ON CONFLICT (target, sha512) DO UPDATE SET at = now()",
                        target.value(),
                        pin.sha512().value());
                tx.executeLater(
                        "DELETE FROM begun WHERE target = ?1 AND sha512 = ?2",
                        target.value(),
                        pin.sha512().value());
                by.cache()
                        .ifPresent(
                                cache ->
                                        tx.executeLater(
                                                "UPDATE replicated SET used_at = now() WHERE cache = ?1 AND sha512 = ?2",
                                                cache.value(),
                                                pin.sha512().value()));
            }
            case AcquisitionEnded _ ->
                    tx.executeLater("DELETE FROM acquisition WHERE stream = ?1", stream.value());
            // What a cache that failed does not hold was forgotten when it said so; it may be away.
            case ReplicationFailed _,
                    PackagePinned _,
                    PackageStored _,
                    PackageStoreFailed _,
                    TargetAcquiring _,
                    TargetAcquisitionFailed _,
                    AcquisitionCancelling _,
                    // Suspicions takes in what is told of caches.
                    IntegrityBroken _ -> {}
        }
    }

    private static void open(Tx tx, StreamId stream, AcquisitionStarted started) {
        String[] caches =
                started.routes().stream()
                        .flatMap(route -> route.own().stream())
                        .map(Source.OfCache::cache)
                        .map(CacheId::value)
                        .distinct()
                        .toArray(String[]::new);
        tx.executeLater(
                "INSERT INTO acquisition (stream, deployment, caches) VALUES (?1, ?2, ?3)",
                stream.value(),
                started.deployment().value(),
                caches);
    }

    /** The open acquisitions, the oldest first. */
    List<StreamId> open(Tx tx) {
        return streams(tx.rows("SELECT stream FROM acquisition ORDER BY seq"));
    }

    /** Those of a deployment. */
    List<StreamId> open(Tx tx, DeploymentId deployment) {
        return streams(
                tx.rows(
                        "SELECT stream FROM acquisition WHERE deployment = ?1 ORDER BY seq",
                        deployment.value()));
    }

    private static List<StreamId> streams(List<@Nullable Object[]> rows) {
        return rows.stream().map(row -> new StreamId(text(row, 0))).toList();
    }

    /** A machine is new behind an agent: it holds nothing that the old one held. */
    void forgetMachine(Tx tx, AgentId agent) {
        tx.executeLater("DELETE FROM acquired WHERE target = ?1", HolderId.of(agent).value());
        tx.executeLater("DELETE FROM begun WHERE target = ?1", HolderId.of(agent).value());
    }

    /**
     * What this transaction has noted of a machine so far, it acquired at {@code at}: when that is
     * heard of, perhaps hours later, must not make it newer than its removal.
     */
    void acquired(Tx tx, AgentId agent, Instant at) {
        tx.executeLater(
                "UPDATE acquired SET at = ?2 WHERE target = ?1 AND at = now()",
                HolderId.of(agent).value(),
                at);
    }

    /** All that interrupted fetches have left on a machine now. */
    void begun(Tx tx, AgentId agent, List<BegunPackage> packages, Instant at) {
        String target = HolderId.of(agent).value();
        tx.executeLater("DELETE FROM begun WHERE target = ?1", target);
        for (BegunPackage one : packages) {
            tx.executeLater(
                    """
                    INSERT INTO begun (target, sha512, bytes, at) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT (target, sha512) DO UPDATE SET bytes = excluded.bytes, at = excluded.at""",
                    target,
                    one.sha512().value(),
                    one.bytes(),
                    at);
        }
    }

    /** What interrupted fetches have left of {@code digests} on machines. */
    Map<Held, Long> begun(Tx tx, Collection<Sha512> digests, Instant now) {
        Map<Held, Long> begun = new HashMap<>();
        for (Object[] row :
                tx.rows(
                        "SELECT target, sha512, bytes FROM begun WHERE sha512 = ANY(?1) AND at > ?2",
                        texts(digests),
                        now.minus(BEGUN_COUNTS_FOR))) {
            begun.put(
                    new Held(text(row, 0), new Sha512(text(row, 1))),
                    ((Number) Objects.requireNonNull(row[2])).longValue());
        }
        return begun;
    }

    /** A machine has removed them. */
    void forget(Tx tx, AgentId agent, Collection<Sha512> removed) {
        if (!removed.isEmpty()) {
            tx.executeLater(
                    "DELETE FROM acquired WHERE target = ?1 AND sha512 = ANY(?2)",
                    HolderId.of(agent).value(),
                    texts(removed));
        }
    }

    /**
     * The same, told apart from what the machine got: what it has got since stays. It removes
     * nothing that it used within the last hour, so that half of that tells the two apart.
     */
    void forget(Tx tx, AgentId agent, Collection<Sha512> removed, Instant told) {
        if (!removed.isEmpty()) {
            tx.executeLater(
                    "DELETE FROM acquired WHERE target = ?1 AND sha512 = ANY(?2) AND at < ?3",
                    HolderId.of(agent).value(),
                    texts(removed),
                    told.minus(REMOVED_UNUSED_FOR));
        }
    }

    /** Which of {@code digests} caches hold, and nobody has doubted. */
    List<Held> inCaches(Tx tx, Collection<Sha512> digests) {
        return held(
                tx.rows(
                        """
                        SELECT cache, sha512 FROM replicated r
                        WHERE sha512 = ANY(?1) AND dropping IS NULL AND NOT EXISTS (
                            SELECT 1 FROM suspect s WHERE s.cache = r.cache AND s.sha512 = r.sha512)""",
                        (Object) texts(digests)));
    }

    /** Which of {@code digests} targets hold. */
    List<Held> atTargets(Tx tx, Collection<Sha512> digests) {
        return held(
                tx.rows(
                        "SELECT target, sha512 FROM acquired WHERE sha512 = ANY(?1)",
                        (Object) texts(digests)));
    }

    private static String[] texts(Collection<Sha512> digests) {
        return digests.stream().map(Sha512::value).toArray(String[]::new);
    }

    private static List<Held> held(List<@Nullable Object[]> rows) {
        var held = new ArrayList<Held>();
        for (Object[] row : rows) {
            held.add(new Held(text(row, 0), new Sha512(text(row, 1))));
        }
        return held;
    }

    private static String text(@Nullable Object[] row, int column) {
        return (String) Objects.requireNonNull(row[column]);
    }
}
