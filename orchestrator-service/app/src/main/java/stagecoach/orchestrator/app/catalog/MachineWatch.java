package stagecoach.orchestrator.app.catalog;

import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;

/** Somebody who wants to know when what is known of a machine has changed; a bean. */
public interface MachineWatch {
    /** The roster tells something new of this machine, as {@code tx} sees it. */
    void changed(Tx tx, AgentId agent, Cause cause);

    /**
     * Somebody configured this machine anew, or removed it: it may be there, elsewhere, or nowhere.
     * Called in the transaction that does so.
     */
    void configured(Tx tx, AgentId agent, Cause cause);
}
