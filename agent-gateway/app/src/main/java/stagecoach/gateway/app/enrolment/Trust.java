package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.Listening;
import stagecoach.gateway.app.crowd.MachineWork;
import stagecoach.gateway.app.listening.ListeningMachines;
import stagecoach.gateway.presence.AgentAction.Enrol;
import stagecoach.gateway.presence.AgentAction.NoteNotRegistered;
import stagecoach.gateway.presence.AgentAction.Revoke;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/** Gives trust to machines that show a good token, and takes it away. */
@Singleton
public class Trust {
    private static final Logger LOG = Logger.getLogger(Trust.class);

    private final UnitOfWork unitOfWork;
    private final MachineWork work;
    private final CommandHandler commands;
    private final AgentKind kind;
    private final Agents agents;
    private final EnrolmentTokens tokens;
    private final TrustWatcher watcher;
    private final ListeningMachines listening;

    Trust(
            UnitOfWork unitOfWork,
            MachineWork work,
            CommandHandler commands,
            AgentKind kind,
            Agents agents,
            EnrolmentTokens tokens,
            TrustWatcher watcher,
            ListeningMachines listening) {
        this.unitOfWork = unitOfWork;
        this.work = work;
        this.commands = commands;
        this.kind = kind;
        this.agents = agents;
        this.tokens = tokens;
        this.watcher = watcher;
        this.listening = listening;
    }

    /**
     * Exchanges a token for trust in the certificate that was shown with it. The machine that did
     * so may ask again, since the answer may have been lost.
     *
     * @throws NotTrusted if the token or the certificate will not do
     */
    public AgentId enrol(String token, Thumbprint shown, Instant now) {
        return work.run(tx -> enrol(tx, token, shown, now));
    }

    private AgentId enrol(Tx tx, String token, Thumbprint shown, Instant now) {
        EnrolmentTokens.Row row =
                tokens.lock(tx, token)
                        .orElseThrow(
                                () ->
                                        new NotTrusted(
                                                "The enrolment token is not known here. Make a new one with POST /api/v1/enrolments."));
        AgentId agent = row.agent();
        if (row.usedBy().isPresent()) {
            if (row.usedBy().get().equals(shown.value()) && agents.isTrusted(tx, agent, shown)) {
                return agent;
            }
            throw new NotTrusted(
                    "The enrolment token was used already. Make a new one with POST /api/v1/enrolments.");
        }
        if (!row.expiresAt().isAfter(now)) {
            throw new NotTrusted(
                    "The enrolment token expired at %s. Make a new one with POST /api/v1/enrolments."
                            .formatted(row.expiresAt()));
        }
        Optional<AgentId> holder = agents.trusted(tx, shown);
        if (holder.isPresent() && !holder.get().equals(agent)) {
            throw new NotTrusted(
                    "This machine's certificate is that of %s already. Enrol %s from a home folder of its own."
                            .formatted(holder.get(), agent));
        }
        tokens.use(tx, row, shown, now);
        trust(
                tx,
                agent,
                shown,
                row.document(),
                new Cause(now, row.madeBy(), Optional.empty()),
                "This agent was enrolled anew.");
        // It dials from now on.
        listening.forget(tx, agent);
        return agent;
    }

    private void trust(
            Tx tx,
            AgentId agent,
            Thumbprint shown,
            ConfigurationDocument document,
            Cause cause,
            String why) {
        // Whoever has another token for this machine must not take its place later.
        tokens.withdraw(tx, agent);
        watcher.sessionEnds(tx, agent);
        if (!agents.isTrusted(tx, agent, shown)) {
            // Also a home that was made anew: its journal knows nothing of what the machine runs.
            watcher.machineReplaced(tx, agent);
        }
        commands.handle(
                tx,
                kind,
                AgentKind.streamOf(agent),
                List.of(new Enrol(agent, shown.value(), document)),
                cause);
        // Also a token ends the time in which the machine was removed.
        agents.freeFormer(tx, agent, false);
        unitOfWork.afterCommit(tx, () -> watcher.cut(agent, why, true));
    }

    /**
     * A person has registered a machine that listens, as the tentacle of {@code agent}. Only a
     * certificate that it never had is news: so none that was renewed, replaced or revoked since
     * comes back by a document that somebody had read before, unless the machine was removed.
     *
     * @return what counts as registered from now on; empty if the certificate is that of another
     *     agent, so that this one is not dialled
     */
    Optional<String> registered(
            Tx tx, AgentId agent, Listening where, ConfigurationDocument document, Cause cause) {
        Optional<String> before = listening.registered(tx, agent);
        Thumbprint shown = new Thumbprint(where.thumbprint());
        Optional<AgentId> holder = agents.trusted(tx, shown);
        if (holder.isPresent() && !holder.get().equals(agent)) {
            String why =
                    "The thumbprint that is registered for it is that of %s already, so it is not dialled. Register the machine's own: \"tentacle show\" tells it."
                            .formatted(holder.get());
            LOG.warnf("not registered agent=%s thumbprint=%s why=%s", agent, shown, why);
            // It was dialled until now, so whoever looks at it must find this and no other reason.
            boolean cut = before.isPresent();
            if (cut) {
                watcher.sessionEnds(tx, agent);
                unitOfWork.afterCommit(tx, () -> watcher.cut(agent, why, true));
            }
            commands.handle(
                    tx,
                    kind,
                    AgentKind.streamOf(agent),
                    List.of(new NoteNotRegistered(agent, why, cut)),
                    cause);
            return Optional.empty();
        }
        if (holder.isPresent()) {
            // What it has shown by now is told with the target, and may be sent back.
            return before.or(() -> Optional.of(shown.value()));
        }
        if (before.filter(shown.value()::equals).isPresent() || agents.isFormer(tx, agent, shown)) {
            LOG.warnf(
                    "a document names a certificate of %s that was renewed, replaced or revoked, so it is not trusted again; register another, or remove the machine and register it anew thumbprint=%s",
                    agent, shown);
            return before.or(() -> Optional.of(shown.value()));
        }
        trust(tx, agent, shown, document, cause, "Another machine was registered in its place.");
        LOG.infof("registered agent=%s thumbprint=%s address=%s", agent, shown, where.address());
        return Optional.of(shown.value());
    }

    /**
     * Ends the trust in an agent: neither its certificate nor a token that was made for it opens
     * anything any more, its session is cut, and what it was asked to do is reported as out of
     * reach.
     *
     * @return whether it was trusted, or might have come to be by a token
     */
    public boolean revoke(AgentId agent, String reason, Cause cause) {
        return unitOfWork.run(tx -> revoke(tx, agent, reason, cause));
    }

    /** The same inside a transaction that one already has. */
    public boolean revoke(Tx tx, AgentId agent, String reason, Cause cause) {
        boolean withdrawn = tokens.withdraw(tx, agent);
        if (agents.find(tx, agent).flatMap(Agents.Row::thumbprint).isEmpty()) {
            return withdrawn;
        }
        watcher.sessionEnds(tx, agent);
        var appended =
                commands.handle(
                        tx, kind, AgentKind.streamOf(agent), List.of(new Revoke(reason)), cause);
        watcher.commandsEnd(tx, agent, reason, cause);
        unitOfWork.afterCommit(tx, () -> watcher.cut(agent, reason, false));
        return !appended.events().isEmpty();
    }

    /**
     * What an agent is the tentacle of was removed: no token of before makes it again, and whoever
     * came by one is revoked. Whoever came by a later one has nothing to do with it.
     */
    void removed(Tx tx, AgentId agent, Instant at, Cause cause) {
        tokens.withdraw(tx, agent, at);
        // What was registered is trusted for no other reason.
        boolean listened = listening.forget(tx, agent);
        boolean older =
                listened
                        || agents.find(tx, agent)
                                .filter(row -> row.enrolledAt().isBefore(at))
                                .isPresent()
                        || tokens.cameByOneOfBefore(tx, agent, at);
        if (older) {
            revoke(tx, agent, "%s was removed from the configuration.".formatted(agent), cause);
            agents.freeFormer(tx, agent, true);
        }
    }

    /** A machine is refused, with the sentence that it is told. */
    public static final class NotTrusted extends RuntimeException {
        NotTrusted(String sentence) {
            super(sentence, null, false, false);
        }

        /** Why, and what to do. */
        public String sentence() {
            return String.valueOf(getMessage());
        }
    }
}
