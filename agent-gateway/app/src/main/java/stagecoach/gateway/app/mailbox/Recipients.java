package stagecoach.gateway.app.mailbox;

import java.util.Map;
import java.util.Set;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;

/** Where the connections are: told that something waits for an agent, asked which is the newest. */
public interface Recipients {
    /**
     * Something waits for {@code agent}.
     *
     * @return whether it is connected here; if not, nothing happens
     */
    boolean wake(AgentId agent);

    /**
     * Of these sessions of this process those that are still their agents' newest; they stay so
     * until the transaction ends.
     */
    Set<AgentId> newest(Tx tx, Map<AgentId, Epoch> sessions);
}
