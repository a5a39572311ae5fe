package stagecoach.gateway.app.mailbox;

import jakarta.inject.Singleton;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.gateway.command.Report;
import stagecoach.gateway.command.Reported;
import stagecoach.gateway.command.TicketDecider;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.vocabulary.identity.Ticket;

/** The streams {@code ticket-<ticket>}: what the world is told of a command. */
@Singleton
public class TicketKind implements AggregateKind<Reported, Report, AgentReport> {
    private static final String NAME = "ticket";

    private final TicketDecider decider = new TicketDecider();

    /** The stream of {@code ticket}. */
    static StreamId streamOf(Ticket ticket) {
        return StreamId.of(NAME, ticket);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decider<Reported, Report, AgentReport> decider() {
        return decider;
    }

    @Override
    public Class<AgentReport> eventFamily() {
        return AgentReport.class;
    }

    @Override
    public Topic topic() {
        return Channels.AGENTS;
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, Reported state) {
        CommandContext context = TicketDecider.contextOf(state);
        return EventAttributes.of(
                context.deployment(), context.project(), context.environment(), context.run());
    }

    @Override
    public boolean keepsTables() {
        return false;
    }
}
