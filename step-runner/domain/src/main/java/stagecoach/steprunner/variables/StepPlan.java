package stagecoach.steprunner.variables;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.steprunner.order.Answer;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess.Leaf;
import stagecoach.vocabulary.process.OnlyIf;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.OutputReference;
import stagecoach.vocabulary.template.ResolvedVariables;
import stagecoach.vocabulary.template.ResolvedVariables.Value;
import stagecoach.vocabulary.template.ScopeContext;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.VariableSet;

/**
 * A deployment's plan, prepared once for all its places: it makes the payload of each command. What
 * it makes holds secrets and goes nowhere but into encrypted rows.
 */
public final class StepPlan {
    /** The longest text that a person is told, in characters. */
    private static final int INSTRUCTIONS_MAX = 20_000;

    private final Map<StepName, Leaf> leaves = new LinkedHashMap<>();
    private final Map<StepName, TextsOfAStep> textsOfSteps = new HashMap<>();
    private final VariableSet variables;
    private final Map<String, String> prompted;
    private final Optional<Plan.Labels> labels;
    private final Set<StepName> askedByTarget;

    /** Prepares {@code plan}. */
    public StepPlan(Plan plan) {
        for (Leaf leaf : plan.process().leaves()) {
            leaves.put(leaf.step().name(), leaf);
            textsOfSteps.put(leaf.step().name(), TextsOfAStep.of(leaf.step()));
        }
        variables = VariableSet.of(plan.variables());
        prompted = plan.prompted();
        labels = plan.labels();
        askedByTarget = StatesAskedFor.in(plan);
    }

    /**
     * The variables of a step at a place: those of the plan by their scopes, what was given for
     * this deployment before them, and the facts (built-in names and outputs) before all.
     *
     * @throws VariableProblem.Ambiguous if two values are equally specific there
     */
    public ResolvedVariables variablesAt(
            StepRunStarted sheet, PlannedStep step, Place place, SoFar soFar) {
        var facts = new LinkedHashMap<String, String>();
        var secretFacts = new LinkedHashMap<String, String>();
        OutputVariables.at(place.target(), soFar.outputs())
                .forEach(
                        (name, output) ->
                                (output.sensitive() ? secretFacts : facts)
                                        .put(name, output.value()));
        facts.putAll(builtIns(sheet, step, place));
        facts.putAll(DeploymentVariables.of(sheet, labels, soFar));
        facts.putAll(
                DeploymentVariables.states(
                        sheet, place.target(), leaves.keySet(), askedByTarget, soFar));
        facts.putAll(PackageFacts.of(action(step), step));
        return variables
                .resolve(
                        new ScopeContext(
                                sheet.environment(),
                                place.target(),
                                Set.copyOf(place.tags()),
                                Optional.of(step.name()),
                                place.region()))
                .overriddenBy(prompted)
                .withSecretFacts(secretFacts)
                .withFacts(facts);
    }

    /**
     * What the command of a step at a place carries; the same arguments give an equal payload.
     *
     * @throws VariableProblem if its variables lead to no value, which {@link #unready} tells
     *     beforehand
     */
    public CommandPayload payload(
            StepRunStarted sheet, PlannedStep step, Place place, SoFar soFar) {
        var known = variablesAt(sheet, step, place, soFar);
        return switch (action(step)) {
            case Action.Script script -> {
                var body = known.make(script.body());
                var values = handedOver(known, step, place, soFar);
                yield new CommandPayload.Script(
                        script.syntax(),
                        body.value(),
                        texts(values),
                        masks(values, Stream.of(body)),
                        script.file()
                                .map(
                                        file ->
                                                new CommandPayload.PackagedFile(
                                                        file.source().id(), file.path())));
            }
            case Action.DeployPackage deploy -> {
                var directory = known.make(directory(sheet, step, deploy));
                var copyTo = deploy.install().copyTo();
                var copy = copyTo.map(Action.CopyTo::directory).map(known::make);
                var values = handedOver(known, step, place, soFar);
                yield new CommandPayload.Install(
                        directory.value(),
                        deploy.install().substituteIn(),
                        texts(values),
                        masks(values, Stream.concat(Stream.of(directory), copy.stream())),
                        deploy.install().keepReleases(),
                        deploy.install().structuredVariablesIn(),
                        copyTo.map(
                                to ->
                                        new CommandPayload.CopyTo(
                                                copy.orElseThrow().value(),
                                                to.purge(),
                                                to.except())));
            }
            case Action.HttpCheck check -> {
                var url = known.make(check.url());
                var body = check.bodyMatches().map(known::make);
                yield new CommandPayload.Http(
                        url.value(),
                        check.method(),
                        check.status(),
                        body.map(Value::value),
                        check.within(),
                        check.every(),
                        ResolvedVariables.masks(
                                Stream.concat(Stream.of(url), body.stream()).toList()));
            }
            case Action.HealthCheck _ ->
                    new CommandPayload.Script(Action.Syntax.SH, ":", Map.of(), List.of());
            case Action.ManualIntervention _ -> throw noCommand(step);
            case Action.Group _ -> throw noCommand(step);
        };
    }

    /**
     * The pairs for which no payload can be made, with the sentence that says why: circles of
     * references, values that are equally specific, and a URL or a directory that refers to what
     * does not exist. Outputs and states of steps are taken to exist. A step with an {@code onlyIf}
     * is left to {@link #judge}: where it does not run, nothing needs to be ready.
     */
    public Map<Pair, String> unready(StepRunStarted sheet) {
        var reasons = new LinkedHashMap<Pair, String>();
        for (StepAssignment assignment : sheet.assignments()) {
            if (assignment.skip().isPresent() || assignment.step().conditional()) {
                continue;
            }
            for (Place place : assignment.places()) {
                if (place.unavailable().isEmpty()) {
                    problem(sheet, assignment.step(), place, SoFar.NOTHING)
                            .ifPresent(
                                    problem ->
                                            reasons.put(
                                                    new Pair(
                                                            assignment.step().name(),
                                                            place.target()),
                                                    problem));
                }
            }
        }
        return reasons;
    }

    /**
     * What {@code onlyIf} says of a step at a place: its own, and before it that of its group. What
     * would run and cannot be commanded is unreadable, too.
     */
    public Answer judge(StepRunStarted sheet, PlannedStep step, Place place, SoFar soFar) {
        var leaf = leaf(step);
        try {
            var known = variablesAt(sheet, step, place, soFar);
            var group = leaf.group().flatMap(Step::onlyIf);
            if (group.isPresent()) {
                var answer = answer(known, group.get(), "the onlyIf of its group");
                if (!(answer instanceof Answer.Runs)) {
                    return answer;
                }
            }
            if (leaf.step().onlyIf().isPresent()) {
                var answer = answer(known, leaf.step().onlyIf().get(), "its onlyIf");
                if (!(answer instanceof Answer.Runs)) {
                    return answer;
                }
            }
        } catch (VariableProblem problem) {
            return new Answer.Unreadable("its onlyIf cannot be judged: " + problem.sentence());
        }
        return problem(sheet, step, place, soFar)
                .<Answer>map(Answer.Unreadable::new)
                .orElseGet(Answer.Runs::new);
    }

    /**
     * What a person is told at a manual intervention: its instructions with their variables, and
     * with marks instead of secrets. Instructions that lead to no text are told as they are
     * written: a person can still answer.
     */
    public String instructions(StepRunStarted sheet, PlannedStep step, Place place, SoFar soFar) {
        if (!(action(step) instanceof Action.ManualIntervention manual)) {
            throw new IllegalStateException(step.name() + " asks nobody");
        }
        try {
            var known = variablesAt(sheet, step, place, soFar);
            String text = known.make(manual.instructions()).shown();
            return text.length() <= INSTRUCTIONS_MAX
                    ? text
                    : text.substring(0, INSTRUCTIONS_MAX) + " …";
        } catch (VariableProblem problem) {
            return manual.instructions();
        }
    }

    private static Answer answer(ResolvedVariables known, String expression, String whose) {
        var value = known.makeStrictly(expression);
        return OnlyIf.parse(value.value())
                .<Answer>map(
                        yes ->
                                yes
                                        ? new Answer.Runs()
                                        : new Answer.LeftOut(
                                                "left out, because %s is false".formatted(whose)))
                .orElseGet(
                        () ->
                                new Answer.Unreadable(
                                        "%s must give true or false, and gives %s"
                                                .formatted(
                                                        whose,
                                                        OnlyIf.told(
                                                                value.value(),
                                                                value.sensitive()))));
    }

    private Optional<String> problem(
            StepRunStarted sheet, PlannedStep step, Place place, SoFar soFar) {
        try {
            var known = variablesAt(sheet, step, place, soFar);
            known.all();
            switch (action(step)) {
                case Action.Script script -> known.render(script.body());
                case Action.DeployPackage deploy -> {
                    demandKnown(known, directory(sheet, step, deploy));
                    deploy.install()
                            .copyTo()
                            .ifPresent(copy -> demandKnown(known, copy.directory()));
                }
                case Action.HttpCheck check -> {
                    demandKnown(known, check.url());
                    check.bodyMatches().ifPresent(known::render);
                }
                case Action.HealthCheck _ -> {}
                case Action.ManualIntervention _ -> {}
                case Action.Group _ -> throw noCommand(step);
            }
            return Optional.empty();
        } catch (VariableProblem problem) {
            return Optional.of(problem.sentence());
        }
    }

    private static void demandKnown(ResolvedVariables known, String text) {
        known.withLater(
                        name ->
                                OutputReference.parse(name).isPresent()
                                        || BuiltIns.stepOfState(name).isPresent())
                .makeStrictly(text);
    }

    private static IllegalStateException noCommand(PlannedStep step) {
        return new IllegalStateException(step.name() + " is nothing that a machine does");
    }

    private Action action(PlannedStep step) {
        return leaf(step).step().action();
    }

    private Leaf leaf(PlannedStep step) {
        var leaf = leaves.get(step.name());
        if (leaf == null) {
            throw new IllegalStateException("the plan has no step " + step.name());
        }
        return leaf;
    }

    private static String directory(
            StepRunStarted sheet, PlannedStep step, Action.DeployPackage deploy) {
        return deploy.install()
                .directory()
                .orElseGet(
                        () -> {
                            var pin = pin(step);
                            return "applications/%s/%s/%s"
                                    .formatted(sheet.environment(), pin.id(), pin.version());
                        });
    }

    private static PackagePin pin(PlannedStep step) {
        return step.packageToInstall()
                .orElseThrow(
                        () -> new IllegalStateException(step.name() + " has no pinned package"))
                .pin();
    }

    private Map<String, Value> handedOver(
            ResolvedVariables known, PlannedStep step, Place place, SoFar soFar) {
        var texts = textsOfSteps.get(step.name());
        if (texts == null) {
            throw new IllegalStateException("the plan has no step " + step.name());
        }
        return HandedOver.of(
                known, OutputVariables.secretsOfOthers(place.target(), soFar.outputs()), texts);
    }

    private static Map<String, String> texts(Map<String, Value> values) {
        var texts = new LinkedHashMap<String, String>();
        values.forEach((name, value) -> texts.put(name, value.value()));
        return texts;
    }

    private static List<String> masks(Map<String, Value> values, Stream<Value> texts) {
        return ResolvedVariables.masks(Stream.concat(values.values().stream(), texts).toList());
    }

    private static Map<String, String> builtIns(
            StepRunStarted sheet, PlannedStep step, Place place) {
        var facts = new LinkedHashMap<String, String>();
        facts.put(BuiltIns.DEPLOYMENT_ID, sheet.deployment().value());
        facts.put(BuiltIns.DEPLOYMENT_ATTEMPT, Integer.toString(sheet.attempt()));
        facts.put(BuiltIns.RELEASE_VERSION, sheet.release().value());
        facts.put(BuiltIns.ENVIRONMENT_ID, sheet.environment().value());
        facts.put(BuiltIns.PROJECT_ID, sheet.project().value());
        facts.put(BuiltIns.STEP_NAME, step.name().value());
        place.target().ifPresent(target -> facts.put(BuiltIns.TARGET_ID, target.value()));
        place.targetName().ifPresent(name -> facts.put(BuiltIns.TARGET_NAME, name));
        place.worker().ifPresent(worker -> facts.put(BuiltIns.WORKER_ID, worker.value()));
        place.region().ifPresent(region -> facts.put(BuiltIns.REGION_ID, region.value()));
        step.packageToInstall()
                .ifPresent(
                        pinned -> {
                            facts.put(BuiltIns.PACKAGE_ID, pinned.pin().id().toString());
                            facts.put(BuiltIns.PACKAGE_VERSION, pinned.pin().version().toString());
                        });
        return facts;
    }
}
