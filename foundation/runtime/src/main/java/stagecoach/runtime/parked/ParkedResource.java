package stagecoach.runtime.parked;

import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.decider.StreamId;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.inbox.Parking;
import stagecoach.runtime.request.PlainText;

/**
 * Events that a service could not handle, with all later ones of their streams: to be seen, and to
 * be handled again once the reason is gone.
 */
@Path("/api/v1/services/{service}/parked-streams")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Operation")
@Needs(Role.ADMIN)
@RunOnVirtualThread
public class ParkedResource {
    private static final int EVENTS_MAX = 100;

    private final Parking parking;
    private final Caller caller;
    private final String own;

    ParkedResource(
            Parking parking,
            Caller caller,
            @ConfigProperty(name = "stagecoach.service") String own) {
        this.parking = parking;
        this.caller = caller;
        this.own = own;
    }

    /**
     * A stream that waits.
     *
     * @param version of the first parked event
     * @param reason why that one could not be handled
     */
    @Schema(name = "ParkedStream")
    public record ParkedStream(String handler, String stream, long version, String reason) {}

    /**
     * An event that waits.
     *
     * @param headers its CloudEvents attributes as they came
     * @param data its bytes as text
     */
    @Schema(name = "ParkedEvent")
    public record ParkedEvent(
            long version, String reason, Instant since, Map<String, String> headers, String data) {
        /** Copies the headers. */
        public ParkedEvent {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * What a replay came to.
     *
     * @param free whether nothing of the stream is parked any more
     * @param left the events that still wait, the first with the reason; at most 100
     */
    public record Replayed(boolean free, List<ParkedEvent> left) {
        /** Copies the events. */
        public Replayed {
            left = List.copyOf(left);
        }
    }

    /** All parked streams of the service. */
    @GET
    @Operation(
            operationId = "listParkedStreams",
            summary = "List the streams that a service could not go on with")
    public Listed<ParkedStream> list(@PathParam("service") String service) {
        check(service);
        return new Listed<>(
                parking.list().stream()
                        .map(
                                p ->
                                        new ParkedStream(
                                                p.handler(),
                                                p.stream().value(),
                                                p.version(),
                                                p.reason()))
                        .toList(),
                null);
    }

    /** The parked events of one stream. */
    @GET
    @Path("{handler}/{stream}")
    @Operation(
            operationId = "listParkedEvents",
            summary = "Read the parked events of a stream, in order, at most 100")
    public Listed<ParkedEvent> events(
            @PathParam("service") String service,
            @PathParam("handler") String handler,
            @PathParam("stream") String stream) {
        check(service);
        return new Listed<>(parked(handler, stream(stream)), null);
    }

    /** Handles them again. */
    @POST
    @Path("{handler}/{stream}/replay")
    @Operation(
            operationId = "replayParkedStream",
            summary = "Handle the parked events of a stream again",
            description =
                    "In order, until one fails again. It may be repeated: what was handled is not handled twice.")
    public Replayed replay(
            @PathParam("service") String service,
            @PathParam("handler") String handler,
            @PathParam("stream") String stream) {
        check(service);
        StreamId of = stream(stream);
        parked(handler, of);
        if (!parking.hasMet(handler)) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT,
                    "parked",
                    "Handler %s has not begun in this pod. It begins with the next event for it and then tries what is parked by itself."
                            .formatted(handler));
        }
        Log.infof(
                "Parked events are handled again on request. handler=%s stream=%s actor=%s",
                handler, of, PlainText.logged(caller.actor()));
        boolean free = parking.replay(handler, of);
        return new Replayed(free, views(handler, of));
    }

    /** Gives up records that name no event. */
    @DELETE
    @Path("{handler}/{stream}")
    @Operation(
            operationId = "discardParkedStream",
            summary = "Give up parked records that are of no stream",
            description =
                    "An event of a stream is never left out, since later ones build upon it: 409.")
    public void discard(
            @PathParam("service") String service,
            @PathParam("handler") String handler,
            @PathParam("stream") String stream) {
        check(service);
        StreamId of = stream(stream);
        parked(handler, of);
        try {
            parking.discard(handler, of);
        } catch (IllegalArgumentException e) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT,
                    "parked",
                    "%s is a stream, and later events build upon the one that is parked: none can be left out. Mend the reason, then replay it."
                            .formatted(of));
        }
    }

    private void check(String service) {
        if (!service.equals(own)) {
            throw Rejection.notFound("This is %s; ask for its own streams.".formatted(own));
        }
    }

    private static StreamId stream(String name) {
        try {
            return new StreamId(name);
        } catch (IllegalArgumentException e) {
            throw notParked(name);
        }
    }

    private List<ParkedEvent> parked(String handler, StreamId stream) {
        List<ParkedEvent> events = views(handler, stream);
        if (events.isEmpty()) {
            throw notParked(stream.value());
        }
        return events;
    }

    private List<ParkedEvent> views(String handler, StreamId stream) {
        return parking.events(handler, stream, EVENTS_MAX).stream()
                .map(
                        e ->
                                new ParkedEvent(
                                        e.version(), e.reason(), e.since(), e.headers(), e.data()))
                .toList();
    }

    private static Rejection notParked(String stream) {
        return Rejection.notFound(
                "No event of \"%s\" is parked for this handler.".formatted(stream));
    }
}
