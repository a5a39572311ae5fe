package stagecoach.orchestrator.app.deployment.intake;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.runtime.request.Mistakes;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.DeploymentProcess.Leaf;
import stagecoach.vocabulary.process.OnlyIf;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.StepTexts;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.ResolvedVariables;
import stagecoach.vocabulary.template.ScopeContext;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.Variable;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.VariableSet;

/**
 * Finds, before anything runs, what the steps of a deployment will not find: names that nobody has
 * defined where they are needed, circles, and values that are equally specific. What an earlier
 * step will set is taken to be there.
 */
final class VariableCheck {
    /** More targets than these are counted, not named. */
    private static final int NAMED_MAX = 5;

    private final DeploymentDraft draft;
    private final DeploymentProcess process;
    private final VariableSet variables;
    private final Set<String> defined = new HashSet<>();
    private final Map<StepName, Prepared> prepared = new HashMap<>();
    private final Map<String, List<TargetId>> wrong = new LinkedHashMap<>();
    private final Map<StepName, Set<String>> doubtful = new LinkedHashMap<>();
    private final Set<TargetId> targetsInScopes = new HashSet<>();
    private final Set<ScopeContext> valuesSeen = new HashSet<>();

    private VariableCheck(DeploymentDraft draft) {
        this.draft = draft;
        this.process = draft.release().process();
        this.variables = VariableSet.of(draft.release().variables());
        for (Variable variable : draft.release().variables()) {
            defined.add(variable.name());
            targetsInScopes.addAll(variable.scope().targets());
        }
        for (Leaf leaf : process.leaves()) {
            prepared.put(leaf.step().name(), Prepared.of(leaf));
        }
    }

    /** A step's texts, parsed once for all its places. */
    private record Prepared(
            Step step,
            Optional<Template> groupOnlyIf,
            Optional<Template> onlyIf,
            List<Text> texts) {
        private record Text(String field, Template template) {}

        static Prepared of(Leaf leaf) {
            return new Prepared(
                    leaf.step(),
                    leaf.group().flatMap(Step::onlyIf).map(Template::parse),
                    leaf.step().onlyIf().map(Template::parse),
                    StepTexts.of(leaf.step()).stream()
                            .map(text -> new Text(text.field(), Template.parse(text.template())))
                            .toList());
        }
    }

    /**
     * Adds what is wrong to {@code mistakes}, and tells what may be.
     *
     * @return sentences by step about names that conditions ask for and nobody defines, and about
     *     values that hold references that nobody knows
     */
    static Map<StepName, Set<String>> check(DeploymentDraft draft, Mistakes mistakes) {
        var check = new VariableCheck(draft);
        var selection = draft.places();
        for (PlannedStep step : draft.steps()) {
            for (Place place : selection.assign(step).places()) {
                check.at(step, place);
            }
        }
        check.wrong.forEach(
                (sentence, targets) -> mistakes.add("/release", sentence + where(targets)));
        return check.doubtful;
    }

    private static String where(List<TargetId> targets) {
        if (targets.isEmpty()) {
            return "";
        }
        String named =
                targets.stream()
                        .limit(NAMED_MAX)
                        .map(TargetId::value)
                        .collect(Collectors.joining(", "));
        return targets.size() > NAMED_MAX
                ? " Seen on %s and %d more.".formatted(named, targets.size() - NAMED_MAX)
                : " Seen on %s.".formatted(named);
    }

    private void at(PlannedStep step, Place place) {
        var texts = prepared.get(step.name());
        if (texts == null) {
            throw new IllegalStateException("the release has no step " + step.name());
        }
        ResolvedVariables known;
        try {
            known = known(step, texts.step(), place);
        } catch (VariableProblem.Ambiguous ambiguous) {
            wrong(
                    "%s They meet at step \"%s\".".formatted(ambiguous.sentence(), step.name()),
                    place);
            return;
        }
        if (!mayRun(step, place, known, texts.groupOnlyIf(), "the onlyIf of its group")
                || !mayRun(step, place, known, texts.onlyIf(), "onlyIf")) {
            return;
        }
        for (Prepared.Text text : texts.texts()) {
            foresee(step, place, known, text.template(), text.field());
        }
        values(step, place, known, texts.step().action());
    }

    /** Whether a step may run as far as this expression tells; false too if it is wrong. */
    private boolean mayRun(
            PlannedStep step,
            Place place,
            ResolvedVariables known,
            Optional<Template> expression,
            String whose) {
        if (expression.isEmpty()) {
            return true;
        }
        var foreseen = foresee(step, place, known, expression.get(), whose);
        if (foreseen.isEmpty() || !foreseen.get().unknown().isEmpty()) {
            return false;
        }
        Optional<String> text = foreseen.get().text();
        if (text.isEmpty()) {
            return true;
        }
        var answer = OnlyIf.parse(text.get());
        if (answer.isEmpty()) {
            wrong(
                    "Step \"%s\", %s: it must give true or false, and gives %s."
                            .formatted(
                                    step.name(),
                                    whose,
                                    OnlyIf.told(text.get(), foreseen.get().sensitive())),
                    place);
        }
        return answer.orElse(false);
    }

    private Optional<ResolvedVariables.Foreseen> foresee(
            PlannedStep step, Place place, ResolvedVariables known, Template text, String field) {
        try {
            var foreseen = known.foresee(text);
            var unknown = new ArrayList<List<String>>();
            for (List<String> way : foreseen.unknown()) {
                ours(way, step)
                        .ifPresentOrElse(
                                why -> wrong(sentence(step, field, why), place),
                                () -> unknown.add(way));
            }
            if (!unknown.isEmpty()) {
                wrong(sentence(step, field, VariableProblem.Unknown.sentence(unknown)), place);
            }
            for (String name : foreseen.asked()) {
                if (!defined.contains(name) && !BuiltIns.canBe(name)) {
                    doubt(
                            step,
                            "%s asks for %s, which is defined nowhere; it counts as empty."
                                    .formatted(field, name));
                }
            }
            return Optional.of(foreseen);
        } catch (VariableProblem problem) {
            wrong(sentence(step, field, problem.sentence()), place);
            return Optional.empty();
        }
    }

    private static String sentence(PlannedStep step, String field, String why) {
        return "Step \"%s\", %s: %s".formatted(step.name(), field, why);
    }

    /** Why a name of ours is not known, which is told in its own words. */
    private Optional<String> ours(List<String> way, PlannedStep step) {
        return Template.parse(way.getLast()).names().stream()
                .flatMap(name -> StepTexts.whyUnknown(name, step.name(), process).stream())
                .findFirst();
    }

    /**
     * A script gets the values of all variables: what leads to none fails it. Looked at once where
     * the same values count.
     */
    private void values(PlannedStep step, Place place, ResolvedVariables known, Action action) {
        var sameValues =
                new ScopeContext(
                        draft.environment(),
                        place.target().filter(targetsInScopes::contains),
                        Set.copyOf(place.tags()),
                        Optional.of(step.name()),
                        place.region());
        if (!valuesSeen.add(sameValues)) {
            return;
        }
        try {
            var unknown = known.foreseeValues();
            if (action instanceof Action.Script || action instanceof Action.DeployPackage) {
                for (List<String> way : unknown) {
                    if (isStateToCome(way.getLast())) {
                        continue;
                    }
                    doubt(
                            step,
                            "The value of %s has %s in it, which is not known here and stays as it is written."
                                    .formatted(way.get(way.size() - 2), way.getLast()));
                }
            }
        } catch (VariableProblem problem) {
            wrong("Step \"%s\": %s".formatted(step.name(), problem.sentence()), place);
        }
    }

    /** Of a step that has not begun it is known that it has not: only the reader may be early. */
    private boolean isStateToCome(String written) {
        return Template.parse(written).names().stream()
                .allMatch(
                        name ->
                                BuiltIns.stepOfState(name)
                                        .filter(prepared::containsKey)
                                        .isPresent());
    }

    private void wrong(String sentence, Place place) {
        var targets = wrong.computeIfAbsent(sentence, _ -> new ArrayList<>());
        place.target().ifPresent(targets::add);
    }

    private void doubt(PlannedStep step, String sentence) {
        doubtful.computeIfAbsent(step.name(), _ -> new LinkedHashSet<>()).add(sentence);
    }

    private ScopeContext context(PlannedStep step, Place place) {
        return new ScopeContext(
                draft.environment(),
                place.target(),
                Set.copyOf(place.tags()),
                Optional.of(step.name()),
                place.region());
    }

    private ResolvedVariables known(PlannedStep planned, Step step, Place place) {
        var facts = new HashMap<String, String>();
        facts.put(BuiltIns.RELEASE_VERSION, draft.release().version().value());
        facts.put(BuiltIns.ENVIRONMENT_ID, draft.environment().value());
        facts.put(BuiltIns.ENVIRONMENT_NAME, draft.labels().environmentName());
        facts.put(BuiltIns.PROJECT_ID, draft.release().project().value());
        facts.put(BuiltIns.PROJECT_NAME, draft.labels().projectName());
        facts.put(BuiltIns.RELEASE_NOTES, draft.labels().notes().orElse(""));
        facts.put(BuiltIns.STEP_NAME, planned.name().value());
        place.target().ifPresent(target -> facts.put(BuiltIns.TARGET_ID, target.value()));
        place.targetName().ifPresent(name -> facts.put(BuiltIns.TARGET_NAME, name));
        if (place.target().isPresent()) {
            place.region().ifPresent(region -> facts.put(BuiltIns.REGION_ID, region.value()));
        }
        planned.packageToInstall()
                .ifPresent(
                        pinned -> {
                            facts.put(BuiltIns.PACKAGE_ID, pinned.pin().id().toString());
                            facts.put(BuiltIns.PACKAGE_VERSION, pinned.pin().version().toString());
                        });
        return variables
                .resolve(context(planned, place))
                .withFacts(facts)
                .withLater(later(step, place));
    }

    /** What will be known when the step runs, and is not yet. */
    private Predicate<String> later(Step step, Place place) {
        boolean onWorker =
                step.runOn() instanceof RunOn.Worker || step.runOn() instanceof RunOn.OnBehalfOf;
        return name ->
                BuiltIns.isOfARun(name)
                        || (onWorker && name.equals(BuiltIns.WORKER_ID))
                        || (onWorker && place.target().isEmpty() && name.equals(BuiltIns.REGION_ID))
                        || (BuiltIns.comesLater(name)
                                && StepTexts.whyUnknown(name, step.name(), process).isEmpty());
    }
}
