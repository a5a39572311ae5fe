package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.gateway.app.crowd.Gathering;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/**
 * Whose certificate somebody shows. However many come at the same time, strangers or not, they are
 * looked up together, one look at a time.
 */
@Singleton
public class Certificates {
    private static final int LOOKUPS_MAX = 256;

    /** While the database is slow; whoever else comes is told to come later. */
    private static final int WAITING_MAX = 1024;

    private final UnitOfWork unitOfWork;
    private final Agents agents;
    private final Refusals refusals;
    private final Gathering<Thumbprint, Optional<Agents.Holder>> lookups =
            new Gathering<>("certificates", LOOKUPS_MAX, WAITING_MAX, this::lookUp);

    Certificates(UnitOfWork unitOfWork, Agents agents, Refusals refusals) {
        this.unitOfWork = unitOfWork;
        this.agents = agents;
        this.refusals = refusals;
    }

    /**
     * Who is trusted with it; if nobody is, that is told of whoever came {@code from} there.
     *
     * @throws TemporaryFailure if the database does not answer, or so many wait for it
     */
    public Optional<AgentId> trusted(Thumbprint shown, String from) {
        Optional<Agents.Holder> holder = lookups.join(shown);
        if (holder.isEmpty()) {
            refusals.stranger(
                    Refusal.UNKNOWN_CERTIFICATE,
                    from,
                    Optional.of(shown),
                    "Nobody is trusted with this certificate. Enrol the machine.");
            return Optional.empty();
        }
        if (!holder.get().still()) {
            refusals.agent(
                    Refusal.FORMER_CERTIFICATE,
                    from,
                    shown,
                    holder.get().agent(),
                    "The agent was revoked, or another machine was enrolled as it.");
            return Optional.empty();
        }
        return Optional.of(holder.get().agent());
    }

    private List<Optional<Agents.Holder>> lookUp(List<Thumbprint> shown) {
        Map<String, Agents.Holder> known = unitOfWork.run(tx -> agents.holders(tx, shown));
        return shown.stream().map(each -> Optional.ofNullable(known.get(each.value()))).toList();
    }
}
