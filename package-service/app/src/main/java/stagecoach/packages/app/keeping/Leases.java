package stagecoach.packages.app.keeping;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.runtime.retirement.OwnTables;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.packages.Sha512;

/** Who needs which bytes: releases that are kept, and deployments that have not ended. */
@Singleton
public class Leases implements OwnTables {
    private final Clock clock;

    Leases(Clock clock) {
        this.clock = clock;
    }

    /** The name of a deployment as a holder. */
    public static String holder(DeploymentId deployment) {
        return "deployment:" + deployment;
    }

    /** The name of a release as a holder, as {@link PinPackages.Request#lease} has it. */
    public static String holder(ProjectId project, ReleaseVersion version) {
        return "release:%s:%s".formatted(project, version);
    }

    /**
     * Which bytes the server keeps, and for what.
     *
     * @param builtIn for a package of the built-in feed
     * @param all for any, be it of a feed outside
     */
    public record There(Set<Sha512> builtIn, Set<Sha512> all) {}

    /** Which of these bytes the server keeps; nobody removes them before the transaction ends. */
    public There there(Statements tx, Collection<Sha512> digests) {
        String[] sorted = sorted(digests);
        if (sorted.length == 0) {
            return new There(Set.of(), Set.of());
        }
        // Whoever removes one of them has done so already, or waits for us and then sees the lease.
        Set<Sha512> builtIn =
                tx
                        .rows(
                                "SELECT sha512 FROM package WHERE sha512 = ANY(?1) ORDER BY sha512, id_key, version_key FOR KEY SHARE",
                                (Object) sorted)
                        .stream()
                        .map(row -> new Sha512((String) Objects.requireNonNull(row[0])))
                        .collect(Collectors.toSet());
        var all = new HashSet<>(builtIn);
        all.addAll(ofFeedsOutside(tx, digests, builtIn));
        return new There(builtIn, all);
    }

    /** Sorted, so that two holders at once never wait for each other in a circle. */
    private static String[] sorted(Collection<Sha512> digests) {
        return digests.stream().map(Sha512::value).distinct().sorted().toArray(String[]::new);
    }

    /** Leases bytes until {@link #release}: what stands here is removed nowhere. */
    public void lease(Statements tx, String holder, Collection<Sha512> digests) {
        String[] sorted = sorted(digests);
        if (sorted.length == 0) {
            return;
        }
        var _ = there(tx, digests);
        tx.executeLater(
                "INSERT INTO lease (holder, sha512) SELECT CAST(?1 AS text), d FROM unnest(CAST(?2 AS text[])) AS t (d) ORDER BY d ON CONFLICT DO NOTHING",
                holder,
                sorted);
        for (String digest : sorted) {
            touch(tx, new Sha512(digest));
        }
    }

    private static Set<Sha512> ofFeedsOutside(
            Statements tx, Collection<Sha512> digests, Set<Sha512> builtIn) {
        String[] others =
                digests.stream()
                        .filter(digest -> !builtIn.contains(digest))
                        .map(Sha512::value)
                        .toArray(String[]::new);
        return others.length == 0
                ? Set.of()
                : tx
                        .rows(
                                "SELECT sha512 FROM first_seen WHERE sha512 = ANY(?1) AND bytes_gone_at IS NULL ORDER BY sha512, feed, id_key, version_key FOR KEY SHARE",
                                (Object) others)
                        .stream()
                        .map(row -> new Sha512((String) Objects.requireNonNull(row[0])))
                        .collect(Collectors.toSet());
    }

    /** A holder needs nothing any more. */
    public void release(Statements tx, String holder) {
        tx.executeLater("DELETE FROM lease WHERE holder = ?1", holder);
    }

    /** What a machine holds for deployments that have not ended. */
    public List<Sha512> neededAt(Statements tx, HolderId holder) {
        return tx
                .rows(
                        """
                        SELECT sha512 FROM acquired a WHERE target = ?1
                            AND EXISTS (SELECT 1 FROM lease l
                                WHERE l.sha512 = a.sha512 AND l.holder LIKE 'deployment:%')
                        ORDER BY sha512""",
                        holder.value())
                .stream()
                .map(row -> new Sha512((String) Objects.requireNonNull(row[0])))
                .toList();
    }

    /** Who needs these bytes, in words. */
    public List<String> holders(Statements tx, Sha512 sha512) {
        return tx
                .rows("SELECT holder FROM lease WHERE sha512 = ?1 ORDER BY holder", sha512.value())
                .stream()
                .map(row -> words((String) Objects.requireNonNull(row[0])))
                .toList();
    }

    private static String words(String holder) {
        String[] parts = holder.split(":", 3);
        return parts.length == 3
                ? "%s %s of %s".formatted(parts[0], parts[2], parts[1])
                : holder.replaceFirst(":", " ");
    }

    /** Somebody uses them now; told every few minutes at most. */
    public void touch(Statements tx, Sha512 sha512) {
        tx.executeLater(
                "UPDATE package SET used_at = ?2 WHERE sha512 = ?1 AND used_at < CAST(?2 AS timestamptz) - interval '5 minutes'",
                sha512.value(),
                clock.instant());
        tx.executeLater(
                "UPDATE first_seen SET used_at = ?2 WHERE sha512 = ?1 AND used_at < CAST(?2 AS timestamptz) - interval '5 minutes'",
                sha512.value(),
                clock.instant());
    }

    @Override
    public int forget(Statements tx, String deployment, int rowsMax) {
        return tx.execute("DELETE FROM lease WHERE holder = ?1", "deployment:" + deployment);
    }
}
