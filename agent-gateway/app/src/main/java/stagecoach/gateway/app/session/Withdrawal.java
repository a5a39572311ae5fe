package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import stagecoach.gateway.app.enrolment.TrustWatcher;
import stagecoach.gateway.app.mailbox.Mailbox;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;

/** What ends with the trust in an agent: its session, wherever it is, and its commands. */
@Singleton
class Withdrawal implements TrustWatcher {
    private final SessionStore store;
    private final Sessions sessions;
    private final Mailbox mailbox;

    Withdrawal(SessionStore store, Sessions sessions, Mailbox mailbox) {
        this.store = store;
        this.sessions = sessions;
        this.mailbox = mailbox;
    }

    @Override
    public void sessionEnds(Tx tx, AgentId agent) {
        store.supersede(tx, agent);
    }

    @Override
    public void commandsEnd(Tx tx, AgentId agent, String why, Cause cause) {
        mailbox.unreachableForGood(tx, agent, why, cause);
    }

    @Override
    public void machineReplaced(Tx tx, AgentId agent) {
        mailbox.machineReplaced(tx, agent);
    }

    /** Another process that holds the connection sees with its next lease that it is behind. */
    @Override
    public void cut(AgentId agent, String why, boolean comeBack) {
        sessions.of(agent).ifPresent(session -> session.goodbye(why, comeBack));
    }
}
