package stagecoach.gateway.app.enrolment;

import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;

/** Whoever holds something on behalf of an agent that must end when its trust does. */
public interface TrustWatcher {
    /**
     * The agent's present session ends with this transaction, before anything else in it: its lock
     * is the first that is taken.
     */
    void sessionEnds(Tx tx, AgentId agent);

    /** Nothing that was asked of the agent can be heard of any more. */
    void commandsEnd(Tx tx, AgentId agent, String why, Cause cause);

    /**
     * Another machine is the agent from now on: what the earlier one was sent is not sent to it,
     * unless it may be done twice.
     */
    void machineReplaced(Tx tx, AgentId agent);

    /** The transaction is committed: cut the connection, if it is here. */
    void cut(AgentId agent, String why, boolean comeBack);
}
