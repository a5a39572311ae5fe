package stagecoach.orchestrator.app.catalog;

import java.util.Set;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Somebody who wants to know when what is known of a machine has changed; a bean. */
public interface MachineWatch {
    /** The roster tells something new of this machine, as {@code tx} sees it. */
    void changed(Tx tx, AgentId agent, Cause cause);

    /**
     * Somebody configured this machine anew, or removed it: it may be there, elsewhere, or nowhere.
     * Called in the transaction that does so.
     *
     * @param environments those of a target, before and now; empty of a worker, which works for all
     */
    void configured(Tx tx, AgentId agent, Set<EnvironmentId> environments, Cause cause);
}
