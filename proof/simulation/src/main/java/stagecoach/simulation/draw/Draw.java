package stagecoach.simulation.draw;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stagecoach.simulation.draw.Scenario.CacheDraft;
import stagecoach.simulation.draw.Scenario.DeploymentDraft;
import stagecoach.simulation.draw.Scenario.Fault;
import stagecoach.simulation.draw.Scenario.MachineDraft;
import stagecoach.simulation.draw.Scenario.OnlyIf;
import stagecoach.simulation.draw.Scenario.StepDraft;
import stagecoach.simulation.draw.Scenario.Travel;
import stagecoach.simulation.draw.Scenario.Trouble;
import stagecoach.simulation.draw.Scenario.Weather;
import stagecoach.simulation.draw.Scenario.Where;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Draws a scenario from a seed. */
public final class Draw {
    private static final int PACKAGES = 3;

    /** The others are drawn without dice. */
    private static final List<Fault.Kind> BY_DICE =
            Arrays.stream(Fault.Kind.values())
                    .filter(kind -> kind != Fault.Kind.MACHINE_STAYS_AWAY)
                    .toList();

    private final Dice dice;
    private final long seed;

    private Draw(long seed) {
        this.seed = seed;
        this.dice = new Dice(seed);
    }

    /** The scenario of {@code seed}. */
    public static Scenario scenario(long seed) {
        return new Draw(seed).scenario();
    }

    private Scenario scenario() {
        boolean calm = dice.percent(25);
        var targets = machines("web", 1 + dice.below(5), calm);
        var workers = machines("hq", 1 + dice.below(2), calm);
        var caches = caches();
        var steps = new DrawnLater(seed).in(steps());
        var deployments = deployments(targets);
        var broken = new ArrayList<Integer>();
        if (dice.percent(10)) {
            broken.add(1 + dice.below(PACKAGES));
        }
        return new Scenario(
                seed,
                steps,
                targets,
                workers,
                caches,
                deployments,
                1 + dice.below(3),
                dice.percent(70) ? 30 : 0,
                broken,
                new Weather(
                        dice.of(5, 50, 500), calm ? 0 : dice.below(8), calm ? 0 : dice.below(15)),
                faults(calm));
    }

    private List<MachineDraft> machines(String prefix, int count, boolean calm) {
        var machines = new ArrayList<MachineDraft>();
        for (int i = 1; i <= count; i++) {
            long comes = 0;
            if (!calm && dice.percent(15)) {
                comes = dice.percent(20) ? -1 : dice.between(1, 120);
            }
            machines.add(
                    new MachineDraft(
                            prefix + "-" + i,
                            dice.of("web", "web", "db"),
                            dice.of("", "eu", "us"),
                            dice.percent(4),
                            comes,
                            dice.percent(15) ? 10 : 1,
                            calm ? 0 : dice.of(0, 0, 0, 10, 60)));
        }
        return machines;
    }

    private List<CacheDraft> caches() {
        var caches = new ArrayList<CacheDraft>();
        for (String region : List.of("eu", "us")) {
            int count = dice.of(0, 1, 1, 2);
            for (int i = 1; i <= count; i++) {
                caches.add(new CacheDraft(region + "-cache-" + i, region, dice.percent(10)));
            }
        }
        return caches;
    }

    private List<StepDraft> steps() {
        var steps = new ArrayList<StepDraft>();
        int before = dice.of(0, 0, 1, 1, 2);
        int behind = 1 + dice.below(4);
        for (int i = 1; i <= before + behind; i++) {
            steps.add(step("step-" + i, i <= before ? Phase.PRE_ACQUISITION : Phase.DEPLOYMENT));
        }
        for (int i = 1; i < steps.size(); i++) {
            boolean onePhase = steps.get(i).phase() == steps.get(i - 1).phase();
            if (onePhase && dice.percent(15)) {
                steps.set(i, together(steps.get(i), steps.get(i).where(), true, ""));
            } else if (onePhase && dice.percent(15) && steps.get(i - 1).where() != Where.WORKER) {
                String group = "group-of-" + steps.get(i - 1).name();
                var first = steps.get(i - 1).group().isEmpty() ? group : steps.get(i - 1).group();
                steps.set(
                        i - 1,
                        together(
                                steps.get(i - 1),
                                steps.get(i - 1).where(),
                                steps.get(i - 1).withPrevious(),
                                first));
                steps.set(i, child(steps.get(i), steps.get(i - 1)));
            }
        }
        if (dice.percent(15)) {
            int at = before + dice.below(behind + 1);
            boolean withinOne =
                    at < steps.size()
                            && at > 0
                            && (steps.get(at).withPrevious()
                                    || (!steps.get(at).group().isEmpty()
                                            && steps.get(at)
                                                    .group()
                                                    .equals(steps.get(at - 1).group())));
            if (!withinOne) {
                steps.add(at, DrawnLater.byHand("by-hand", Phase.DEPLOYMENT));
            }
        }
        return steps;
    }

    private static StepDraft together(
            StepDraft step, Where where, boolean withPrevious, String group) {
        return new StepDraft(
                step.name(),
                step.phase(),
                where,
                step.tags(),
                step.condition(),
                step.window(),
                step.parallelism(),
                step.retries(),
                step.backoffSeconds(),
                step.unavailable(),
                step.packageNumber(),
                step.travel(),
                step.timeoutSeconds(),
                step.leftOut(),
                step.trouble(),
                withPrevious,
                group,
                step.onlyIf(),
                step.beside());
    }

    /** A further child of a group: where it runs, and in which window, is the group's business. */
    private static StepDraft child(StepDraft step, StepDraft before) {
        return new StepDraft(
                step.name(),
                step.phase(),
                before.where(),
                before.tags(),
                step.condition(),
                before.window(),
                before.parallelism(),
                step.retries(),
                step.backoffSeconds(),
                step.unavailable(),
                before.where() == Where.TARGETS ? step.packageNumber() : 0,
                step.travel(),
                step.timeoutSeconds(),
                step.leftOut(),
                step.trouble(),
                false,
                before.group(),
                step.onlyIf(),
                step.beside());
    }

    private StepDraft step(String name, Phase phase) {
        var where =
                dice.of(Where.TARGETS, Where.TARGETS, Where.TARGETS, Where.WORKER, Where.ON_BEHALF);
        boolean mayInstall = phase == Phase.DEPLOYMENT && where == Where.TARGETS;
        int window = dice.percent(25) ? 1 + dice.below(2) : 0;
        var drawn = step(name, phase, where, mayInstall, window);
        return drawn.packageNumber() == 0 && phase == Phase.DEPLOYMENT
                ? withBeside(drawn, beside(name))
                : drawn;
    }

    /** It throws no dice, so that seeds go on to mean what they meant before there was this. */
    private Optional<Integer> beside(String name) {
        return Dice.fate(seed, 3, name, "beside") == 0
                ? Optional.of(1 + Dice.fate(seed, PACKAGES, name, "which"))
                : Optional.empty();
    }

    private static StepDraft withBeside(StepDraft step, Optional<Integer> beside) {
        return new StepDraft(
                step.name(),
                step.phase(),
                step.where(),
                step.tags(),
                step.condition(),
                step.window(),
                step.parallelism(),
                step.retries(),
                step.backoffSeconds(),
                step.unavailable(),
                step.packageNumber(),
                step.travel(),
                step.timeoutSeconds(),
                step.leftOut(),
                step.trouble(),
                step.withPrevious(),
                step.group(),
                step.onlyIf(),
                beside);
    }

    private StepDraft step(String name, Phase phase, Where where, boolean mayInstall, int window) {
        return new StepDraft(
                name,
                phase,
                where,
                dice.of(List.of("web"), List.of("web"), List.of("db"), List.of("web", "db")),
                dice.of(
                        Condition.SUCCESS,
                        Condition.SUCCESS,
                        Condition.SUCCESS,
                        Condition.ALWAYS,
                        Condition.FAILURE),
                window,
                window == 0 && dice.percent(20) ? 1 + dice.below(2) : 0,
                dice.of(0, 0, 1, 3),
                dice.of(0L, 5L, 60L),
                dice.of(UnavailableTargets.FAIL, UnavailableTargets.SKIP),
                mayInstall && dice.percent(70) ? 1 + dice.below(PACKAGES) : 0,
                dice.of(Travel.NEAREST_CACHE, Travel.NEAREST_CACHE, Travel.FEED, Travel.SERVER),
                dice.of(0L, 0L, 60L),
                dice.percent(5),
                dice.percent(60)
                        ? Trouble.NONE
                        : dice.of(
                                Trouble.FIRST_TRY_FAILS,
                                Trouble.FAILS_SOMEWHERE,
                                Trouble.FAILS_SOMEWHERE,
                                Trouble.FAILS,
                                Trouble.SLOW,
                                Trouble.IGNORES_TERM,
                                Trouble.CANNOT_BE_KILLED),
                false,
                "",
                dice.percent(80)
                        ? OnlyIf.NONE
                        : dice.of(
                                OnlyIf.AT_SOME_PLACES,
                                OnlyIf.AT_SOME_PLACES,
                                OnlyIf.NOBODY_CAN_TELL),
                Optional.empty());
    }

    private List<DeploymentDraft> deployments(List<MachineDraft> targets) {
        var deployments = new ArrayList<DeploymentDraft>();
        int count = 1 + dice.below(3);
        for (int i = 0; i < count; i++) {
            deployments.add(
                    new DeploymentDraft(
                            dice.of("shop", "shop", "billing"),
                            dice.between(0, 20),
                            dice.percent(10),
                            dice.percent(15) ? List.of(dice.of(targets).id()) : List.of(),
                            dice.percent(30),
                            dice.percent(15),
                            dice.percent(10) ? dice.between(1, 300) : 0,
                            dice.percent(10) ? dice.between(1, 300) : 0));
        }
        return deployments;
    }

    private List<Fault> faults(boolean calm) {
        var faults = new ArrayList<Fault>();
        int count = calm ? dice.below(2) : dice.below(9);
        for (int i = 0; i < count; i++) {
            faults.add(
                    new Fault(
                            dice.percent(80) ? 10 + dice.below(400) : 10 + dice.below(2000),
                            dice.of(BY_DICE),
                            dice.below(16),
                            dice.of(0L, 1L, 15L, 90L, 600L, 5000L)));
        }
        if (!calm && dice.percent(20)) {
            faults.addAll(cancelledAndTriedAgain());
        }
        if (!calm && Dice.fate(seed, 4, "stays away") == 0) {
            faults.add(
                    new Fault(
                            10 + Dice.fate(seed, 400, "stays away", "beat"),
                            Fault.Kind.MACHINE_STAYS_AWAY,
                            Dice.fate(seed, 16, "stays away", "whom"),
                            0));
        }
        faults.sort(Comparator.comparingInt(Fault::beat));
        return faults;
    }

    /**
     * The deadline of a cancel passes at once, and a new attempt begins while much is under way.
     */
    private List<Fault> cancelledAndTriedAgain() {
        int whom = dice.below(3) * 3 + 1;
        int beat = 20 + dice.below(200);
        return List.of(
                new Fault(beat, Fault.Kind.SOMEONE_CANCELS, whom, 0),
                new Fault(beat + 1 + dice.below(5), Fault.Kind.CLOCK_JUMPS, 1, 600),
                new Fault(
                        beat + 6 + dice.below(20),
                        dice.of(
                                Fault.Kind.SOMEONE_RETRIES_WHAT_FAILED,
                                Fault.Kind.SOMEONE_RETRIES_ALL),
                        whom,
                        0));
    }
}
