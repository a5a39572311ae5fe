package stagecoach.steprunner.run;

import java.time.Instant;
import java.util.Map;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.vocabulary.identity.Ticket;

/** What a run of steps can be asked. */
public sealed interface StepRunCommand {
    /**
     * Begin. A run that has begun takes no notice.
     *
     * @param unready pairs for which no command can be made, such as those whose variables go round
     *     in a circle, with the reason; they fail before anything is touched
     * @param judge what {@code onlyIf} says, for the steps that begin at once
     */
    record StartRun(StepRunStarted sheet, Map<Pair, String> unready, Judge judge)
            implements StepRunCommand {
        /** Copies the map. */
        public StartRun {
            unready = Map.copyOf(unready);
        }

        /** The start of a run without conditional steps. */
        public StartRun(StepRunStarted sheet, Map<Pair, String> unready) {
            this(sheet, unready, Judge.NOBODY);
        }

        /** The sheet of a phase that consists of steps. */
        public static StepRunStarted sheetOf(PhaseStarted phase, PhaseWork.Steps steps) {
            return new StepRunStarted(
                    phase.deployment(),
                    phase.project(),
                    phase.release(),
                    phase.environment(),
                    phase.planDigest(),
                    phase.phase(),
                    phase.run(),
                    phase.attempt(),
                    phase.purpose(),
                    phase.guided(),
                    steps.assignments(),
                    phase.facts());
        }
    }

    /**
     * The work under a ticket has ended. Of a ticket that is not open nothing is heard.
     *
     * @param at when it was reported; a wait before the next try counts from here
     * @param judge what {@code onlyIf} says, for the steps that begin now
     */
    record CommandReported(Ticket ticket, CommandResult result, Instant at, Judge judge)
            implements StepRunCommand {
        /** A report to a run without conditional steps. */
        public CommandReported(Ticket ticket, CommandResult result, Instant at) {
            this(ticket, result, at, Judge.NOBODY);
        }
    }

    /** The wait after a failed try is over. */
    record BackoffOver(Ticket failed) implements StepRunCommand {}

    /** Start nothing new, and end what is at work. */
    record Cancel() implements StepRunCommand {}
}
