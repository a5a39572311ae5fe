package stagecoach.orchestrator.app.projection;

import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PlainText;

/** The read models of this service, and their rebuilding while they serve. */
@Path("/api/v1/services/{service}/projections")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Operation")
@Needs(Role.ADMIN)
@RunOnVirtualThread
public class ProjectionsResource {
    private static final String FORGOTTEN =
            "the feed no longer tells the beginning of their history (see /retention, events)";

    private final UnitOfWork unitOfWork;
    private final Clock clock;
    private final Caller caller;
    private final List<Projection> projections;
    private final String own;

    ProjectionsResource(
            UnitOfWork unitOfWork,
            Clock clock,
            Caller caller,
            @Any Instance<Projection> projections,
            @ConfigProperty(name = "stagecoach.service") String own) {
        this.unitOfWork = unitOfWork;
        this.clock = clock;
        this.caller = caller;
        this.projections = projections.stream().toList();
        this.own = own;
    }

    /**
     * A read model.
     *
     * @param rebuild the newest one; null if there was none
     */
    @Schema(name = "Projection")
    public record ProjectionView(String name, List<String> tables, @Nullable RebuildView rebuild) {
        /** Copies the tables. */
        public ProjectionView {
            tables = List.copyOf(tables);
        }
    }

    /**
     * A rebuild.
     *
     * @param state RUNNING, DONE or FAILED
     * @param eventsDone how many events of the feed it has looked at
     * @param events how many there are
     * @param failure why it failed
     * @param rowsRemoved rows that were not as events tell, or superfluous
     * @param rowsWritten rows that were not as events tell, or missing
     * @param rowsLeft rows that stayed as they were, right or wrong
     * @param leftBecause why; null if there are none
     */
    @Schema(name = "Rebuild")
    public record RebuildView(
            String state,
            long eventsDone,
            long events,
            String askedBy,
            Instant askedAt,
            @Nullable Instant endedAt,
            @Nullable String failure,
            long rowsRemoved,
            long rowsWritten,
            long rowsLeft,
            @Nullable String leftBecause) {}

    /** All of them. */
    @GET
    @Operation(
            operationId = "listProjections",
            summary = "List the read models of a service, each with its newest rebuild")
    public Listed<ProjectionView> list(@PathParam("service") String service) {
        check(service);
        return new Listed<>(
                unitOfWork.run(tx -> projections.stream().map(p -> view(tx, p)).toList()), null);
    }

    /** One of them. */
    @GET
    @Path("{name}")
    @Operation(operationId = "getProjection", summary = "Read a read model with its newest rebuild")
    public ProjectionView read(
            @PathParam("service") String service, @PathParam("name") String name) {
        check(service);
        Projection projection = projection(name);
        return unitOfWork.run(tx -> view(tx, projection));
    }

    /** Asks for a rebuild. */
    @POST
    @Path("{name}/rebuild")
    @Operation(
            operationId = "rebuildProjection",
            summary = "Rebuild a read model from the feed of events",
            description =
                    "It goes on by itself, also after a restart; reads see the present rows until the rebuilt ones take their place in one transaction.")
    @APIResponse(
            responseCode = "202",
            description = "It was asked for",
            content = @Content(schema = @Schema(implementation = ProjectionView.class)))
    public Response rebuild(@PathParam("service") String service, @PathParam("name") String name) {
        check(service);
        Projection projection = projection(name);
        ProjectionView view =
                unitOfWork.run(
                        tx -> {
                            boolean asked =
                                    RebuildRow.ask(tx, name, caller.actor(), clock.instant());
                            ProjectionView now = view(tx, projection);
                            if (!asked) {
                                throw underWay(now);
                            }
                            return now;
                        });
        Log.infof(
                "A read model is rebuilt. projection=%s actor=%s",
                name, PlainText.logged(caller.actor()));
        return Response.status(Response.Status.ACCEPTED).entity(view).build();
    }

    private static Rejection underWay(ProjectionView view) {
        RebuildView rebuild = Objects.requireNonNull(view.rebuild());
        return new Rejection(
                Rejection.Kind.CONFLICT,
                "rebuild-under-way",
                "%s has been asked to rebuild \"%s\" since %s and has done %d of %d events. Wait for its end, or watch it with GET on this read model."
                        .formatted(
                                rebuild.askedBy(),
                                view.name(),
                                rebuild.askedAt(),
                                rebuild.eventsDone(),
                                rebuild.events()));
    }

    private static ProjectionView view(Tx tx, Projection projection) {
        long head = RebuildRow.head(tx);
        return new ProjectionView(
                projection.name(),
                projection.tables().stream().map(Projection.Table::name).toList(),
                RebuildRow.told(tx, projection.name())
                        .map(
                                told ->
                                        new RebuildView(
                                                told.state(),
                                                told.eventsDone(),
                                                head,
                                                told.askedBy(),
                                                told.askedAt(),
                                                told.endedAt(),
                                                told.failure(),
                                                told.rowsRemoved(),
                                                told.rowsWritten(),
                                                told.rowsLeft(),
                                                told.rowsLeft() == 0 ? null : FORGOTTEN))
                        .orElse(null));
    }

    private Projection projection(String name) {
        return projections.stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                Rejection.notFound(
                                        "There is no read model \"%s\". There is: %s."
                                                .formatted(
                                                        name,
                                                        projections.stream()
                                                                .map(Projection::name)
                                                                .sorted()
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    private void check(String service) {
        if (!service.equals(own)) {
            throw Rejection.notFound("This is %s; ask for its own read models.".formatted(own));
        }
    }
}
