package stagecoach.orchestrator.app.catalog.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.orchestrator.app.request.JsonBody;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.ProcessRules;
import stagecoach.vocabulary.process.RunOn;
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
                steps.add(step.flatMap(StepReader::read));
            }
        }
        body.refuseUnknown();
        for (ProcessRules.Mistake mistake : ProcessRules.mistakes(steps)) {
            body.mistakes().add(mistake.pointer(), mistake.sentence());
        }
        for (int i = 0; i < steps.size(); i++) {
            String pointer = "steps/" + i + "/";
            steps.get(i).ifPresent(step -> checkReferences(body, pointer, step));
        }
        body.mistakes().refuseIfAny();
        return new DeploymentProcess(steps.stream().flatMap(Optional::stream).toList());
    }

    private void checkReferences(JsonBody body, String place, Step step) {
        KnownNames.check(
                body,
                place + "environments",
                "environment",
                words(step.environments()),
                names.environments());
        KnownNames.check(
                body,
                place + "excludeEnvironments",
                "environment",
                words(step.excludeEnvironments()),
                names.environments());
        Optional<PoolId> pool =
                switch (step.runOn()) {
                    case RunOn.Targets targets -> Optional.empty();
                    case RunOn.Worker worker -> Optional.of(worker.workerPool());
                    case RunOn.OnBehalfOf behalf -> Optional.of(behalf.workerPool());
                };
        pool.ifPresent(
                id ->
                        KnownNames.checkOne(
                                body,
                                place + "runOn/workerPool",
                                "worker pool",
                                id.value(),
                                names.workerPools()));
        if (step.action() instanceof Action.DeployPackage deploy) {
            KnownNames.checkOne(
                    body,
                    place + "package/feed",
                    "feed",
                    deploy.source().feed().value(),
                    names.feeds());
        }
    }

    private static List<String> words(List<EnvironmentId> ids) {
        return ids.stream().map(EnvironmentId::value).toList();
    }
}
