package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import stagecoach.gateway.app.mailbox.Recipients;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.presence.Epoch;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;

/** The sessions of this process, one for each connected agent. */
@Singleton
class Sessions implements Recipients {
    private final ConcurrentMap<AgentId, Session> byAgent = new ConcurrentHashMap<>();
    private final SessionStore store;
    private final Pod pod;
    private volatile boolean stopping;

    Sessions(SessionStore store, Pod pod) {
        this.store = store;
        this.pod = pod;
    }

    /**
     * Takes a session in as its agent's present one; an older one of this process gives way.
     *
     * @return false if a newer one is there already, or the process stops
     */
    boolean add(Session session) {
        if (stopping) {
            return false;
        }
        Session kept =
                byAgent.merge(
                        session.agent(),
                        session,
                        (old, young) -> old.epoch().isBehind(young.epoch()) ? young : old);
        if (kept != session) {
            return false;
        }
        return !stopping;
    }

    /** Takes a session out, if it is its agent's present one. */
    void remove(Session session) {
        byAgent.remove(session.agent(), session);
    }

    /** The session of {@code agent}, if it is here. */
    Optional<Session> of(AgentId agent) {
        return Optional.ofNullable(byAgent.get(agent));
    }

    /** All that are here now. */
    List<Session> all() {
        return List.copyOf(byAgent.values());
    }

    /** How many agents are connected here. */
    int count() {
        return byAgent.size();
    }

    @Override
    public boolean wake(AgentId agent) {
        Optional<Session> session = of(agent);
        session.ifPresent(Session::wake);
        return session.isPresent();
    }

    /** Something waits for {@code agent} by the tables, which say so again and again. */
    void remind(AgentId agent) {
        of(agent).ifPresent(Session::remind);
    }

    @Override
    public Set<AgentId> newest(Tx tx, Map<AgentId, Epoch> sessions) {
        return store.hold(tx, sessions, pod.id());
    }

    /** Whether connections are closed because the process stops, not because tentacles went. */
    boolean stopping() {
        return stopping;
    }

    /** No session is taken in any more, and no loss is told: tentacles have the grace to return. */
    void takeNoMore() {
        stopping = true;
    }

    /** The same, and all are told to come back and closed. */
    void stop() {
        takeNoMore();
        for (Session session : all()) {
            session.goodbye("The gateway is restarting.", true);
        }
    }
}
