package stagecoach.gateway.presence;

import java.util.ArrayList;
import java.util.List;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.agent.Removal;
import stagecoach.decider.Decider;
import stagecoach.gateway.presence.AgentAction.Enrol;
import stagecoach.gateway.presence.AgentAction.NoteBegun;
import stagecoach.gateway.presence.AgentAction.NoteConnected;
import stagecoach.gateway.presence.AgentAction.NoteLost;
import stagecoach.gateway.presence.AgentAction.NoteMeasured;
import stagecoach.gateway.presence.AgentAction.NoteNotRegistered;
import stagecoach.gateway.presence.AgentAction.NoteTidied;
import stagecoach.gateway.presence.AgentAction.NoteTold;
import stagecoach.gateway.presence.AgentAction.NoteUnreached;
import stagecoach.gateway.presence.AgentAction.Renew;
import stagecoach.gateway.presence.AgentAction.Revoke;
import stagecoach.gateway.presence.AgentState.Revoked;
import stagecoach.gateway.presence.AgentState.Stranger;
import stagecoach.gateway.presence.AgentState.Trusted;
import stagecoach.vocabulary.identity.AgentId;

/** The stream {@code agent-<agent>}: enrolment, revocation, and health when it changes. */
public final class AgentDecider implements Decider<AgentState, AgentAction, AgentReport> {
    @Override
    public AgentState initial() {
        return new Stranger();
    }

    @Override
    public List<AgentReport> decide(AgentState state, AgentAction action) {
        return switch (action) {
            case Enrol enrol -> onEnrol(state, enrol);
            case Renew(var thumbprint) -> onRenew(state, thumbprint);
            case Revoke(var reason) -> onRevoke(state, reason);
            case NoteConnected(var health) -> onHealth(state, health);
            case NoteTold(var freeDisk, var trouble) ->
                    state instanceof Trusted trusted && isThere(trusted)
                            ? onHealth(state, trusted.health().told(freeDisk, trouble))
                            : List.of();
            case NoteMeasured(var latencies) ->
                    state instanceof Trusted trusted
                            ? List.of(new SourcesMeasured(trusted.agent(), latencies))
                            : List.of();
            case NoteBegun(var packages) ->
                    state instanceof Trusted trusted
                            ? List.of(new PackagesBegun(trusted.agent(), packages))
                            : List.of();
            case NoteTidied(var removals) ->
                    state instanceof Trusted trusted ? news(trusted, removals) : List.of();
            case NoteLost(var why) ->
                    state instanceof Trusted trusted && isThere(trusted)
                            ? onHealth(state, trusted.health().outOfReach(why))
                            : List.of();
            case NoteUnreached(var why) -> onUnreached(state, why);
            case NoteNotRegistered(var agent, var why, var cut) -> {
                if (!(state instanceof Trusted trusted)) {
                    yield List.of(changed(agent, Health.neverConnected().outOfReach(why)));
                }
                yield cut && isThere(trusted)
                        ? List.of(changed(agent, trusted.health().outOfReach(why)))
                        : onUnreached(state, why);
            }
        };
    }

    /** What was not told before. */
    private static List<AgentReport> news(Trusted trusted, List<Removal> removals) {
        var events = new ArrayList<AgentReport>();
        long told = trusted.tidied();
        for (Removal removal : removals) {
            if (removal.number() > told) {
                told = removal.number();
                events.add(new MachineTidied(trusted.agent(), Removals.bounded(removal)));
            }
        }
        return events;
    }

    /** Of one that is there nobody can say so; of one that is not, another reason is news. */
    private static List<AgentReport> onUnreached(AgentState state, String why) {
        if (!(state instanceof Trusted trusted) || isThere(trusted)) {
            return List.of();
        }
        Health unreached = trusted.health().outOfReach(why);
        return unreached.equals(trusted.health())
                ? List.of()
                : List.of(changed(trusted.agent(), unreached));
    }

    /** The session of an earlier machine is cut, so its health ends with it. */
    private static List<AgentReport> onEnrol(AgentState state, Enrol enrol) {
        var events = new ArrayList<AgentReport>();
        if (state instanceof Trusted trusted && isThere(trusted)) {
            events.add(
                    changed(
                            trusted.agent(),
                            trusted.health().outOfReach("Its machine was enrolled anew.")));
        }
        events.add(new AgentEnrolled(enrol.agent(), enrol.thumbprint(), enrol.document()));
        return events;
    }

    private static List<AgentReport> onRenew(AgentState state, String thumbprint) {
        return state instanceof Trusted trusted && !trusted.thumbprint().equals(thumbprint)
                ? List.of(
                        new AgentCertificateRenewed(
                                trusted.agent(), thumbprint, trusted.thumbprint()))
                : List.of();
    }

    private static List<AgentReport> onRevoke(AgentState state, String reason) {
        if (!(state instanceof Trusted trusted)) {
            return List.of();
        }
        var events = new ArrayList<AgentReport>();
        if (isThere(trusted)) {
            events.add(changed(trusted.agent(), trusted.health().outOfReach(reason)));
        }
        events.add(new AgentRevoked(trusted.agent(), reason));
        return events;
    }

    private static List<AgentReport> onHealth(AgentState state, Health next) {
        return state instanceof Trusted trusted && next.isNewsAfter(trusted.health())
                ? List.of(changed(trusted.agent(), next))
                : List.of();
    }

    private static boolean isThere(Trusted trusted) {
        return switch (trusted.health().state()) {
            case HEALTHY, UNHEALTHY -> true;
            case UNAVAILABLE, UNKNOWN -> false;
        };
    }

    private static AgentHealthChanged changed(AgentId agent, Health health) {
        return new AgentHealthChanged(
                agent,
                health.state(),
                health.reason(),
                health.version(),
                health.freeDiskBytes(),
                health.capabilities());
    }

    @Override
    public AgentState evolve(AgentState state, AgentReport event) {
        return switch (event) {
            case AgentEnrolled(var agent, var thumbprint, var document) ->
                    new Trusted(
                            agent,
                            thumbprint,
                            document,
                            healthAfterEnrolment(state),
                            toldBy(state, thumbprint));
            case AgentCertificateRenewed(var agent, var thumbprint, _) -> {
                if (!(state instanceof Trusted trusted)) {
                    throw new IllegalStateException(
                            "a certificate of %s, which is not trusted".formatted(agent));
                }
                yield new Trusted(
                        agent, thumbprint, trusted.document(), trusted.health(), trusted.tidied());
            }
            case AgentHealthChanged changed -> {
                if (!(state instanceof Trusted trusted)) {
                    // Why it was not registered: it is not trusted for that.
                    yield state;
                }
                yield new Trusted(
                        trusted.agent(),
                        trusted.thumbprint(),
                        trusted.document(),
                        new Health(
                                changed.state(),
                                changed.reason(),
                                changed.version(),
                                changed.freeDiskBytes(),
                                changed.capabilities()),
                        trusted.tidied());
            }
            case MachineTidied(var agent, var removal) -> {
                if (!(state instanceof Trusted trusted)) {
                    throw new IllegalStateException(
                            "a removal of %s, which is not trusted".formatted(agent));
                }
                yield new Trusted(
                        trusted.agent(),
                        trusted.thumbprint(),
                        trusted.document(),
                        trusted.health(),
                        Math.max(trusted.tidied(), removal.number()));
            }
            case AgentRevoked(var agent, var reason) ->
                    state instanceof Trusted trusted
                            ? new Revoked(agent, reason, trusted.thumbprint(), trusted.tidied())
                            : new Revoked(agent, reason, "", 0);
            // Who plans routes, and foresees what will move, keeps them.
            case SourcesMeasured _, PackagesBegun _ -> state;
            case CommandStarted _, CommandEnded _, CommandSettled _, EntryRefused _ ->
                    throw new IllegalStateException(
                            "an agent's stream holds " + event.getClass().getSimpleName());
        };
    }

    /**
     * The highest number of a removal that the home with this certificate has told. It tells that
     * one again if it has not heard that it was taken; another home counts for itself.
     */
    private static long toldBy(AgentState state, String thumbprint) {
        return switch (state) {
            case Trusted trusted when trusted.thumbprint().equals(thumbprint) -> trusted.tidied();
            case Revoked revoked when revoked.thumbprint().equals(thumbprint) -> revoked.tidied();
            case Trusted _, Revoked _, Stranger _ -> 0;
        };
    }

    private static Health healthAfterEnrolment(AgentState state) {
        return state instanceof Trusted trusted
                        && trusted.health().state() == AgentHealth.UNAVAILABLE
                ? trusted.health()
                : Health.neverConnected();
    }
}
