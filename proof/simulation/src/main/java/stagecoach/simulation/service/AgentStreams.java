package stagecoach.simulation.service;

import stagecoach.contracts.agent.AgentReport;
import stagecoach.decider.Decider;
import stagecoach.gateway.presence.AgentAction;
import stagecoach.gateway.presence.AgentDecider;
import stagecoach.gateway.presence.AgentState;
import stagecoach.simulation.engine.Kind;
import stagecoach.simulation.engine.Letter.Channel;

/** Trust in machines, and their health. */
final class AgentStreams implements Kind<AgentState, AgentAction, AgentReport> {
    private final AgentDecider decider = new AgentDecider();

    @Override
    public Decider<AgentState, AgentAction, AgentReport> decider() {
        return decider;
    }

    @Override
    public Class<AgentReport> family() {
        return AgentReport.class;
    }

    @Override
    public Channel channel() {
        return Channel.AGENTS;
    }
}
