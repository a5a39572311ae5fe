package stagecoach.orchestrator.app.deployment.intake;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.deployment.WaitingFor;
import stagecoach.orchestrator.app.deployment.intake.PreviewView.CacheView;
import stagecoach.orchestrator.app.deployment.intake.PreviewView.LinkView;
import stagecoach.orchestrator.app.deployment.intake.PreviewView.PackageView;
import stagecoach.orchestrator.app.deployment.intake.PreviewView.PlaceView;
import stagecoach.orchestrator.app.deployment.intake.PreviewView.StepView;
import stagecoach.orchestrator.app.deployment.intake.PreviewView.WarningView;
import stagecoach.orchestrator.app.progress.WaitingReason;
import stagecoach.orchestrator.app.release.PackageService;
import stagecoach.orchestrator.deployment.PhasePlan;
import stagecoach.orchestrator.release.PlaceConditions;
import stagecoach.orchestrator.release.UnknownScope;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.Mistakes;
import stagecoach.runtime.request.Nearest;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.HolderId;

/** Says what a deployment would do, without doing anything. */
@Path("/api/v1/deployment-previews")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class PreviewResource {
    private final UnitOfWork unitOfWork;

    private final DraftReader drafts;
    private final CatalogStore catalog;
    private final WaitingFor waitingFor;
    private final PackageService packageService;
    private final Clock clock;

    PreviewResource(
            UnitOfWork unitOfWork,
            DraftReader drafts,
            CatalogStore catalog,
            WaitingFor waitingFor,
            PackageService packageService,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.drafts = drafts;
        this.catalog = catalog;
        this.waitingFor = waitingFor;
        this.packageService = packageService;
        this.clock = clock;
    }

    private record Thought(
            DeploymentDraft draft,
            List<WaitingReason> waitingFor,
            List<UnknownScope> unknownScopes) {}

    /** The preview of the deployment that the same body would ask for. */
    @POST
    @Needs(Role.READ)
    @Operation(
            operationId = "previewDeployment",
            summary = "Say what a deployment would run, move and wait for",
            description = "Takes the body of POST /deployments and changes nothing.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = DeploymentRequest.class)))
    public PreviewView preview(byte @Nullable [] json) {
        Thought thought =
                unitOfWork.run(
                        tx -> {
                            Instant now = clock.instant();
                            DeploymentDraft draft = drafts.read(tx, json, now);
                            return new Thought(
                                    draft, waitingFor(tx, draft, now), unknownScopes(tx, draft));
                        });
        DeploymentDraft draft = thought.draft();
        var selection = draft.places();
        List<StepAssignment> assignments = draft.steps().stream().map(selection::assign).toList();
        var conditions = new PlaceConditions(draft.plan());
        List<PackageNeed> needs =
                PhasePlan.ofFresh(
                                draft.queued(
                                        DeploymentDraft.UNNAMED, Digest.of(""), "", Instant.EPOCH),
                                draft.roster(),
                                (_, step, place) -> conditions.leavesOut(step.name(), place))
                        .needs()
                        .strict();
        var foreseen =
                needs.isEmpty()
                        ? new ForeseeAcquisition.Response(List.of(), List.of(), List.of())
                        : packageService.foresee(
                                new ForeseeAcquisition.Request(needs, draft.forceDownload()));
        return new PreviewView(
                draft.release().project().value(),
                draft.release().version().value(),
                draft.environment().value(),
                assignments.stream().map(PreviewResource::step).toList(),
                packages(needs, foreseen),
                caches(foreseen),
                links(foreseen),
                thought.waitingFor(),
                warnings(draft, assignments, thought.unknownScopes(), foreseen.notes()));
    }

    private List<UnknownScope> unknownScopes(Tx tx, DeploymentDraft draft) {
        var tags = catalog.tagsOfTargets(tx);
        return UnknownScope.of(
                draft.release(),
                tags.keySet(),
                tags.values().stream().flatMap(List::stream).collect(Collectors.toSet()));
    }

    /** A scheduled one waits for its time; who is ahead of it then is not known yet. */
    private List<WaitingReason> waitingFor(Tx tx, DeploymentDraft draft, Instant now) {
        return draft.terms()
                .notBefore()
                .map(due -> List.of(WaitingFor.scheduled(due)))
                .orElseGet(
                        () ->
                                waitingFor.ofNew(
                                        tx,
                                        draft.release().project().value(),
                                        draft.environment().value(),
                                        now));
    }

    private static StepView step(StepAssignment assignment) {
        PlannedStep step = assignment.step();
        return new StepView(
                step.phase().name(),
                step.name().value(),
                step.kind().name(),
                step.condition().name(),
                assignment.places().stream().map(PreviewResource::place).toList(),
                assignment.skip().orElse(null));
    }

    private static PlaceView place(Place place) {
        return new PlaceView(
                place.target().map(Object::toString).orElse(null),
                place.worker().map(Object::toString).orElse(null),
                place.region().map(Object::toString).orElse(null),
                place.unavailable().orElse(null));
    }

    private static List<PackageView> packages(
            List<PackageNeed> needs, ForeseeAcquisition.Response foreseen) {
        Map<HolderId, String> unavailable = new HashMap<>();
        for (PackageNeed need : needs) {
            for (var target : need.targets()) {
                target.unavailable().ifPresent(why -> unavailable.put(target.target(), why));
            }
        }
        return foreseen.targets().stream()
                .map(
                        row ->
                                new PackageView(
                                        row.pin().id().value(),
                                        row.pin().version().toString(),
                                        row.target().target().map(Object::toString).orElse(null),
                                        row.target().worker().map(Object::toString).orElse(null),
                                        row.held(),
                                        row.path(),
                                        row.bytes(),
                                        row.begun().orElse(0L),
                                        unavailable.get(row.target())))
                .toList();
    }

    private static List<CacheView> caches(ForeseeAcquisition.Response foreseen) {
        return foreseen.caches().stream()
                .map(
                        row ->
                                new CacheView(
                                        row.pin().id().value(),
                                        row.pin().version().toString(),
                                        row.cache().value(),
                                        row.held(),
                                        row.bytes(),
                                        row.begun().orElse(0L),
                                        row.doubted().orElse(false),
                                        row.unheard().orElse(false)))
                .toList();
    }

    private static List<LinkView> links(ForeseeAcquisition.Response foreseen) {
        return foreseen.links().stream()
                .map(link -> new LinkView(link.from(), link.to().orElse(null), link.bytes()))
                .toList();
    }

    /**
     * Names that may be wrong, surprising ways, a step without any place, and machines that are not
     * there now.
     */
    private static List<WarningView> warnings(
            DeploymentDraft draft,
            List<StepAssignment> assignments,
            List<UnknownScope> unknownScopes,
            List<String> notes) {
        var warnings = new ArrayList<WarningView>();
        unknownScopes.forEach(scope -> warnings.add(new WarningView(null, null, sentence(scope))));
        VariableCheck.check(draft, new Mistakes())
                .forEach(
                        (step, doubts) ->
                                doubts.forEach(
                                        doubt ->
                                                warnings.add(
                                                        new WarningView(
                                                                step.value(), null, doubt))));
        notes.forEach(note -> warnings.add(new WarningView(null, null, note)));
        for (StepAssignment assignment : assignments) {
            String step = assignment.step().name().value();
            if (assignment.step().skip().isEmpty()) {
                assignment.skip().ifPresent(why -> warnings.add(new WarningView(step, null, why)));
            }
            for (Place place : assignment.places()) {
                place.unavailable()
                        .ifPresent(
                                why ->
                                        warnings.add(
                                                new WarningView(
                                                        step,
                                                        place.target()
                                                                .map(Object::toString)
                                                                .orElse(null),
                                                        why)));
            }
        }
        return warnings;
    }

    private static String sentence(UnknownScope scope) {
        String what =
                switch (scope.dimension()) {
                    case STEPS -> "this release has no step \"%s\" (of a group, name the children)";
                    case TARGETS -> "there is no target \"%s\"";
                    case TAGS -> "no target has the tag \"%s\"";
                };
        return "Variable %s, scope/%s: %s, so it counts nowhere for that name.%s"
                .formatted(
                        scope.variable(),
                        scope.dimension().name().toLowerCase(Locale.ROOT),
                        what.formatted(scope.name()),
                        Nearest.question(scope.name(), scope.known()));
    }
}
