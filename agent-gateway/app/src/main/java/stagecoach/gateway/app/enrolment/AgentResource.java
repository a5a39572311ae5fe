package stagecoach.gateway.app.enrolment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.AgentId;

/** {@code /api/v1/agents}: the tentacles that are trusted, and the end of that trust. */
@Path("/api/v1/agents")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AgentResource {
    private static final int LIMIT_MAX = 500;

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
    public Listed<Agent> list(
            @QueryParam("limit") @DefaultValue("50") int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new InvalidInput("/limit", "Use a number from 1 to %d.".formatted(LIMIT_MAX));
        }
        String after = cursor == null ? "" : idOf(cursor);
        List<Agent> items =
                unitOfWork.run(tx -> agents.page(tx, after, limit + 1)).stream()
                        .map(AgentResource::shown)
                        .toList();
        if (items.size() <= limit) {
            return new Listed<>(items, null);
        }
        List<Agent> page = items.subList(0, limit);
        return new Listed<>(page, cursorOf(page.getLast().id()));
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

    private static String cursorOf(String id) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(id.getBytes(StandardCharsets.UTF_8));
    }

    private static String idOf(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("/cursor", "Use a cursor that an earlier answer gave as next.");
        }
    }
}
