package stagecoach.orchestrator.needs;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.orchestrator.needs.Roster.KnownWorker;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.PoolId;

/**
 * Which worker of a pool does a piece of work: a healthy one before an unhealthy one, and always
 * the same one for the same work while it is there, since a step that closes a tunnel must meet the
 * machine that opened it. Different work spreads over the pool.
 */
final class WorkerChoice {
    private WorkerChoice() {}

    /** The worker for {@code work}; empty if none of the pool is there. */
    static Optional<KnownWorker> from(Roster roster, PoolId pool, String work) {
        return present(roster, pool).stream()
                .filter(worker -> worker.health().unavailable().isEmpty())
                .min(
                        Comparator.comparing(WorkerChoice::isUnwell)
                                .thenComparing(worker -> weight(work, worker)));
    }

    /** Why there is none, for people. */
    static String whyNone(Roster roster, PoolId pool) {
        var present = present(roster, pool);
        if (present.isEmpty()) {
            return "the worker pool %s has no worker that is in service".formatted(pool);
        }
        if (present.size() == 1) {
            var only = present.getFirst();
            return "worker %s of pool %s: %s"
                    .formatted(only.id(), pool, only.health().unavailable().orElseThrow());
        }
        return "none of the %d workers of pool %s is connected".formatted(present.size(), pool);
    }

    private static List<KnownWorker> present(Roster roster, PoolId pool) {
        return roster.workers().stream()
                .filter(worker -> !worker.disabled() && worker.pools().contains(pool))
                .sorted(Comparator.comparing(KnownWorker::id))
                .toList();
    }

    private static boolean isUnwell(KnownWorker worker) {
        return worker.health().state() != AgentHealth.HEALTHY;
    }

    /** The lowest weight wins: when another worker comes or goes, most work stays where it is. */
    private static String weight(String work, KnownWorker worker) {
        return Digest.of(work + "@" + worker.id()).value();
    }
}
