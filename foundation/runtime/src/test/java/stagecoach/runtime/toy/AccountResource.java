package stagecoach.runtime.toy;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.decider.StreamId;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.Idempotency;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.vocabulary.identity.ProjectId;

/** A REST surface to try the manners on. */
@Path("/")
@RunOnVirtualThread
public class AccountResource {
    private final CommandHandler handler;
    private final Idempotency idempotency;
    private final Caller caller;

    AccountResource(CommandHandler handler, Idempotency idempotency, Caller caller) {
        this.handler = handler;
        this.idempotency = idempotency;
        this.caller = caller;
    }

    /** What a person writes. */
    public record Body(
            ProjectId project,
            Optional<Duration> timeout,
            Optional<Role> role,
            List<Item> items,
            Optional<Boolean> flag) {}

    /** An item of a body. */
    public record Item(ProjectId id, int count) {}

    @GET
    @Path("api/v1/who")
    public Listed<String> who() {
        return new Listed<>(List.of(caller.actor()), null);
    }

    @PUT
    @Path("api/v1/bodies")
    @Needs(Role.CONFIGURE)
    public Body body(Body body) {
        return body;
    }

    @GET
    @Path("api/v1/push")
    @Needs({Role.PUSH, Role.READ})
    public String push() {
        return "pushed";
    }

    @GET
    @Path("api/v1/refusals/{kind}")
    public String refuse(@PathParam("kind") String kind) {
        throw switch (kind) {
            case "invalid" ->
                    new InvalidInput(
                            List.of(
                                    new FieldError("/a", "A is wrong."),
                                    new FieldError("/b/0", "B is wrong.")));
            case "conflict" ->
                    new Rejection(Rejection.Kind.CONFLICT, "release-exists", "It exists.");
            default -> new IllegalStateException("the password is hunter2");
        };
    }

    @POST
    @Path("api/v1/accounts")
    @Needs(Role.DEPLOY)
    public Response open(@HeaderParam("Idempotency-Key") @Nullable String key, String owner) {
        var answer =
                idempotency.once(
                        Optional.ofNullable(key),
                        caller.id(),
                        "POST /api/v1/accounts",
                        owner.getBytes(StandardCharsets.UTF_8),
                        tx -> {
                            var stream = StreamId.of("account", java.util.UUID.randomUUID());
                            handler.handle(
                                    tx,
                                    AccountKind.ACCOUNTS,
                                    stream,
                                    List.of(new Open(owner)),
                                    Cause.of(Clock.systemUTC(), caller.actor()));
                            return new Idempotency.Answer(
                                    201,
                                    Optional.of("/api/v1/accounts/" + stream.name()),
                                    Optional.of("{\"account\":\"" + stream.name() + "\"}"));
                        });
        var response = Response.status(answer.status());
        answer.location().map(URI::create).ifPresent(response::location);
        return response.type("application/json").entity(answer.body().orElse("")).build();
    }

    @POST
    @Path("api/v1/unjudged")
    public Item unjudged() {
        return new Item(new ProjectId("shop"), 1);
    }

    @POST
    @Path("internal/echo")
    public Item echo(Item item) {
        return item;
    }

    @GET
    @Path("nuget/v3/index.json")
    public String index() {
        return caller.actor();
    }

    @GET
    @Path("nuget/v3/reader")
    @Needs({Role.PUSH, Role.READ})
    public String reader() {
        return caller.actor();
    }

    @GET
    @Path("nuget/v3/keys")
    @Needs(Role.ADMIN)
    public String administrator() {
        return caller.actor();
    }

    @PUT
    @Path("nuget/v3/package")
    @Needs(Role.PUSH)
    public String pusher() {
        return caller.actor();
    }
}
