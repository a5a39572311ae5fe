package stagecoach.steprunner.app.run;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunCancelling;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.decider.Decider;
import stagecoach.decider.Recorded;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.steprunner.app.command.Outputs;
import stagecoach.steprunner.app.command.SealedCommands;
import stagecoach.steprunner.app.secrets.Payloads;
import stagecoach.steprunner.run.PlaceOutputs;
import stagecoach.steprunner.run.StepRun;
import stagecoach.steprunner.run.StepRun.NotStarted;
import stagecoach.steprunner.run.StepRun.Over;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.steprunner.run.StepRunCommand;
import stagecoach.steprunner.run.StepRunDecider;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Streams {@code steprun-<deployment>-<run>}, with the commands and tables that follow from them.
 */
@ApplicationScoped
public class StepRunKind implements AggregateKind<StepRun, StepRunCommand, StepRunEvent> {
    private static final String NAME = "steprun";

    private final StepRunDecider decider = new StepRunDecider();
    private final SealedCommands commands;
    private final Payloads payloads;
    private final Outputs outputs;

    StepRunKind(SealedCommands commands, Payloads payloads, Outputs outputs) {
        this.commands = commands;
        this.payloads = payloads;
        this.outputs = outputs;
    }

    /** The stream of a run. */
    public static StreamId streamOf(RunId run) {
        return StreamId.of(NAME, run);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decider<StepRun, StepRunCommand, StepRunEvent> decider() {
        return decider;
    }

    @Override
    public Class<StepRunEvent> eventFamily() {
        return StepRunEvent.class;
    }

    @Override
    public Topic topic() {
        return Channels.STEPS;
    }

    /** All runs of a deployment have one key, so that they are read in their order. */
    @Override
    public String keyOf(StreamId stream, StepRun state) {
        return sheetOf(state).deployment().value();
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, StepRun state) {
        var sheet = sheetOf(state);
        return EventAttributes.of(
                sheet.deployment(), sheet.project(), sheet.environment(), sheet.run());
    }

    @Override
    public List<AgentCommand> commandsOf(
            Tx tx, StreamId stream, StepRun state, StepRunEvent event) {
        if (!(state instanceof Underway run)) {
            return List.of();
        }
        return switch (event) {
            case StepStarted started -> List.of(commands.starting(tx, run, started));
            case StepRunCancelling _ -> commands.cancelling(run);
            case StepRunStarted _ -> List.of();
            case StepTryFailed _ -> List.of();
            case StepFinished _ -> List.of();
            case StepSkipped _ -> List.of();
            case StepRunEnded _ -> List.of();
        };
    }

    @Override
    public void inSameTransaction(
            Tx tx,
            StreamId stream,
            StepRun before,
            StepRun after,
            List<Recorded<StepRunEvent>> events) {
        var deployment = sheetOf(after).deployment();
        var endedTickets = new ArrayList<Ticket>();
        for (Recorded<StepRunEvent> recorded : events) {
            switch (recorded.event()) {
                case StepTryFailed failed -> endedTickets.add(failed.ticket());
                case StepFinished finished -> {
                    finished.ticket().ifPresent(endedTickets::add);
                    outputs.keep(
                            tx,
                            deployment,
                            finished.pair(),
                            new PlaceOutputs(
                                    finished.outputs(),
                                    finished.sensitiveOutputs(),
                                    finished.ticket()));
                }
                case StepRunStarted _ -> {}
                case StepStarted _ -> {}
                case StepSkipped _ -> {}
                case StepRunCancelling _ -> {}
                case StepRunEnded _ -> {}
            }
        }
        payloads.forget(tx, endedTickets);
    }

    private static StepRunStarted sheetOf(StepRun state) {
        return switch (state) {
            case Underway run -> run.sheet();
            case Over over -> over.sheet();
            case NotStarted _ ->
                    throw new IllegalStateException("a run without events has no envelope");
        };
    }
}
