package stagecoach.packages.app.pull;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.internal.ReadBytes;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.index.BlobAnswers;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.packages.Sha512;

/** The bytes of packages for the agent-gateway, which hands them on to tentacles. */
@Path(ReadBytes.PATH + "/{sha512}")
@RunOnVirtualThread
public class BlobResource {
    /** Buffers on the way to a slow machine may take minutes to empty. */
    private static final Duration TAKEN_WITHIN = Duration.ofMinutes(5);

    private final BlobAnswers answers;
    private final Paces paces;

    BlobResource(BlobAnswers answers, Paces paces) {
        this.answers = answers;
        this.paces = paces;
    }

    /**
     * The bytes, or a range of them, as fast as the machine's region allows.
     *
     * @param agent the machine that reads, if a gateway tells
     */
    @GET
    @Operation(hidden = true)
    public Response get(
            @PathParam("sha512") String sha512,
            @QueryParam(ReadBytes.AGENT) @Nullable String agent,
            @Context HttpHeaders headers,
            @Context RoutingContext exchange)
            throws IOException {
        return found(
                agent == null
                        ? answers.answer(parsed(sha512), false, headers)
                        : answers.answer(
                                parsed(sha512),
                                false,
                                headers,
                                pacedTo(agent, exchange.response())));
    }

    private BlobAnswers.Sending pacedTo(String agent, HttpServerResponse response) {
        AgentId machine;
        try {
            machine = new AgentId(agent);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("/" + ReadBytes.AGENT, String.valueOf(e.getMessage()));
        }
        var body = new PacedBody(most -> paces.leaveTo(machine, most));
        return (part, length) ->
                (StreamingOutput)
                        out -> {
                            try (InputStream content = part.open()) {
                                body.send(
                                        content,
                                        length,
                                        (piece, count) -> {
                                            out.write(piece, 0, count);
                                            out.flush();
                                            // Nothing, which goes when all before it has gone.
                                            PacedBody.awaitTaken(
                                                    response.write(Buffer.buffer()), TAKEN_WITHIN);
                                        });
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                                throw new IOException("this server is being stopped", e);
                            }
                        };
    }

    /** Whether they are here, and how many. */
    @HEAD
    @Operation(hidden = true)
    public Response head(@PathParam("sha512") String sha512, @Context HttpHeaders headers)
            throws IOException {
        return found(answers.answer(parsed(sha512), true, headers));
    }

    private static Response found(Optional<Response> response) {
        return response.orElseThrow(
                () -> Rejection.notFound("No package with this SHA-512 is here."));
    }

    private static Sha512 parsed(String sha512) {
        try {
            return Sha512.parseHex(sha512);
        } catch (IllegalArgumentException e) {
            throw Rejection.notFound(String.valueOf(e.getMessage()));
        }
    }
}
