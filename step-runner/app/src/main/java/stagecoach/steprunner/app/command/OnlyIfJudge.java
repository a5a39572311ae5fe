package stagecoach.steprunner.app.command;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.steprunner.app.secrets.Plans;
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.run.Judge;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.steprunner.variables.SoFar;

/**
 * Judges {@code onlyIf}, and words instructions, by the plan and by what the deployment's steps
 * have set so far.
 */
@ApplicationScoped
public class OnlyIfJudge {
    private final Plans plans;
    private final Outputs outputs;

    OnlyIfJudge(Plans plans, Outputs outputs) {
        this.plans = plans;
        this.outputs = outputs;
    }

    /** The judge for what is decided in this transaction. */
    public Judge in(Tx tx) {
        return new Judge() {
            @Override
            public Answer judge(Underway run, Pair pair) {
                var step = run.step(pair.step());
                return plans.open(tx, run.sheet().planDigest())
                        .judge(run.sheet(), step.step(), step.placeOf(pair), soFar(tx, run));
            }

            @Override
            public Optional<String> instructions(Underway run, Pair pair) {
                var step = run.step(pair.step());
                return Optional.of(
                        plans.open(tx, run.sheet().planDigest())
                                .instructions(
                                        run.sheet(),
                                        step.step(),
                                        step.placeOf(pair),
                                        soFar(tx, run)));
            }
        };
    }

    private SoFar soFar(Tx tx, Underway run) {
        return run.soFar(outputs.of(tx, run.sheet().deployment(), run.outputs()));
    }
}
