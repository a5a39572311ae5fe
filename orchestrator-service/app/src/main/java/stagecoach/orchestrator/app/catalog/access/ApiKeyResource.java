package stagecoach.orchestrator.app.catalog.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.Printable;

/** API keys: shown once when they are made, known by their hash from then on. */
@Path("/api/v1/api-keys")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Needs(Role.ADMIN)
@Tag(name = "Access")
public class ApiKeyResource {
    private static final RandomGenerator RANDOM = RandomGenerator.of("SecureRandom");

    private final UnitOfWork unitOfWork;
    private final ApiKeys keys;
    private final Caller caller;
    private final Clock clock;

    ApiKeyResource(UnitOfWork unitOfWork, ApiKeys keys, Caller caller, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.keys = keys;
        this.caller = caller;
        this.clock = clock;
    }

    /** What somebody may ask for. */
    @Schema(name = "ApiKeyRequest")
    public record ApiKeyRequest(
            @Schema(required = true) String name,
            @Schema(required = true) List<Role> roles,
            @Nullable List<String> teams,
            @Nullable Instant expiresAt) {}

    /**
     * A key.
     *
     * @param teams whom a manual intervention may name as responsible; they give no other right
     * @param key the key itself, in the answer that makes it and nowhere else
     */
    @Schema(name = "ApiKey")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ApiKeyView(
            String id,
            String name,
            List<Role> roles,
            List<String> teams,
            @Schema(nullable = true) @Nullable Instant expiresAt,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key) {
        static ApiKeyView of(ApiKey key, @Nullable String shown) {
            return new ApiKeyView(
                    key.id(),
                    key.name(),
                    key.roles(),
                    key.teams(),
                    key.expiresAt().orElse(null),
                    shown);
        }
    }

    /** Makes a key and shows it, once. */
    @POST
    @Operation(operationId = "createApiKey", summary = "Make an API key; the answer shows it once")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ApiKeyRequest.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = ApiKeyView.class)))
    public RestResponse<ApiKeyView> make(byte @Nullable [] json) {
        var body = JsonBody.of(json);
        Optional<String> name = body.requiredText("name");
        name.filter(text -> text.length() > 200)
                .ifPresent(_ -> body.mistake("name", "A name has at most 200 characters."));
        name.ifPresent(text -> PlainText.checkLine(body, "name", text));
        body.missing("roles");
        List<Role> roles = body.list("roles", ApiKeyResource::role).orElse(List.of());
        if (body.has("roles") && roles.isEmpty() && body.mistakes().none()) {
            body.mistake("roles", "A key without roles may do nothing. Give it one, such as READ.");
        }
        List<String> teams =
                body.list("teams", ApiKeyResource::team).orElse(List.of()).stream()
                        .distinct()
                        .toList();
        Optional<Instant> expiresAt = body.instant("expiresAt");
        expiresAt
                .filter(at -> !at.isAfter(clock.instant()))
                .ifPresent(_ -> body.mistake("expiresAt", "expiresAt is past. Give a later time."));
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        String id = "key-" + DeploymentId.ofBits(RANDOM.nextLong());
        String shown = KeyCheck.mint();
        var key =
                new ApiKey(
                        id, name.orElseThrow(), KeyCheck.sha256Of(shown), roles, expiresAt, teams);
        Cause cause = Cause.of(clock, caller.actor());
        return unitOfWork.run(
                tx -> {
                    keys.put(tx, key, cause);
                    return ResponseBuilder.create(
                                    RestResponse.Status.CREATED, ApiKeyView.of(key, shown))
                            .location(URI.create("/api/v1/api-keys/" + id))
                            .build();
                });
    }

    /** Lists the keys by id; what they are is never shown again. */
    @GET
    @Operation(operationId = "listApiKeys", summary = "List API keys, without the keys themselves")
    public Listed<ApiKeyView> list(@BeanParam PageRequest page) {
        int limit = page.limit();
        String after = page.after().orElse("");
        return unitOfWork.run(
                tx ->
                        page.page(
                                keys.after(tx, after, limit + 1),
                                ApiKey::id,
                                found ->
                                        found.stream()
                                                .map(key -> ApiKeyView.of(key, null))
                                                .toList()));
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getApiKey", summary = "Read an API key's name and roles")
    public ApiKeyView get(String id) {
        return unitOfWork.run(
                tx ->
                        keys.find(tx, id)
                                .map(key -> ApiKeyView.of(key, null))
                                .orElseThrow(() -> notFound(id)));
    }

    /**
     * Removes one; the last that may do everything stays, and the last of a team that is being
     * asked. One that has expired is neither.
     */
    @DELETE
    @Path("{id}")
    @Operation(operationId = "deleteApiKey", summary = "Remove an API key")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        Cause cause = Cause.of(clock, caller.actor());
        unitOfWork.run(
                tx -> {
                    keys.lock(tx);
                    ApiKey key = keys.find(tx, id).orElseThrow(() -> notFound(id));
                    if (key.expiresAt().filter(end -> !end.isAfter(cause.at())).isEmpty()) {
                        refuseIfNeeded(tx, key, cause.at());
                    }
                    keys.remove(tx, id, cause);
                    return key;
                });
    }

    private void refuseIfNeeded(Tx tx, ApiKey key, Instant now) {
        if (key.roles().contains(Role.ADMIN) && !keys.anotherAdmin(tx, key.id(), now)) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT,
                    "in-use",
                    "\"%s\" is the last key that may do everything. Make another with the role ADMIN first."
                            .formatted(key.id()));
        }
        keys.onlyAnswerer(tx, key, now)
                .ifPresent(
                        question -> {
                            throw stillAsked(key.id(), question);
                        });
    }

    private static Rejection stillAsked(String id, ApiKeys.Unanswered question) {
        return new Rejection(
                Rejection.Kind.CONFLICT,
                "in-use",
                "deployment %s asks people, and without \"%s\" no one of %s can answer. Answer it first (ADMIN may, too), or make another key of that team."
                        .formatted(question.deployment(), id, String.join(", ", question.asked())));
    }

    private static String team(String text) {
        if (IdRule.allows(text)) {
            return text;
        }
        throw new IllegalArgumentException(IdRule.refusal("team", text) + ".");
    }

    private static Role role(String text) {
        for (Role role : Role.values()) {
            if (role.name().equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "\"%s\" is no role: use ADMIN, CONFIGURE, DEPLOY, PUSH or READ.".formatted(text));
    }

    private static Rejection notFound(String id) {
        return Rejection.notFound("There is no API key \"%s\".".formatted(Printable.of(id)));
    }
}
