package stagecoach.orchestrator.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.decider.DeciderSpec;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.DeploymentCommand.BeginWithoutThem;
import stagecoach.orchestrator.deployment.DeploymentCommand.Cancel;
import stagecoach.orchestrator.deployment.DeploymentCommand.ChangeBudget;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndNow;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.deployment.DeploymentCommand.Expire;
import stagecoach.orchestrator.deployment.DeploymentCommand.FallDue;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.deployment.DeploymentCommand.Proceed;
import stagecoach.orchestrator.deployment.DeploymentCommand.Resolve;
import stagecoach.orchestrator.deployment.DeploymentCommand.Retry;
import stagecoach.orchestrator.deployment.DeploymentCommand.Start;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Settled;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.TransferBudget;

/** A deployment told as a play: the machines, and what the services that run its phases report. */
final class Play {
    static final Instant DEADLINE = Instant.parse("2026-11-24T06:06:00Z");
    static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final Instant ARRIVALS_UNTIL = NOW.plus(PATIENCE);

    /** How long a pause may last until packages may be gone. */
    static final Duration TRUST = Duration.ofMinutes(10);

    private DeciderSpec<Deployment, DeploymentCommand, DeploymentEvent> spec;
    private Roster roster;
    private boolean patient;
    private Instant now = NOW;
    private Settled settled = Settled.NOTHING;
    private Optional<ReleaseVersion> previous = Optional.empty();

    private Play(DeploymentQueued asked, Roster roster) {
        this.spec = DeciderSpec.of(new DeploymentDecider()).given(asked);
        this.roster = roster;
    }

    /** A deployment that is queued. */
    static Play queued(Roster roster, DeploymentQueued asked) {
        return new Play(asked, roster);
    }

    /** A deployment that has its slot. */
    static Play started(Roster roster, DeploymentQueued asked) {
        return new Play(asked, roster).start();
    }

    /** From now on runs wait for machines. */
    Play waitingForArrivals() {
        patient = true;
        return this;
    }

    /** From now on these are the machines. */
    Play seeing(Roster machines) {
        roster = machines;
        return this;
    }

    /** The environment has this release now. */
    Play replacing(ReleaseVersion release) {
        previous = Optional.of(release);
        return this;
    }

    /** It is known that this step does not run at this target. */
    Play leavingOut(String step, String target) {
        var before = settled;
        settled =
                (plan, planned, place) ->
                        before.leavesOut(plan, planned, place)
                                || (planned.name().equals(Shop.step(step))
                                        && place.target().equals(target(target)));
        return this;
    }

    Play start() {
        return then(new Start(observation(), previous));
    }

    /** So much time passes. */
    Play later(Duration time) {
        now = now.plus(time);
        return this;
    }

    Play fallsDue(Instant dueAt) {
        return then(new FallDue(dueAt));
    }

    Play expires(Instant dueAt) {
        return then(new Expire(dueAt));
    }

    Play proceeded() {
        return then(new Proceed("ada", Optional.empty()));
    }

    /** Ada changes what may be on its way at once. */
    Play budgeted(TransferBudget budget) {
        return then(new ChangeBudget(budget, "ada"));
    }

    /** Ada answers the open question. */
    Play answered(Choice choice) {
        return then(answer(choice, Set.of("DEPLOY")));
    }

    /** An answer of Ada's to the newest question. */
    Resolve answer(Choice choice, Set<String> roles) {
        return new Resolve(
                question().interruption(),
                choice,
                "ada",
                roles,
                Optional.of("seen"),
                TRUST,
                observation());
    }

    /** The newest question. */
    InterruptionRaised question() {
        return history().stream()
                .filter(InterruptionRaised.class::isInstance)
                .map(InterruptionRaised.class::cast)
                .toList()
                .getLast();
    }

    /** The guided run stops, since this pair failed; steps behind it were not begun. */
    Play stopsAt(String step, String target, String reason) {
        var failed = new Pair(Shop.step(step), target(target));
        return then(
                stopped(
                        RunOutcome.NEEDS_GUIDANCE,
                        failed.step().value(),
                        pair ->
                                pair.equals(failed)
                                        ? result(pair, StepState.FAILED, reason)
                                        : result(pair, StepState.SUCCEEDED, "")));
    }

    /** The run has come to this manual intervention. */
    Play reaches(String step) {
        return then(
                stopped(
                        RunOutcome.INTERVENTION_REACHED,
                        step,
                        pair -> result(pair, StepState.RUNNING, "")));
    }

    /** Steps before {@code step} have succeeded, those behind it have not begun. */
    private EndPhase stopped(
            RunOutcome outcome, String step, Function<Pair, PairResult> atThatStep) {
        var run = current();
        var results = new ArrayList<PairResult>();
        var behind = new boolean[1];
        run.pairs()
                .forEach(
                        pair -> {
                            boolean there = pair.step().value().equals(step);
                            results.add(
                                    there
                                            ? atThatStep.apply(pair)
                                            : result(
                                                    pair,
                                                    behind[0]
                                                            ? StepState.PENDING
                                                            : StepState.SUCCEEDED,
                                                    ""));
                            behind[0] |= there;
                        });
        return new EndPhase(
                run.run(), outcome, Optional.empty(), results, List.of(), observation());
    }

    /** The current run ends well: every pair that it may start succeeded. */
    Play succeeds() {
        return then(end(RunOutcome.SUCCEEDED, StepState.SUCCEEDED));
    }

    /** The current run ends well, and a health check has taken this target out. */
    Play succeedsWithout(String target) {
        return then(without(target, end(RunOutcome.SUCCEEDED, StepState.SUCCEEDED)));
    }

    /** A cancel ends the current run, in which a health check had taken this target out. */
    Play endsCancelledWithout(String target) {
        return then(without(target, end(RunOutcome.CANCELLED, StepState.CANCELLED)));
    }

    private static EndPhase without(String target, EndPhase end) {
        return new EndPhase(
                end.run(),
                end.outcome(),
                end.reason(),
                end.results(),
                end.missing(),
                Optional.empty(),
                List.of(new TargetId(target)),
                end.observation());
    }

    /** The current run ends since this pair failed; the others succeeded. */
    Play failsAt(String step, String target, String reason) {
        var run = current();
        var failed = new Pair(Shop.step(step), target(target));
        var results =
                run.pairs()
                        .map(
                                pair ->
                                        pair.equals(failed)
                                                ? result(pair, StepState.FAILED, reason)
                                                : result(pair, StepState.SUCCEEDED, ""))
                        .toList();
        return then(
                new EndPhase(
                        run.run(),
                        RunOutcome.FAILED,
                        Optional.empty(),
                        results,
                        List.of(),
                        observation()));
    }

    /** The current acquisition ends without having brought anything to this target, or worker. */
    Play acquiresAllBut(String target) {
        return endsAcquisition(RunOutcome.SUCCEEDED, target, "its machine was out of reach");
    }

    Play failsToAcquireFor(String target, String reason) {
        return endsAcquisition(RunOutcome.FAILED, target, reason);
    }

    private Play endsAcquisition(RunOutcome outcome, String target, String reason) {
        var run = current();
        var holder = new HolderId(target);
        var missing = new ArrayList<MissingPackage>();
        for (var need : ((PhaseWork.Acquire) run.work()).needs()) {
            if (need.targets().stream().anyMatch(t -> t.target().equals(holder))) {
                missing.add(new MissingPackage(need.pinned().pin(), holder, reason));
            }
        }
        return then(
                new EndPhase(
                        run.run(), outcome, Optional.empty(), List.of(), missing, observation()));
    }

    /** The current run ends because it was cancelled; nothing of it was done. */
    Play endsCancelled() {
        return then(end(RunOutcome.CANCELLED, StepState.CANCELLED));
    }

    Play cancelled() {
        return then(new Cancel("ada", DEADLINE, false, observation()));
    }

    /** Somebody wants it to end, and nothing cleaned up. */
    Play cancelledWithoutCleanUp() {
        return then(new Cancel("ada", DEADLINE, true, observation()));
    }

    Play deadlinePasses() {
        return then(new EndNow(DEADLINE));
    }

    Play retried(RetryFrom from) {
        return then(new Retry(from, "ada"));
    }

    Play lookedAgain() {
        return then(new LookAgain(observation()));
    }

    Play arrivalsAreDue() {
        return then(new BeginWithoutThem(ARRIVALS_UNTIL, observation()));
    }

    Play then(DeploymentCommand command) {
        spec = spec.after(command);
        return this;
    }

    /** The report that the current run ended so, with every pair that it may start in one state. */
    EndPhase end(RunOutcome outcome, StepState state) {
        var run = current();
        return new EndPhase(
                run.run(),
                outcome,
                Optional.empty(),
                run.pairs().map(pair -> result(pair, state, "")).toList(),
                List.of(),
                observation());
    }

    /** A report about any run. */
    EndPhase endOf(int run) {
        return new EndPhase(
                new Run(run),
                RunOutcome.SUCCEEDED,
                Optional.empty(),
                List.of(),
                List.of(),
                observation());
    }

    static PairResult result(Pair pair, StepState state, String reason) {
        return new PairResult(
                pair,
                Optional.empty(),
                state,
                Optional.of(reason).filter(r -> !r.isEmpty()),
                false);
    }

    Observation observation() {
        return new Observation(roster, now, patient ? PATIENCE : Duration.ZERO, settled);
    }

    DeciderSpec<Deployment, DeploymentCommand, DeploymentEvent> spec() {
        return spec;
    }

    List<DeploymentEvent> history() {
        return spec.history();
    }

    /** Every run so far, such as {@code "2 ACQUISITION NORMAL"}. */
    List<String> runs() {
        return phases().stream().map(p -> p.run() + " " + p.phase() + " " + p.purpose()).toList();
    }

    List<PhaseStarted> phases() {
        return history().stream()
                .filter(PhaseStarted.class::isInstance)
                .map(PhaseStarted.class::cast)
                .toList();
    }

    /** What the newest run has to do, in words: steps with their places, or packages. */
    List<String> newestWork() {
        return switch (phases().getLast().work()) {
            case PhaseWork.Steps(var assignments) ->
                    assignments.stream()
                            .flatMap(
                                    a ->
                                            a.skip().isPresent()
                                                    ? List.of(
                                                            a.step().name()
                                                                    + " skipped: "
                                                                    + a.skip().get())
                                                            .stream()
                                                    : a.places().stream()
                                                            .map(
                                                                    p ->
                                                                            a.step().name()
                                                                                    + " "
                                                                                    + Pairs.at(p)
                                                                                    + p.unavailable()
                                                                                            .map(
                                                                                                    why ->
                                                                                                            " but "
                                                                                                                    + why)
                                                                                            .orElse(
                                                                                                    "")))
                            .toList();
            case PhaseWork.Acquire(var needs, var _) ->
                    needs.stream()
                            .flatMap(
                                    n ->
                                            n.targets().stream()
                                                    .map(
                                                            t ->
                                                                    n.pinned().pin().id()
                                                                            + " to "
                                                                            + t.target()
                                                                            + t.unavailable()
                                                                                    .map(
                                                                                            why ->
                                                                                                    " but "
                                                                                                            + why)
                                                                                    .orElse("")))
                            .toList();
        };
    }

    DeploymentEnded end() {
        return (DeploymentEnded) history().getLast();
    }

    CurrentRun current() {
        var started = phases().getLast();
        return new CurrentRun(started.run(), started.phase(), started.purpose(), started.work());
    }

    private static Optional<TargetId> target(String id) {
        return Optional.of(id).filter(text -> !text.isEmpty()).map(TargetId::new);
    }
}
