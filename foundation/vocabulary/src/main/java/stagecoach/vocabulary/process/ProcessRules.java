package stagecoach.vocabulary.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;

/**
 * What a process may say, beyond what its types allow. Whether the environments, pools and feeds
 * that it names exist is for those who know them.
 */
public final class ProcessRules {
    /** The longest process, in steps. */
    public static final int STEPS_MAX = 200;

    /** The longest script body, in characters. */
    public static final int BODY_MAX = 256 * 1024;

    /** A cancel ends within a bound, and each step's is part of it. */
    private static final Duration STOP_MAX = Duration.ofHours(1);

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
        var all = new DeploymentProcess(steps.stream().flatMap(Optional::stream).toList());
        boolean whole = steps.stream().allMatch(Optional::isPresent);
        for (int i = 0; i < steps.size(); i++) {
            int position = i;
            steps.get(i).ifPresent(step -> rules.checkTexts(position, step, all, whole));
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
        step.killAfter()
                .filter(grace -> grace.isNegative() || grace.compareTo(STOP_MAX) > 0)
                .ifPresent(
                        _ ->
                                add(
                                        position,
                                        "killAfter",
                                        "killAfter is how long a process may take to end when it is told to, before it is killed: from PT0S (at once) to PT1H, such as PT1M."));
        step.abandonAfter()
                .filter(bound -> isNotPositive(bound) || bound.compareTo(STOP_MAX) > 0)
                .ifPresent(
                        _ ->
                                add(
                                        position,
                                        "abandonAfter",
                                        "abandonAfter is how long a killed process is waited for before it is given up and said to be running perhaps: more than nothing and at most PT1H, such as PT30S."));
        step.mutex()
                .filter(mutex -> !MUTEX_NAME.matcher(mutex.name()).matches())
                .ifPresent(
                        mutex ->
                                add(
                                        position,
                                        "mutex",
                                        "A mutex is named with 1 to 64 letters, digits, dots, hyphens and underscores."));
        if (step.action() instanceof Action.Group(var children)) {
            checkGroup(position, step, children);
        } else {
            new ActionRules((field, sentence) -> add(position, field, sentence)).check(step);
        }
    }

    private void checkTexts(int position, Step step, DeploymentProcess all, boolean whole) {
        for (StepTexts.Mistake mistake : StepTexts.mistakes(step, all, whole)) {
            add(position, mistake.field(), mistake.sentence());
        }
        if (step.action() instanceof Action.Group(var children)) {
            for (int i = 0; i < children.size(); i++) {
                inside = "steps/%d/".formatted(i);
                for (StepTexts.Mistake mistake : StepTexts.mistakes(children.get(i), all, whole)) {
                    add(position, mistake.field(), mistake.sentence());
                }
            }
            inside = "";
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
        if (step.unavailableTargets() == UnavailableTargets.EXCLUDE) {
            add(
                    position,
                    "unavailableTargets",
                    "Only a health check takes targets out (health: {\"unavailable\": \"EXCLUDE\"}). Choose FAIL, SKIP or WAIT, or put a health check before this step.");
        }
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

    static boolean isNotPositive(Duration duration) {
        return duration.isNegative() || duration.isZero();
    }

    private void add(int step, String field, String sentence) {
        mistakes.add(new Mistake(step, inside + field, sentence));
    }
}
