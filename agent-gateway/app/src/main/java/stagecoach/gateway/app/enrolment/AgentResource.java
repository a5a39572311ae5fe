package stagecoach.gateway.app.enrolment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.vocabulary.identity.AgentId;

/** {@code /api/v1/agents}: the tentacles that are trusted, and the end of that trust. */
@Path("/api/v1/agents")
@Tag(name = "Machines")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AgentResource {
    private final UnitOfWork unitOfWork;
    private final Agents agents;
    private final Trust trust;
    private final Caller caller;
    private final Clock clock;

    AgentResource(UnitOfWork unitOfWork, Agents agents, Trust trust, Caller caller, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.agents = agents;
        this.trust = trust;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * A tentacle.
     *
     * @param id {@code target:<id>} or {@code worker:<id>}
     * @param thumbprint of its certificate; absent once it is revoked
     * @param trustsGateways which certificates of the gateway it trusts; absent as long as it has
     *     not said so, as of older ones
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record Agent(
            String id,
            Optional<String> thumbprint,
            Instant enrolledAt,
            Optional<Instant> revokedAt,
            Health health,
            Optional<List<String>> trustsGateways) {}

    /**
     * How it is.
     *
     * @param checkedAt when {@code state} or {@code reason} last changed
     * @param lastSeenAt when it was last heard, to within a minute; absent if it never connected
     * @param freeDiskBytes as it told last
     */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "ConnectedHealth")
    public record Health(
            AgentHealth state,
            String reason,
            Instant checkedAt,
            Optional<Instant> lastSeenAt,
            Optional<String> version,
            Optional<Long> freeDiskBytes,
            List<String> capabilities) {}

    /** Lists tentacles by id, revoked ones included. */
    @GET
    @Operation(operationId = "listAgents", summary = "Tentacles by id, revoked ones included")
    public Listed<Agent> list(@BeanParam PageRequest page) {
        String after = page.after().orElse("");
        return page.page(
                unitOfWork.run(tx -> agents.page(tx, after, page.limit() + 1)),
                row -> row.agent().value(),
                rows -> rows.stream().map(AgentResource::shown).toList());
    }

    /** One tentacle. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getAgent", summary = "One tentacle: target:<id> or worker:<id>")
    public Agent get(@PathParam("id") String id) {
        AgentId agent = agentId(id);
        return unitOfWork
                .run(tx -> agents.find(tx, agent))
                .map(AgentResource::shown)
                .orElseThrow(() -> unknown(id));
    }

    /** Takes the trust away; what it is a tentacle of stays configured. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "revokeAgent",
            summary = "Trust a tentacle no longer: its session is cut and its certificate refused")
    public void revoke(@PathParam("id") String id) {
        AgentId agent = agentId(id);
        String reason = "%s revoked it.".formatted(caller.actor());
        boolean was = trust.revoke(agent, reason, Cause.of(clock, caller.actor()));
        if (!was && unitOfWork.run(tx -> agents.find(tx, agent)).isEmpty()) {
            throw unknown(id);
        }
    }

    private static Agent shown(Agents.Row row) {
        return new Agent(
                row.agent().value(),
                row.thumbprint(),
                row.enrolledAt(),
                row.revokedAt(),
                new Health(
                        row.health().state(),
                        row.health().reason(),
                        row.healthAt(),
                        row.lastSeenAt(),
                        row.health().version(),
                        row.health().freeDiskBytes(),
                        row.health().capabilities()),
                row.gateways());
    }

    private static AgentId agentId(String id) {
        try {
            return new AgentId(id);
        } catch (IllegalArgumentException e) {
            throw unknown(id);
        }
    }

    private static Rejection unknown(String id) {
        return new Rejection(
                Rejection.Kind.NOT_FOUND,
                "agent-not-found",
                "No agent \"%s\" has enrolled. GET /api/v1/agents lists those that have."
                        .formatted(id));
    }
}
