package stagecoach.vocabulary.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;

/**
 * What a process may say, beyond what its types allow. Whether the environments, pools and feeds
 * that it names exist is for those who know them.
 */
public final class ProcessRules {
    private static final Pattern REFERENCE = Pattern.compile("#\\{[^}]*}");

    /** The longest process, in steps. */
    public static final int STEPS_MAX = 200;

    /** The longest script body, in characters. */
    public static final int BODY_MAX = 256 * 1024;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "OPTIONS");
    private static final Pattern MUTEX_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final List<Mistake> mistakes = new ArrayList<>();

    /** Where the step that is looked at stands within the one at its position. */
    private String inside = "";

    private ProcessRules() {}

    /**
     * A rule that is broken.
     *
     * @param step the step's position, from 0; -1 for the process as a whole
     * @param field the field's path within the step, such as {@code package/id}
     * @param sentence what is wrong and what to do
     */
    public record Mistake(int step, String field, String sentence) {
        /** The JSON pointer of the field within {@code {"steps":[…]}}. */
        public String pointer() {
            return step < 0 ? "/steps" : "/steps/" + step + "/" + field;
        }
    }

    /** All rules that {@code process} breaks; empty if it is a good one. */
    public static List<Mistake> mistakes(DeploymentProcess process) {
        return mistakes(process.steps().stream().map(Optional::of).toList());
    }

    /**
     * All rules that these steps break.
     *
     * @param steps in their order; empty where a step could not be read, so that the others' are
     *     still told
     */
    public static List<Mistake> mistakes(List<Optional<Step>> steps) {
        var rules = new ProcessRules();
        int count = steps.stream().mapToInt(step -> step.map(ProcessRules::count).orElse(1)).sum();
        if (count > STEPS_MAX) {
            rules.mistakes.add(
                    new Mistake(
                            -1,
                            "",
                            "A process has at most %d steps, not %d. Put several lines into one script, or split the project."
                                    .formatted(STEPS_MAX, count)));
        }
        rules.checkOrder(steps);
        rules.checkStarts(steps);
        rules.checkNames(steps);
        for (int i = 0; i < steps.size(); i++) {
            int position = i;
            steps.get(i).ifPresent(step -> rules.checkAlone(position, step));
        }
        return List.copyOf(rules.mistakes);
    }

    private static int count(Step step) {
        return step.action() instanceof Action.Group(var children) ? 1 + children.size() : 1;
    }

    /** What starts together must be able to: within one phase, and no person between. */
    private void checkStarts(List<Optional<Step>> steps) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).filter(s -> s.start() == StartTrigger.WITH_PREVIOUS).isEmpty()) {
                continue;
            }
            Step step = steps.get(i).get();
            if (i == 0) {
                add(
                        i,
                        "start",
                        "No step stands before this one, so it cannot start with it. Leave start out.");
                continue;
            }
            if (step.action() instanceof Action.ManualIntervention) {
                add(
                        i,
                        "start",
                        "A manual intervention waits for all steps before it. Leave start out.");
                continue;
            }
            int position = i;
            steps.get(i - 1).ifPresent(previous -> checkStart(position, step, previous));
        }
    }

    private void checkStart(int position, Step step, Step previous) {
        if (previous.action() instanceof Action.ManualIntervention) {
            add(
                    position,
                    "start",
                    "No step starts together with the manual intervention \"%s\": steps behind it wait for its answer. Leave start out."
                            .formatted(previous.name()));
        } else if (previous.phase() != step.phase()) {
            add(
                    position,
                    "start",
                    "The step before it, \"%s\", belongs to %s, and the acquisition lies between the two. Leave start out."
                            .formatted(previous.name(), previous.phase()));
        }
    }

    private void checkOrder(List<Optional<Step>> steps) {
        Optional<StepName> firstOfDeployment = Optional.empty();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).isEmpty()) {
                continue;
            }
            Step step = steps.get(i).get();
            if (step.phase() == Phase.DEPLOYMENT) {
                firstOfDeployment = firstOfDeployment.or(() -> Optional.of(step.name()));
            } else if (step.phase() == Phase.PRE_ACQUISITION && firstOfDeployment.isPresent()) {
                add(
                        i,
                        "phase",
                        "PRE_ACQUISITION cannot follow DEPLOYMENT. Move it above \"%s\"."
                                .formatted(firstOfDeployment.get()));
            }
        }
    }

    private void checkNames(List<Optional<Step>> steps) {
        Map<StepName, String> seen = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).isEmpty()) {
                continue;
            }
            Step step = steps.get(i).get();
            checkName(seen, i, step, "name", "steps[%d]".formatted(i));
            if (step.action() instanceof Action.Group(var children)) {
                for (int j = 0; j < children.size(); j++) {
                    checkName(
                            seen,
                            i,
                            children.get(j),
                            "steps/%d/name".formatted(j),
                            "steps[%d].steps[%d]".formatted(i, j));
                }
            }
        }
    }

    private void checkName(
            Map<StepName, String> seen, int position, Step step, String field, String place) {
        String first = seen.putIfAbsent(step.name(), place);
        if (first != null) {
            add(
                    position,
                    field,
                    "\"%s\" is the name of %s already. Give each step a name of its own."
                            .formatted(step.name(), first));
        }
    }

    private void checkAlone(int position, Step step) {
        if (step.phase() == Phase.ACQUISITION) {
            add(
                    position,
                    "phase",
                    "No step belongs to ACQUISITION: packages are acquired between PRE_ACQUISITION and DEPLOYMENT by themselves.");
        }
        checkPlace(position, step);
        checkPace(position, step);
        checkEnvironments(position, step);
        checkWait(position, step);
        step.onlyIf().flatMap(OnlyIf::mistake).ifPresent(why -> add(position, "onlyIf", why));
        step.timeout()
                .filter(ProcessRules::isNotPositive)
                .ifPresent(
                        timeout ->
                                add(
                                        position,
                                        "timeout",
                                        "A timeout is longer than nothing, such as PT10M, or null for none."));
        step.mutex()
                .filter(mutex -> !MUTEX_NAME.matcher(mutex.name()).matches())
                .ifPresent(
                        mutex ->
                                add(
                                        position,
                                        "mutex",
                                        "A mutex is named with 1 to 64 letters, digits, dots, hyphens and underscores."));
        switch (step.action()) {
            case Action.Script script -> checkScript(position, script);
            case Action.DeployPackage deploy -> checkPackage(position, step, deploy);
            case Action.HttpCheck check -> checkHttp(position, check);
            case Action.HealthCheck check -> checkHealth(position, check);
            case Action.ManualIntervention manual -> checkManual(position, step, manual);
            case Action.Group(var children) -> checkGroup(position, step, children);
        }
    }

    private void checkPlace(int position, Step step) {
        boolean noTags =
                switch (step.runOn()) {
                    case RunOn.Targets targets -> targets.tags().isEmpty();
                    case RunOn.OnBehalfOf behalf -> behalf.tags().isEmpty();
                    case RunOn.Worker _ -> false;
                    case RunOn.NoMachine _ -> false;
                };
        if (noTags) {
            add(
                    position,
                    step.runOn() instanceof RunOn.Targets ? "runOn/tags" : "runOn/onBehalfOf/tags",
                    "Name at least one tag: the step runs on targets that have one of them.");
        }
    }

    private void checkPace(int position, Step step) {
        if (step.window().isPresent() && step.parallelism().isPresent()) {
            add(
                    position,
                    "parallelism",
                    "rolling and parallelism exclude each other: rolling.window is the number of targets at once. Keep one.");
        }
        if (step.window().filter(window -> window < 1).isPresent()) {
            add(position, "rolling/window", "A window is 1 or more targets.");
        }
        if (step.parallelism().filter(many -> many < 1).isPresent()) {
            add(position, "parallelism", "parallelism is 1 or more targets; leave it out for all.");
        }
        if (step.runOn() instanceof RunOn.Worker || step.runOn() instanceof RunOn.NoMachine) {
            String sentence =
                    step.runOn() instanceof RunOn.Worker
                            ? "The step runs once, on a worker, so there is nothing to pace. Leave it out, or run the step on targets."
                            : "A person does the step once, so there is nothing to pace. Leave it out.";
            if (step.window().isPresent()) {
                add(position, "rolling", sentence);
            }
            if (step.parallelism().isPresent()) {
                add(position, "parallelism", sentence);
            }
        }
    }

    private void checkEnvironments(int position, Step step) {
        for (int i = 0; i < step.excludeEnvironments().size(); i++) {
            EnvironmentId excluded = step.excludeEnvironments().get(i);
            if (step.environments().contains(excluded)) {
                add(
                        position,
                        "excludeEnvironments/" + i,
                        "\"%s\" stands in environments too. Remove it from one of them."
                                .formatted(excluded));
            }
        }
    }

    private void checkWait(int position, Step step) {
        if (step.waitFor().isPresent() && step.unavailableTargets() != UnavailableTargets.WAIT) {
            add(
                    position,
                    "waitFor",
                    "waitFor goes with unavailableTargets WAIT, and the step says %s. Change one of them."
                            .formatted(step.unavailableTargets()));
        } else if (step.waitFor().filter(ProcessRules::isNotPositive).isPresent()) {
            add(position, "waitFor", "waitFor is longer than nothing, such as PT10M.");
        }
    }

    private void checkHealth(int position, Action.HealthCheck check) {
        if (isNotPositive(check.within())) {
            add(position, "health/within", "within is longer than nothing, such as PT1M.");
        }
    }

    private void checkManual(int position, Step step, Action.ManualIntervention manual) {
        if (manual.instructions().isBlank()) {
            add(
                    position,
                    "manual/instructions",
                    "The instructions are empty. Say what the person is asked to do.");
        }
        if (step.condition() != Condition.SUCCESS) {
            add(
                    position,
                    "condition",
                    "A manual intervention asks whether to go on, so it stands only where nothing has failed. Leave condition out.");
        }
        if (step.timeout().isPresent()) {
            add(
                    position,
                    "timeout",
                    "A manual intervention waits until somebody answers. Leave timeout out.");
        }
    }

    private void checkGroup(int position, Step group, List<Step> children) {
        if (children.isEmpty()) {
            add(position, "steps", "A group has at least one step. Put the children into steps.");
        }
        if (tagsOf(group.runOn()).isEmpty()) {
            add(
                    position,
                    "runOn",
                    "A group goes through its steps target by target. Name their tags: {\"tags\": [\"web\"]}.");
        }
        for (int i = 0; i < children.size(); i++) {
            inside = "steps/%d/".formatted(i);
            Step child = children.get(i);
            if (child.action() instanceof Action.Group) {
                add(position, "kind", "A group has no groups in it. Put the steps into this one.");
            } else if (child.action() instanceof Action.ManualIntervention) {
                add(
                        position,
                        "kind",
                        "A manual intervention asks once, and a group goes target by target. Put it before or behind the group.");
            } else {
                checkChild(position, group, child);
            }
        }
        inside = "";
    }

    private void checkChild(int position, Step group, Step child) {
        checkAlone(position, child);
        if (!tagsOf(child.runOn()).equals(tagsOf(group.runOn()))) {
            add(
                    position,
                    "runOn",
                    "A step of a group runs on the group's targets, or on a worker onBehalfOf the same tags. Leave it out to run on the targets.");
        }
    }

    private static List<Tag> tagsOf(RunOn runOn) {
        return switch (runOn) {
            case RunOn.Targets(var tags) -> tags;
            case RunOn.OnBehalfOf(var _, var tags) -> tags;
            case RunOn.Worker _, RunOn.NoMachine _ -> List.of();
        };
    }

    private void checkScript(int position, Action.Script script) {
        if (script.body().isBlank()) {
            add(position, "script/body", "The script is empty. Say what to run.");
        } else if (script.body().length() > BODY_MAX) {
            add(
                    position,
                    "script/body",
                    "The script has %d characters; at most %d fit in a step. Deploy it as a package."
                            .formatted(script.body().length(), BODY_MAX));
        }
    }

    private void checkPackage(int position, Step step, Action.DeployPackage deploy) {
        if (step.phase() == Phase.PRE_ACQUISITION) {
            add(
                    position,
                    "phase",
                    "A step of PRE_ACQUISITION runs before any package is there, so \"%s\" cannot be installed in it. Move the step to DEPLOYMENT."
                            .formatted(deploy.source().id()));
        }
        if (!(step.runOn() instanceof RunOn.Targets)) {
            add(
                    position,
                    "runOn",
                    "A package is installed on targets. Name their tags: {\"tags\": [\"web\"]}.");
        }
        if (deploy.source().acquisitionLocation() == Action.AcquisitionLocation.SERVER
                && deploy.source().source() == Action.PackageSource.FEED) {
            add(
                    position,
                    "package/source",
                    "source is where the tentacle pulls from, so it goes with acquisitionLocation EXECUTION_TARGET. Leave it out.");
        }
    }

    private void checkHttp(int position, Action.HttpCheck check) {
        if (!looksLikeUrl(check.url())) {
            add(
                    position,
                    "http/url",
                    "\"%s\" is no URL to ask: begin with http:// or https://, or with a variable in #{…}."
                            .formatted(check.url()));
        }
        if (!METHODS.contains(check.method())) {
            add(
                    position,
                    "http/method",
                    "\"%s\" is not asked with: use GET, HEAD, POST, PUT or OPTIONS."
                            .formatted(check.method()));
        }
        if (check.status().isEmpty()) {
            add(position, "http/status", "Name at least one status that is good, such as 200.");
        }
        for (int i = 0; i < check.status().size(); i++) {
            int status = check.status().get(i);
            if (status < 100 || status > 599) {
                add(
                        position,
                        "http/status/" + i,
                        "%d is no HTTP status: they go from 100 to 599.".formatted(status));
            }
        }
        check.bodyMatches().ifPresent(expression -> checkExpression(position, expression));
        if (isNotPositive(check.within())) {
            add(position, "http/within", "within is longer than nothing, such as PT1M.");
        }
        if (isNotPositive(check.every())) {
            add(position, "http/every", "every is longer than nothing, such as PT2S.");
        } else if (check.every().compareTo(check.within()) > 0) {
            add(
                    position,
                    "http/every",
                    "every (%s) is longer than within (%s), so it would ask once only. Shorten it."
                            .formatted(check.every(), check.within()));
        }
    }

    private void checkExpression(int position, String expression) {
        try {
            // What variables will put in is not known yet; any word stands for it.
            Pattern.compile(REFERENCE.matcher(expression).replaceAll("x"));
        } catch (PatternSyntaxException e) {
            add(
                    position,
                    "http/bodyMatches",
                    "\"%s\" is no regular expression: %s."
                            .formatted(expression, e.getDescription()));
        }
    }

    private static boolean looksLikeUrl(String url) {
        return url.startsWith("http://") || url.startsWith("https://") || url.startsWith("#{");
    }

    private static boolean isNotPositive(Duration duration) {
        return duration.isNegative() || duration.isZero();
    }

    private void add(int step, String field, String sentence) {
        mistakes.add(new Mistake(step, inside + field, sentence));
    }
}
