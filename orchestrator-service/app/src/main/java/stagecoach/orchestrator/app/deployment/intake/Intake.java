package stagecoach.orchestrator.app.deployment.intake;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.internal.Plan;
import stagecoach.orchestrator.app.deployment.DeploymentKind;
import stagecoach.orchestrator.app.progress.DeploymentViews;
import stagecoach.orchestrator.app.release.Answers;
import stagecoach.orchestrator.app.release.PlanStore;
import stagecoach.orchestrator.deployment.DeploymentCommand.Queue;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.release.Release;
import stagecoach.orchestrator.release.ReleaseRules;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Idempotency;
import stagecoach.runtime.access.Idempotency.Answer;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.request.Mistakes;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.wire.StagecoachJson;

/** Hands in deployments that were judged to be possible. */
@ApplicationScoped
public class Intake {
    private static final RandomGenerator RANDOM = RandomGenerator.of("SecureRandom");

    private final Idempotency idempotency;
    private final CommandHandler commands;
    private final DeploymentKind kind;
    private final PlanStore plans;
    private final DeploymentViews views;
    private final Caller caller;
    private final Clock clock;

    Intake(
            Idempotency idempotency,
            CommandHandler commands,
            DeploymentKind kind,
            PlanStore plans,
            DeploymentViews views,
            Caller caller,
            Clock clock) {
        this.idempotency = idempotency;
        this.commands = commands;
        this.kind = kind;
        this.plans = plans;
        this.views = views;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * Hands in, once for each key, what {@code read} makes of a request, and answers 202 with the
     * deployment.
     *
     * @param path of the request
     */
    public RestResponse<String> once(
            @Nullable String key,
            String path,
            byte @Nullable [] json,
            Function<Tx, DeploymentDraft> read) {
        Cause cause = Cause.of(clock, caller.actor());
        return Answers.of(
                idempotency.once(
                        Optional.ofNullable(key),
                        caller.id(),
                        "POST " + path,
                        json == null ? new byte[0] : json,
                        tx -> queue(tx, read.apply(tx), 202, cause)));
    }

    /** The answer that this request had under this key before, if it had one. */
    public Optional<RestResponse<String>> before(
            @Nullable String key, String path, byte @Nullable [] json) {
        return idempotency
                .before(
                        Optional.ofNullable(key),
                        caller.id(),
                        "POST " + path,
                        json == null ? new byte[0] : json)
                .map(Answers::of);
    }

    /** Queues a deployment; if its slot is free, it starts. */
    Answer queue(Tx tx, DeploymentDraft draft, int status, Cause cause) {
        var id = DeploymentId.ofBits(RANDOM.nextLong());
        var digest = plans.keep(tx, draft.plan());
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(id),
                List.of(new Queue(draft.queued(id, digest, cause.actor(), cause.at()))),
                cause);
        tx.execute(
                "UPDATE deployment SET created_by = ?2 WHERE id = ?1", id.value(), cause.actor());
        return answer(tx, status, id);
    }

    /** The deployment as it stands. */
    Answer answer(Tx tx, int status, DeploymentId deployment) {
        return new Answer(
                status,
                Optional.of("/api/v1/deployments/" + deployment),
                views.one(tx, deployment).map(StagecoachJson::text));
    }

    /**
     * The draft of a run without a project.
     *
     * @param name what people call it
     * @param targets the chosen ones; empty means all that a step matches
     */
    public DeploymentDraft adHoc(
            Release release,
            String name,
            String environmentName,
            EnvironmentId environment,
            List<TargetId> targets,
            Optional<String> comment,
            Roster roster) {
        return new DeploymentDraft(
                release,
                new Plan.Labels(name, environmentName, Optional.empty()),
                environment,
                new Selection(targets, List.of(), List.of()),
                ReleaseRules.outline(release, environment, List.of()),
                false,
                new Terms(Optional.empty(), Optional.empty(), false, false),
                comment,
                TransferBudget.NONE,
                roster);
    }

    /** Notes what its variables and its size stand in the way of. */
    public void check(DeploymentDraft draft, Mistakes mistakes) {
        draft.whyTooLarge().ifPresent(why -> mistakes.add("targets", why));
        VariableCheck.check(draft, mistakes);
    }
}
