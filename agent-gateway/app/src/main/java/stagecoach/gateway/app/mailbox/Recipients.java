package stagecoach.gateway.app.mailbox;

import stagecoach.vocabulary.identity.AgentId;

/** Where the connections are: told that something waits for an agent. */
public interface Recipients {
    /** Something waits for {@code agent}; nothing happens if it is not connected here. */
    void wake(AgentId agent);
}
