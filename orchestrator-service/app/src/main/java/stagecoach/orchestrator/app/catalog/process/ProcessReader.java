package stagecoach.orchestrator.app.catalog.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.ProcessRules;
import stagecoach.vocabulary.process.Step;

/**
 * Reads {@code {"steps":[…]}}: the form of each step, the rules between them, and whether what they
 * refer to exists. Whether a feed has a package is asked when a release is made.
 */
public final class ProcessReader {
    private final KnownNames names;

    /** A reader for processes that may refer to these names. */
    public ProcessReader(KnownNames names) {
        this.names = names;
    }

    /**
     * The process in {@code body}.
     *
     * @throws stagecoach.runtime.access.InvalidInput with everything that is wrong with it
     */
    public DeploymentProcess read(JsonBody body) {
        List<Optional<Step>> steps = new ArrayList<>();
        if (!body.missing("steps")) {
            for (Optional<JsonBody> step : body.objects("steps").orElse(List.of())) {
                steps.add(step.flatMap(json -> StepReader.read(json, names)));
            }
        }
        body.refuseUnknown();
        for (ProcessRules.Mistake mistake : ProcessRules.mistakes(steps)) {
            body.mistakes().add(mistake.pointer(), mistake.sentence());
        }
        body.mistakes().refuseIfAny();
        return new DeploymentProcess(steps.stream().flatMap(Optional::stream).toList());
    }
}
