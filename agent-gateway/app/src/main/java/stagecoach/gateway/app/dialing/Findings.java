package stagecoach.gateway.app.dialing;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.gateway.app.crowd.MachineWork;
import stagecoach.gateway.app.enrolment.AgentKind;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.gateway.presence.AgentAction.NoteUnreached;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.AgentId;

/** Tells of machines that could not be spoken with: in their health, and strangers as refusals. */
@Singleton
class Findings {
    private static final Logger LOG = Logger.getLogger(Findings.class);

    private final MachineWork work;
    private final CommandHandler commands;
    private final AgentKind kind;
    private final Refusals refusals;
    private final Clock clock;

    Findings(
            MachineWork work,
            CommandHandler commands,
            AgentKind kind,
            Refusals refusals,
            Clock clock) {
        this.work = work;
        this.commands = commands;
        this.kind = kind;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** A machine was dialled and could not be spoken with. */
    void unreached(AgentId agent, String address, Unreached why) {
        LOG.debugf("not reached agent=%s why=%s", agent, why.sentence());
        why.stranger()
                .ifPresent(
                        shown ->
                                refusals.agent(
                                        Refusal.UNKNOWN_CERTIFICATE,
                                        address,
                                        shown,
                                        agent,
                                        why.sentence()));
        try {
            work.run(
                    tx ->
                            commands.handle(
                                    tx,
                                    kind,
                                    AgentKind.streamOf(agent),
                                    List.of(new NoteUnreached(why.sentence())),
                                    Cause.of(clock, Cause.SYSTEM)));
        } catch (TemporaryFailure e) {
            LOG.debugf("told with the next try agent=%s cause=%s", agent, e);
        }
    }
}
