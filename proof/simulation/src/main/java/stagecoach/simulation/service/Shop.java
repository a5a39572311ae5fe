package stagecoach.simulation.service;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.orchestrator.needs.Settled;
import stagecoach.packages.routing.KnownCache;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Dice;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.draw.Scenario.OnlyIf;
import stagecoach.simulation.draw.Scenario.StepDraft;
import stagecoach.simulation.draw.Scenario.Travel;
import stagecoach.simulation.draw.Scenario.Where;
import stagecoach.simulation.engine.Play;
import stagecoach.simulation.law.Conditions;
import stagecoach.steprunner.order.Answer;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;

/** What the drafts of a scenario are in the vocabulary of the domains. */
final class Shop {
    /** A command that could not be given to its tentacle by then is given up. */
    static final Duration START_WITHIN = Duration.ofHours(1);

    /** How long a machine may be out of reach, unless its step waits for it. */
    static final Duration REACH_WITHIN = Duration.ofMinutes(1);

    static final EnvironmentId ENVIRONMENT = new EnvironmentId("production");
    static final PoolId POOL = new PoolId("hq");

    private Shop() {}

    static DeploymentQueued asked(Scenario scenario, int index, Instant now) {
        var draft = scenario.deployments().get(index);
        return new DeploymentQueued(
                DeploymentId.ofBits((index + 1) * 0x0123456789L),
                new ProjectId(draft.project()),
                new ReleaseVersion("1." + index),
                ENVIRONMENT,
                Digest.of("plan"),
                planned(scenario.steps()),
                new Selection(
                        draft.targets().stream().map(TargetId::new).toList(), List.of(), List.of()),
                draft.forceDownload(),
                positive(draft.notBeforeSeconds()).map(now::plusSeconds),
                positive(draft.notAfterSeconds())
                        .map(after -> now.plusSeconds(draft.notBeforeSeconds() + after)),
                draft.acquireOnly(),
                draft.guided(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<PlannedStep> planned(List<StepDraft> drafts) {
        var steps = new ArrayList<PlannedStep>();
        int batch = 0;
        String group = "";
        for (StepDraft draft : drafts) {
            boolean child = !group.isEmpty() && draft.group().equals(group);
            if (batch == 0 || !(draft.withPrevious() || child)) {
                batch++;
            }
            group = draft.group();
            steps.add(planned(draft, batch));
        }
        return steps;
    }

    /** How a step's processes are ended. */
    static StopBounds stopBounds(StepDraft draft) {
        return StopBounds.USUAL.but(
                draft.killSeconds().map(Duration::ofSeconds),
                draft.abandonSeconds().map(Duration::ofSeconds));
    }

    private static PlannedStep planned(StepDraft draft, int batch) {
        return new PlannedStep(
                new StepName(draft.name()),
                kindOf(draft),
                draft.phase(),
                runOn(draft),
                batch,
                draft.group().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new StepName(draft.group())),
                draft.condition(),
                draft.onlyIf() != OnlyIf.NONE,
                draft.healthSeconds()
                        .or(draft::httpSeconds)
                        .map(Duration::ofSeconds)
                        .or(() -> positive(draft.timeoutSeconds()).map(Duration::ofSeconds)),
                draft.killSeconds().map(Duration::ofSeconds),
                draft.abandonSeconds().map(Duration::ofSeconds),
                new Retries(draft.retries(), Duration.ofSeconds(draft.backoffSeconds())),
                positive(draft.window()).map(Long::intValue),
                positive(draft.parallelism()).map(Long::intValue),
                draft.unavailable(),
                draft.waitSeconds().map(Duration::ofSeconds),
                Optional.empty(),
                draft.where() == Where.BY_HAND
                        ? Optional.of(new PlannedStep.Manual("look at it", List.of()))
                        : Optional.empty(),
                positive(draft.packageNumber())
                        .map(number -> pinned(number.intValue(), draft.travel())),
                draft.beside().stream()
                        .map(
                                number ->
                                        new PlannedStep.ScriptPackage(
                                                pinned(number, draft.travel()), true))
                        .toList(),
                draft.leftOut()
                        ? Optional.of("this deployment was asked to skip the step")
                        : Optional.empty());
    }

    /** What the {@code onlyIf} of a step says at a place. */
    static Answer answer(Scenario scenario, Pair pair) {
        var draft = named(scenario, pair.step());
        int fate = Dice.fate(scenario.seed(), 2, pair, "onlyIf");
        return switch (draft.onlyIf()) {
            case NONE -> new Answer.Runs();
            case AT_SOME_PLACES, KNOWN_AT_PLACES ->
                    fate == 0
                            ? new Answer.Runs()
                            : new Answer.LeftOut("left out, because onlyIf says false");
            case NOBODY_CAN_TELL ->
                    fate == 0
                            ? new Answer.Runs()
                            : new Answer.Unreadable("onlyIf says neither true nor false");
        };
    }

    private static StepDraft named(Scenario scenario, StepName name) {
        return scenario.steps().stream()
                .filter(step -> step.name().equals(name.value()))
                .findFirst()
                .orElseThrow();
    }

    /** What the conditions of the scenario say. */
    static Conditions conditions(Scenario scenario) {
        return new Conditions() {
            @Override
            public boolean leavesOut(Pair pair) {
                return answer(scenario, pair) instanceof Answer.LeftOut;
            }

            @Override
            public boolean isKnownBefore(StepName step) {
                return named(scenario, step).onlyIf() == OnlyIf.KNOWN_AT_PLACES;
            }
        };
    }

    /** What the orchestrator sees now. */
    static Observation seen(Play play, Map<AgentId, Health> healths) {
        var conditions = conditions(play.scenario());
        return new Observation(
                roster(play.scenario(), healths),
                play.time().clock(),
                Duration.ofSeconds(play.scenario().arrivalsWaitSeconds()),
                play.has(Defect.LEFT_OUT_PLACES_GET_PACKAGES)
                        ? Settled.NOTHING
                        : (_, step, place) ->
                                conditions.isSettled(new Pair(step.name(), place.target())));
    }

    private static Optional<Long> positive(long number) {
        return number > 0 ? Optional.of(number) : Optional.empty();
    }

    private static PlannedStep.Kind kindOf(StepDraft draft) {
        if (draft.where() == Where.BY_HAND) {
            return PlannedStep.Kind.MANUAL_INTERVENTION;
        }
        if (draft.httpSeconds().isPresent()) {
            return PlannedStep.Kind.HTTP_CHECK;
        }
        if (draft.healthSeconds().isPresent()) {
            return PlannedStep.Kind.HEALTH_CHECK;
        }
        return draft.packageNumber() > 0 ? PlannedStep.Kind.PACKAGE : PlannedStep.Kind.SCRIPT;
    }

    private static RunOn runOn(StepDraft draft) {
        var tags = draft.tags().stream().map(Tag::new).toList();
        return switch (draft.where()) {
            case TARGETS -> new RunOn.Targets(tags);
            case WORKER -> new RunOn.Worker(POOL);
            case ON_BEHALF -> new RunOn.OnBehalfOf(POOL, tags);
            case BY_HAND -> new RunOn.NoMachine();
        };
    }

    private static PinnedPackage pinned(int number, Travel travel) {
        String id = "Shop.Part" + number;
        return new PinnedPackage(
                FeedId.BUILT_IN,
                new PackagePin(
                        PackageId.parse(id),
                        PackageVersion.parse("1.2.0"),
                        Sha512.hashOf(id.getBytes(StandardCharsets.UTF_8)),
                        1000),
                travel == Travel.SERVER
                        ? AcquisitionLocation.SERVER
                        : AcquisitionLocation.EXECUTION_TARGET,
                travel == Travel.FEED ? PackageSource.FEED : PackageSource.NEAREST_CACHE);
    }

    /** The number of the package with this id. */
    static int number(PackageId id) {
        return Integer.parseInt(id.value().substring("Shop.Part".length()));
    }

    static Roster roster(Scenario scenario, Map<AgentId, Health> healths) {
        return new Roster(
                scenario.targets().stream()
                        .map(
                                one -> {
                                    var id = new TargetId(one.id());
                                    return new Roster.KnownTarget(
                                            id,
                                            List.of(new Tag(one.tag())),
                                            region(one.region()),
                                            one.disabled(),
                                            healths.getOrDefault(
                                                    AgentId.of(id), Health.NEVER_SEEN));
                                })
                        .toList(),
                scenario.workers().stream()
                        .map(
                                one -> {
                                    var id = new WorkerId(one.id());
                                    return new Roster.KnownWorker(
                                            id,
                                            List.of(POOL),
                                            region(one.region()),
                                            one.disabled(),
                                            healths.getOrDefault(
                                                    AgentId.of(id), Health.NEVER_SEEN));
                                })
                        .toList());
    }

    static Optional<RegionId> region(String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(new RegionId(name));
    }

    static List<KnownCache> caches(Scenario scenario) {
        return scenario.caches().stream()
                .map(
                        one ->
                                new KnownCache(
                                        new Source.Cache(
                                                new CacheId(one.id()),
                                                "http://" + one.id(),
                                                Optional.empty()),
                                        new RegionId(one.region()),
                                        1))
                .toList();
    }
}
