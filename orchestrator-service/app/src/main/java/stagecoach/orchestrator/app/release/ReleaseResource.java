package stagecoach.orchestrator.app.release;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.DateTimeException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.ProjectSnapshot;
import stagecoach.orchestrator.release.Release;
import stagecoach.orchestrator.release.Release.StepPackage;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Idempotency;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Times;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.Printable;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.wire.StagecoachJson;

/** The releases of a project. */
@Path("/api/v1/projects/{id}/releases")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class ReleaseResource {
    private static final int NOTES_MAX = 10_000;

    private final UnitOfWork unitOfWork;
    private final Idempotency idempotency;
    private final CatalogStore catalog;
    private final ReleaseStore releases;
    private final VersionResolver versions;
    private final Caller caller;
    private final Clock clock;

    ReleaseResource(
            UnitOfWork unitOfWork,
            Idempotency idempotency,
            CatalogStore catalog,
            ReleaseStore releases,
            VersionResolver versions,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.idempotency = idempotency;
        this.catalog = catalog;
        this.releases = releases;
        this.versions = versions;
        this.caller = caller;
        this.clock = clock;
    }

    /** What somebody may ask for. */
    @Schema(name = "ReleaseRequest")
    public record ReleaseRequest(
            @Schema(required = true) String version,
            @Nullable List<ChosenVersion> packages,
            @Nullable String notes) {}

    /** A version for the package of one step, or for a package wherever it is installed. */
    @Schema(name = "ChosenVersion")
    public record ChosenVersion(
            @Nullable String step,
            @JsonProperty("package") @Nullable String packageId,
            @Schema(required = true) String version) {}

    private record Draft(
            ReleaseVersion version,
            Optional<String> notes,
            ProjectSnapshot project,
            VersionResolver.Choice choice,
            boolean exists) {}

    /** Creates a release. */
    @POST
    @Needs(Role.DEPLOY)
    @Operation(
            operationId = "createRelease",
            summary = "Create a release",
            description =
                    "Fixes the project's process and variables as they are now. Packages that are not named get their newest stable version; all are pinned by version, SHA-512 and size.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ReleaseRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "one version chosen",
                                            value =
                                                    """
                                                    {"version": "1.4.0", "packages": [{"package": "Shop.Web", "version": "1.4.0"}], "notes": "Faster search"}""")))
    @APIResponse(
            responseCode = "201",
            description = "Created",
            content = @Content(schema = @Schema(implementation = ReleaseView.class)))
    @APIResponse(responseCode = "409", description = "The version exists")
    public RestResponse<String> create(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        Optional<String> idempotencyKey = Optional.ofNullable(key);
        String request = "POST /api/v1/projects/%s/releases".formatted(id);
        byte[] body = json == null ? new byte[0] : json;
        var before = idempotency.before(idempotencyKey, caller.id(), request, body);
        if (before.isPresent()) {
            return Answers.of(before.get());
        }
        Draft draft = draft(id, JsonBody.of(json));
        // What exists is refused without asking anybody for packages.
        List<StepPackage> pinned =
                draft.exists()
                        ? List.of()
                        : versions.pin(draft.project().id(), draft.version(), draft.choice());
        var release =
                new Release(
                        draft.project().id(),
                        draft.version(),
                        draft.project().process(),
                        draft.project().variables(),
                        pinned);
        Cause cause = Cause.of(clock, caller.actor());
        var answer =
                idempotency.once(
                        idempotencyKey,
                        caller.id(),
                        request,
                        body,
                        tx -> {
                            var row = releases.create(tx, release, draft.notes(), cause);
                            return new Idempotency.Answer(
                                    201,
                                    Optional.of(
                                            "/api/v1/projects/%s/releases/%s"
                                                    .formatted(id, draft.version())),
                                    Optional.of(StagecoachJson.text(ReleaseView.of(row))));
                        });
        return Answers.of(answer);
    }

    private Draft draft(String id, JsonBody body) {
        return unitOfWork.run(
                tx -> {
                    var project =
                            projectId(id)
                                    .flatMap(known -> catalog.project(tx, known))
                                    .orElseThrow(() -> noProject(id));
                    Optional<ReleaseVersion> version =
                            body.requiredParsed("version", ReleaseVersion::new);
                    var choice = VersionResolver.read(body, project.process());
                    Optional<String> notes = body.text("notes");
                    notes.filter(text -> text.length() > NOTES_MAX)
                            .ifPresent(
                                    _ ->
                                            body.mistake(
                                                    "notes",
                                                    "Notes have at most %d characters."
                                                            .formatted(NOTES_MAX)));
                    notes.ifPresent(text -> PlainText.checkLines(body, "notes", text));
                    body.refuseUnknown();
                    body.mistakes().refuseIfAny();
                    boolean exists = releases.isUsed(tx, project.id(), version.orElseThrow());
                    return new Draft(version.get(), notes, project, choice, exists);
                });
    }

    /** Lists releases, newest first. */
    @GET
    @Operation(
            operationId = "listReleases",
            summary = "List the releases of a project, newest first")
    public Listed<ReleaseView> list(String id, @BeanParam PageRequest page) {
        int limit = page.limit();
        Optional<ReleaseStore.Place> behind = page.after().map(ReleaseResource::place);
        return unitOfWork.run(
                tx -> {
                    var project =
                            projectId(id)
                                    .filter(known -> catalog.projectExists(tx, known))
                                    .orElseThrow(() -> noProject(id));
                    return page.page(
                            releases.newest(tx, project, behind, limit + 1),
                            row -> row.createdAt + " " + row.version,
                            rows -> rows.stream().map(ReleaseView::of).toList());
                });
    }

    /** Reads one. */
    @GET
    @Path("{version}")
    @Operation(operationId = "getRelease", summary = "Read a release")
    public ReleaseView get(String id, String version) {
        return unitOfWork.run(
                tx -> {
                    ProjectId project = projectId(id).orElseThrow(() -> none(id, version));
                    ReleaseVersion known = versionOf(version).orElseThrow(() -> none(id, version));
                    return releases.row(tx, project, known)
                            .map(ReleaseView::of)
                            .orElseThrow(() -> notFound(releases.whyNone(tx, project, known)));
                });
    }

    private static Rejection none(String id, String version) {
        return notFound(
                "The project \"%s\" has no release \"%s\".".formatted(shown(id), shown(version)));
    }

    private static Rejection notFound(String sentence) {
        return Rejection.notFound(sentence);
    }

    private static ReleaseStore.Place place(String key) {
        int space = key.indexOf(' ');
        try {
            return new ReleaseStore.Place(
                    Times.instant(key.substring(0, Math.max(0, space))), key.substring(space + 1));
        } catch (DateTimeException e) {
            throw PageRequest.foreignCursor();
        }
    }

    private static Optional<ProjectId> projectId(String id) {
        return Optional.of(id).filter(IdRule::allows).map(ProjectId::new);
    }

    private static Optional<ReleaseVersion> versionOf(String text) {
        try {
            return Optional.of(new ReleaseVersion(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Rejection noProject(String id) {
        return notFound("There is no project \"%s\".".formatted(shown(id)));
    }

    private static String shown(String text) {
        return Printable.of(text);
    }
}
