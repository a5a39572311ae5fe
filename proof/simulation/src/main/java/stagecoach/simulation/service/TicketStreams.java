package stagecoach.simulation.service;

import java.util.List;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.gateway.command.Report;
import stagecoach.gateway.command.Reported;
import stagecoach.gateway.command.TicketDecider;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.engine.Kind;
import stagecoach.simulation.engine.Letter.Channel;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.tale.Sentences;

/** What the world is told of each command. */
final class TicketStreams implements Kind<Reported, Report, AgentReport> {
    private final Play play;
    private final TicketDecider right = new TicketDecider();

    TicketStreams(Play play) {
        this.play = play;
    }

    /** With the defect, what was abandoned is told as cancelled. */
    private final class Dishonest implements Decider<Reported, Report, AgentReport> {
        @Override
        public Reported initial() {
            return right.initial();
        }

        @Override
        public List<AgentReport> decide(Reported state, Report report) {
            return right.decide(state, report).stream().map(this::polished).toList();
        }

        private AgentReport polished(AgentReport said) {
            return said instanceof CommandEnded(var ticket, var agent, var context, var result)
                            && result.outcome() == CommandOutcome.ABANDONED
                    ? new CommandEnded(
                            ticket,
                            agent,
                            context,
                            new CommandResult(
                                    CommandOutcome.CANCELLED,
                                    result.exitCode(),
                                    result.outputs(),
                                    result.reason(),
                                    false,
                                    result.acquisition()))
                    : said;
        }

        @Override
        public Reported evolve(Reported state, AgentReport event) {
            return right.evolve(state, event);
        }
    }

    @Override
    public Decider<Reported, Report, AgentReport> decider() {
        return play.has(Defect.ABANDONED_IS_CALLED_CANCELLED) ? new Dishonest() : right;
    }

    @Override
    public Class<AgentReport> family() {
        return AgentReport.class;
    }

    @Override
    public Channel channel() {
        return Channel.AGENTS;
    }

    /** Lets the laws and the tale know. */
    void tell(AgentReport said) {
        if (said instanceof CommandEnded ended) {
            play.laws().told(ended.ticket(), ended.result());
            play.tale()
                    .tell(
                            "gateway",
                            "%s: work at %s%s ended: %s"
                                    .formatted(
                                            ended.context().deployment(),
                                            ended.agent(),
                                            ended.context()
                                                    .step()
                                                    .map(step -> " for " + step)
                                                    .orElse(" to acquire"),
                                            Sentences.of(ended.result())));
        } else if (said instanceof CommandSettled settled) {
            play.laws().told(settled.ticket(), settled.result());
        }
    }

    @Override
    public void appended(
            StreamId stream, Reported before, Reported after, List<AgentReport> events) {}
}
