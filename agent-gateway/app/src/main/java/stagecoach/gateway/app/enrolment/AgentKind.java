package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.util.List;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.Decider;
import stagecoach.decider.Recorded;
import stagecoach.decider.StreamId;
import stagecoach.gateway.presence.AgentAction;
import stagecoach.gateway.presence.AgentDecider;
import stagecoach.gateway.presence.AgentState;
import stagecoach.gateway.presence.AgentState.Revoked;
import stagecoach.gateway.presence.AgentState.Stranger;
import stagecoach.gateway.presence.AgentState.Trusted;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;

/** The streams {@code agent-<agent>}, and the table {@code agent} that is kept with them. */
@Singleton
public class AgentKind implements AggregateKind<AgentState, AgentAction, AgentReport> {
    private static final String NAME = "agent";

    private final AgentDecider decider = new AgentDecider();
    private final Agents agents;

    AgentKind(Agents agents) {
        this.agents = agents;
    }

    /** The stream of {@code agent}. */
    public static StreamId streamOf(AgentId agent) {
        return StreamId.of(NAME, agent);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decider<AgentState, AgentAction, AgentReport> decider() {
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
    public EventAttributes attributesOf(StreamId stream, AgentState state) {
        return EventAttributes.none();
    }

    @Override
    public void inSameTransaction(
            Tx tx,
            StreamId stream,
            AgentState before,
            AgentState after,
            List<Recorded<AgentReport>> events) {
        if (events.stream().allMatch(each -> changesNothingHere(each.event()))) {
            return;
        }
        var at = events.getLast().at();
        switch (after) {
            case Trusted trusted -> {
                boolean enrolled =
                        events.stream()
                                .anyMatch(
                                        each -> each.event() instanceof AgentReport.AgentEnrolled);
                if (enrolled) {
                    agents.keepTrusted(tx, trusted, at);
                } else {
                    if (events.stream().anyMatch(each -> isRenewal(each.event()))) {
                        agents.keepRenewed(tx, trusted);
                    }
                    agents.keepHealth(tx, trusted, at);
                }
            }
            case Revoked revoked -> {
                if (events.stream().anyMatch(each -> each.event() instanceof AgentRevoked)) {
                    agents.keepRevoked(tx, revoked.agent(), at);
                }
            }
            case Stranger _ -> {}
        }
    }

    private static boolean isRenewal(AgentReport event) {
        return event instanceof AgentReport.AgentCertificateRenewed;
    }

    private static boolean changesNothingHere(AgentReport event) {
        return event instanceof SourcesMeasured
                || event instanceof PackagesBegun
                || event instanceof MachineTidied;
    }
}
