package stagecoach.gateway.app.refusal;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.gateway.door.DoorDecider;
import stagecoach.gateway.door.DoorState;
import stagecoach.gateway.door.TellRefusal;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;

/** The streams {@code door-<day>}. */
@Singleton
public class DoorKind implements AggregateKind<DoorState, TellRefusal, AgentReport> {
    private static final String NAME = "door";

    private final DoorDecider decider = new DoorDecider();

    /** The stream of the day (UTC) that {@code at} is in. */
    public static StreamId streamAt(Instant at) {
        return StreamId.of(NAME, LocalDate.ofInstant(at, ZoneOffset.UTC));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decider<DoorState, TellRefusal, AgentReport> decider() {
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
    public EventAttributes attributesOf(StreamId stream, DoorState state) {
        return EventAttributes.none();
    }

    @Override
    public boolean keepsTables() {
        return false;
    }
}
