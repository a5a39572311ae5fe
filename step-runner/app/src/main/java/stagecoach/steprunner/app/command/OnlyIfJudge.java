package stagecoach.steprunner.app.command;

import jakarta.enterprise.context.ApplicationScoped;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.steprunner.app.secrets.Plans;
import stagecoach.steprunner.run.Judge;

/** Judges {@code onlyIf} by the plan and by what the deployment's steps have set so far. */
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
        return (run, pair) -> {
            var sheet = run.sheet();
            var step = run.step(pair.step());
            return plans.open(tx, sheet.planDigest())
                    .judge(
                            sheet,
                            step.step(),
                            step.placeOf(pair),
                            run.soFar(outputs.of(tx, sheet.deployment(), run.outputs())));
        };
    }
}
