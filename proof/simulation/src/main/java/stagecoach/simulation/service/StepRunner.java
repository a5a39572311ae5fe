package stagecoach.simulation.service;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.CleanupSkipped;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.decider.Decider;
import stagecoach.decider.StreamId;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.defect.Planted;
import stagecoach.simulation.engine.Kind;
import stagecoach.simulation.engine.Letter;
import stagecoach.simulation.engine.Letter.Channel;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.engine.Service;
import stagecoach.simulation.law.Broken;
import stagecoach.simulation.law.Invariant;
import stagecoach.simulation.tale.Sentences;
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.run.Judge;
import stagecoach.steprunner.run.StepCommands;
import stagecoach.steprunner.run.StepRun;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.steprunner.run.StepRunCommand;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.steprunner.run.StepRunDecider;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.identity.Ticket;

/** The step-runner: runs of steps, and the payloads of their commands. */
final class StepRunner extends Service {
    private static final StepCommands COMMANDS =
            new StepCommands(Shop.START_WITHIN, Shop.REACH_WITHIN, StopBounds.USUAL);

    private final Steps kind;
    private final Judge judge;
    private final Map<DeploymentId, Run> newest = new HashMap<>();
    private final Map<Ticket, DeploymentId> payloads = new HashMap<>();
    private final Set<StreamId> begun = new HashSet<>();

    StepRunner(Play play) {
        super("step-runner", play);
        kind = new Steps();
        judge =
                (_, pair) ->
                        play.has(Defect.LEFT_OUT_PLACES_RUN)
                                ? new Answer.Runs()
                                : Shop.answer(play.scenario(), pair);
        play.post().listen(Channel.DEPLOYMENTS, this, this::onDeployment);
        play.post().listen(Channel.AGENTS, this, this::onAgent);
    }

    /** Whether the payload of a command is still kept. */
    boolean hasPayload(Ticket ticket) {
        return payloads.containsKey(ticket);
    }

    private void onDeployment(Letter letter) {
        once(
                "deployments",
                letter,
                () -> {
                    var deployment = new DeploymentId(letter.stream().name());
                    switch (letter.content()) {
                        case PhaseStarted phase
                                when phase.work() instanceof PhaseWork.Steps steps -> {
                            newest.put(deployment, phase.run());
                            tell(
                                    new RunId(deployment, phase.run()),
                                    new StartRun(StartRun.sheetOf(phase, steps), Map.of(), judge));
                        }
                        case CancelRequested _ -> cancel(deployment);
                        case CleanupSkipped _ -> cancel(deployment);
                        case DeploymentEnded _ -> {
                            cancel(deployment);
                            payloads.values().removeIf(deployment::equals);
                            newest.remove(deployment);
                        }
                        default -> {}
                    }
                });
    }

    private void cancel(DeploymentId deployment) {
        @Nullable Run run = newest.get(deployment);
        if (run == null) {
            return;
        }
        if (!play.has(Defect.CANCELS_ARE_NOT_HEARD)) {
            tell(new RunId(deployment, run), new Cancel());
        }
        play.laws().heardOfCancel(deployment, run);
    }

    private void onAgent(Letter letter) {
        once(
                "agents",
                letter,
                () -> {
                    if (letter.content() instanceof CommandEnded ended
                            && ended.context().step().isPresent()) {
                        report(ended.context(), ended.ticket(), ended.result());
                    } else if (letter.content() instanceof CommandStarted started
                            && started.context().step().isPresent()
                            && play.has(Defect.BEGINNINGS_ARE_TAKEN_FOR_ENDS)) {
                        report(
                                started.context(),
                                started.ticket(),
                                new CommandResult(
                                        CommandOutcome.EXITED,
                                        Optional.of(0),
                                        Map.of(),
                                        Optional.empty(),
                                        false,
                                        Optional.empty()));
                    }
                });
    }

    private void report(CommandContext context, Ticket ticket, CommandResult result) {
        tell(context.runId(), new CommandReported(ticket, result, play.time().clock(), judge));
    }

    private void tell(RunId run, StepRunCommand command) {
        handle(kind, StreamId.of("steprun", run), command);
    }

    /** Every run has ended. */
    void allOver() {
        for (var stream : begun) {
            if (!(load(kind, stream) instanceof StepRun.Over)) {
                throw new Broken(
                        Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK,
                        "%s never ends".formatted(stream));
            }
        }
    }

    /** The streams of runs. */
    private final class Steps implements Kind<StepRun, StepRunCommand, StepRunEvent> {
        private final Decider<StepRun, StepRunCommand, StepRunEvent> decider =
                Planted.stepRuns(play.defect());

        @Override
        public Decider<StepRun, StepRunCommand, StepRunEvent> decider() {
            return decider;
        }

        @Override
        public Class<StepRunEvent> family() {
            return StepRunEvent.class;
        }

        @Override
        public Channel channel() {
            return Channel.STEPS;
        }

        @Override
        public String keyOf(StreamId stream) {
            return RunId.parse(stream.name()).deployment().value();
        }

        @Override
        public StepRunCommand atTimer(StreamId stream, String name, Instant dueAt) {
            return StepRunDecider.atTimer(name);
        }

        @Override
        public List<AgentCommand> commandsOf(StepRun state, StepRunEvent event) {
            if (!(state instanceof Underway run)) {
                return List.of();
            }
            if (event instanceof StepRunEvent.StepStarted started) {
                payloads.put(started.ticket(), run.sheet().deployment());
                return List.of(
                        COMMANDS.starting(
                                run,
                                started,
                                Digest.of(started.ticket().toString()),
                                play.time().clock()));
            }
            return event instanceof StepRunEvent.StepRunCancelling
                    ? COMMANDS.cancelling(run)
                    : List.of();
        }

        @Override
        public void appended(
                StreamId stream, StepRun before, StepRun after, List<StepRunEvent> events) {
            begun.add(stream);
            var run = RunId.parse(stream.name());
            for (var event : events) {
                play.tale()
                        .tell(
                                name(),
                                "%s run %s: %s"
                                        .formatted(
                                                run.deployment(), run.run(), Sentences.of(event)));
                if (event instanceof StepRunEvent.StepTryFailed failed) {
                    payloads.remove(failed.ticket());
                } else if (event instanceof StepRunEvent.StepFinished finished) {
                    finished.ticket().ifPresent(payloads::remove);
                }
            }
            play.laws().happened(run.deployment(), run.run(), events);
        }
    }
}
