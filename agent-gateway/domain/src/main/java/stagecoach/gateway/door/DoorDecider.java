package stagecoach.gateway.door;

import java.util.List;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.decider.Decider;

/**
 * The streams {@code door-<day>}: who was refused at the gateway's ports, up to a number a day that
 * no honest misconfiguration comes to.
 */
public final class DoorDecider implements Decider<DoorState, TellRefusal, AgentReport> {
    /** More would tell nobody more, and fill the store for whoever wants that. */
    public static final int TOLD_A_DAY_MAX = 2_000;

    /** Of these: strangers must not use up what tells of a stolen certificate. */
    public static final int STRANGERS_A_DAY_MAX = 1_500;

    @Override
    public DoorState initial() {
        return new DoorState(0, 0);
    }

    @Override
    public List<AgentReport> decide(DoorState state, TellRefusal tell) {
        boolean tooMany =
                state.told() >= TOLD_A_DAY_MAX
                        || (isStranger(tell.refused()) && state.strangers() >= STRANGERS_A_DAY_MAX);
        return tooMany ? List.of() : List.of(tell.refused());
    }

    private static boolean isStranger(EntryRefused refused) {
        return refused.agent().isEmpty();
    }

    @Override
    public DoorState evolve(DoorState state, AgentReport event) {
        return switch (event) {
            case EntryRefused refused ->
                    new DoorState(
                            state.told() + 1, state.strangers() + (isStranger(refused) ? 1 : 0));
            case AgentEnrolled _,
                    AgentCertificateRenewed _,
                    AgentHealthChanged _,
                    AgentRevoked _,
                    SourcesMeasured _,
                    PackagesBegun _,
                    MachineTidied _,
                    CommandStarted _,
                    CommandEnded _,
                    CommandSettled _ ->
                    throw new IllegalStateException(
                            "a door's stream holds " + event.getClass().getSimpleName());
        };
    }
}
