package stagecoach.packages.app.acquisition;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * What machines tell of caches that gave them other bytes. The copy is looked at again; it is
 * replaced when two machines say so, or the only one in its region that could. A cache of ours
 * reads again itself, and is believed.
 */
@Singleton
class Suspicions {
    /** How a tentacle's report begins that names a cache; see {@code AcquisitionResult.broken}. */
    private static final Pattern CACHE = Pattern.compile("cache ([a-z0-9-]+) .*", Pattern.DOTALL);

    Suspicions() {}

    /**
     * Takes in what was told in some events of one acquisition.
     *
     * @param needs of the acquisition
     */
    void learn(Tx tx, List<PackageNeed> needs, List<AcquisitionEvent> events) {
        for (int at = 0; at < events.size(); at++) {
            if (events.get(at) instanceof IntegrityBroken(var pin, var holder, var _)) {
                Matcher cache = CACHE.matcher(holder);
                if (cache.matches()) {
                    told(
                            tx,
                            cache.group(1),
                            pin.sha512(),
                            needs,
                            events.subList(at, events.size()));
                }
            } else if (events.get(at) instanceof PackageReplicated replicated) {
                replicated(tx, replicated);
            }
        }
    }

    /** Who tells says in the same report whether he got the package in the end. */
    private static void told(
            Tx tx,
            String cache,
            Sha512 sha512,
            List<PackageNeed> needs,
            List<AcquisitionEvent> rest) {
        for (AcquisitionEvent event : rest) {
            if (event instanceof TargetAcquired acquired
                    && acquired.pin().sha512().equals(sha512)) {
                told(tx, cache, sha512, acquired.target(), needs);
                return;
            }
            if (event instanceof TargetAcquisitionFailed failed
                    && failed.pin().sha512().equals(sha512)) {
                told(tx, cache, sha512, failed.target(), needs);
                return;
            }
        }
    }

    private static void told(
            Tx tx, String cache, Sha512 sha512, HolderId machine, List<PackageNeed> needs) {
        List<NeedingTarget> all =
                needs.stream()
                        .filter(need -> need.pinned().pin().sha512().equals(sha512))
                        .flatMap(need -> need.targets().stream())
                        .toList();
        boolean alone =
                all.stream()
                        .filter(target -> target.target().equals(machine))
                        .allMatch(
                                own ->
                                        all.stream()
                                                .filter(each -> !each.target().equals(machine))
                                                .noneMatch(
                                                        each ->
                                                                each.region()
                                                                        .equals(own.region())));
        tx.executeLater(
                """
                INSERT INTO suspicion (cache, sha512, machine) VALUES (?1, ?2, ?3)
                ON CONFLICT (cache, sha512, machine) DO UPDATE SET at = now()""",
                cache,
                sha512.value(),
                machine.value());
        tx.executeLater(
                """
                INSERT INTO suspect (cache, sha512, confirmed)
                SELECT CAST(?1 AS text), CAST(?2 AS text), CAST(?3 AS boolean) OR count(*) > 1
                FROM suspicion WHERE cache = ?1 AND sha512 = ?2 AND at > now() - interval '30 days'
                ON CONFLICT (cache, sha512) DO UPDATE
                    SET confirmed = suspect.confirmed OR excluded.confirmed""",
                cache,
                sha512.value(),
                alone);
        // Nobody is sent there for it; a cache of ours tells itself whether it holds it.
        tx.executeLater(
                """
                DELETE FROM replicated r USING cache c, suspect s
                WHERE r.cache = ?1 AND r.sha512 = ?2 AND c.id = r.cache AND c.kind <> 'STAGECOACH'
                    AND s.cache = r.cache AND s.sha512 = r.sha512 AND s.confirmed""",
                cache,
                sha512.value());
    }

    /** What was looked at is good for now; who said otherwise is forgotten when it was replaced. */
    private static void replicated(Tx tx, PackageReplicated replicated) {
        String[] copy = {replicated.cache().value(), replicated.pin().sha512().value()};
        tx.executeLater("DELETE FROM suspect WHERE cache = ?1 AND sha512 = ?2", copy[0], copy[1]);
        if (replicated.bytes() > 0) {
            tx.executeLater(
                    "DELETE FROM suspicion WHERE cache = ?1 AND sha512 = ?2", copy[0], copy[1]);
        }
    }
}
