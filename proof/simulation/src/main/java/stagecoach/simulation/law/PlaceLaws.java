package stagecoach.simulation.law;

import java.util.HashSet;
import java.util.Set;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.UnavailableTargets;

/** What is judged of places where nothing shall happen: left out, or taken out. */
final class PlaceLaws {
    private final Conditions conditions;

    PlaceLaws(Conditions conditions) {
        this.conditions = conditions;
    }

    /** A run of steps sends a command. */
    void started(Life life, Run run, StepStarted started) {
        Pair pair = started.pair();
        if (conditions.leavesOut(pair)) {
            throw new Broken(
                    Invariant.STEPS_KEEP_THEIR_ORDER,
                    "%s starts, and its onlyIf is false there".formatted(pair));
        }
        if (pair.target().filter(life.takenOutBy(run)::contains).isPresent()) {
            throw takenOut(
                    "%s starts, and a health check of run %s has taken its target out"
                            .formatted(pair, run));
        }
    }

    /**
     * A step has ended.
     *
     * @param unreached whether its command came back because the machine was out of reach
     */
    static void finished(Life life, Run run, StepFinished finished, boolean unreached) {
        PlannedStep step = life.step(finished.pair().step());
        if (unreached
                && finished.state() == StepState.SKIPPED
                && step.kind() == PlannedStep.Kind.HEALTH_CHECK
                && step.unavailableTargets() == UnavailableTargets.EXCLUDE) {
            finished.pair().target().ifPresent(life.takenOutBy(run)::add);
        }
    }

    /** A run of steps has ended. */
    static void ended(Life life, Run run, StepRunEnded end) {
        if (!end.excluded().containsAll(life.takenOutBy(run))) {
            throw takenOut(
                    "run %s ends without a word that it has taken out %s"
                            .formatted(run, life.takenOutBy(run)));
        }
    }

    /** A phase begins: it is none for whoever was taken out before. */
    static void begins(Life life, PhaseStarted begun) {
        life.takenOut.forEach(
                (run, targets) -> {
                    boolean heard = life.ends.containsKey(run) && !life.givenUp.contains(run);
                    if (heard && !life.excluded.containsAll(targets)) {
                        throw takenOut(
                                "run %s begins, and nobody has heard that run %s has taken out %s"
                                        .formatted(begun.run(), run, targets));
                    }
                });
        Set<TargetId> named = new HashSet<>();
        switch (begun.work()) {
            case PhaseWork.Acquire(var needs, var _) ->
                    needs.forEach(
                            need ->
                                    need.targets()
                                            .forEach(
                                                    one ->
                                                            one.target()
                                                                    .target()
                                                                    .ifPresent(named::add)));
            case PhaseWork.Steps(var assignments) ->
                    assignments.forEach(
                            one ->
                                    one.places()
                                            .forEach(
                                                    place -> place.target().ifPresent(named::add)));
        }
        named.retainAll(life.excluded);
        if (!named.isEmpty()) {
            throw takenOut("run %s is for %s, too".formatted(begun.run(), named));
        }
    }

    private static Broken takenOut(String how) {
        return new Broken(Invariant.WHO_IS_TAKEN_OUT_RUNS_NOTHING_MORE, how);
    }
}
