package stagecoach.orchestrator.app.audit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.media.SchemaProperty;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.orchestrator.app.live.LiveStream;
import stagecoach.orchestrator.app.live.Subject;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Problems;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Times;
import stagecoach.runtime.request.PageRequest;

/** The feed of events: a page, or everything as it comes. */
@Path("/api/v1/events")
@Tag(name = "Events")
public class EventsResource {
    private static final String START = "start";
    private static final int LIVE_AT_ONCE = 200;

    private final UnitOfWork unitOfWork;
    private final EventFeed feed;
    private final LiveStream live;
    private final Problems problems;

    EventsResource(UnitOfWork unitOfWork, EventFeed feed, LiveStream live, Problems problems) {
        this.unitOfWork = unitOfWork;
        this.feed = feed;
        this.live = live;
        this.problems = problems;
    }

    /** Where to begin. {@code Last-Event-ID} wins over {@code cursor}, that over {@code since}. */
    public static class Beginning {
        @Parameter(description = "The next of the page before, or start")
        @QueryParam("cursor")
        public @Nullable String cursor;

        @Parameter(description = "A time: begin with the first event decided then or later")
        @QueryParam("since")
        public @Nullable String since;

        @HeaderParam("Last-Event-ID")
        public @Nullable String lastEventId;

        Optional<String> place() {
            String place = lastEventId == null || lastEventId.isBlank() ? cursor : lastEventId;
            return place == null || place.isBlank() ? Optional.empty() : Optional.of(place);
        }

        Optional<Instant> time() {
            if (since == null || since.isBlank()) {
                return Optional.empty();
            }
            try {
                return Optional.of(Times.instant(since));
            } catch (DateTimeException e) {
                throw new InvalidInput(
                        "?since", "since is a UTC time, such as 2026-11-23T06:00:00Z.");
            }
        }
    }

    /**
     * Events in order.
     *
     * @param items CloudEvents 1.0 in JSON
     * @param next the place behind the last event that was looked at; always there
     * @param caughtUp whether that was the last event there is
     */
    @Schema(name = "EventPage")
    public record EventPage(
            @Schema(description = "CloudEvents 1.0 in JSON") List<RawEvent> items,
            String next,
            boolean caughtUp) {}

    /** A CloudEvent, told as it was kept. */
    @Schema(
            name = "CloudEvent",
            type = SchemaType.OBJECT,
            requiredProperties = {"specversion", "id", "type", "source", "subject", "time", "data"},
            properties = {
                @SchemaProperty(name = "specversion", type = SchemaType.STRING),
                @SchemaProperty(name = "id", type = SchemaType.STRING),
                @SchemaProperty(name = "type", type = SchemaType.STRING),
                @SchemaProperty(name = "source", type = SchemaType.STRING),
                @SchemaProperty(name = "subject", type = SchemaType.STRING),
                @SchemaProperty(name = "time", type = SchemaType.STRING, format = "date-time"),
                @SchemaProperty(name = "streamversion", type = SchemaType.INTEGER),
                @SchemaProperty(name = "deploymentid", type = SchemaType.STRING),
                @SchemaProperty(name = "project", type = SchemaType.STRING),
                @SchemaProperty(name = "environment", type = SchemaType.STRING),
                @SchemaProperty(name = "run", type = SchemaType.INTEGER),
                @SchemaProperty(name = "causationid", type = SchemaType.STRING),
                @SchemaProperty(name = "actor", type = SchemaType.STRING),
                @SchemaProperty(name = "data", type = SchemaType.OBJECT)
            })
    public record RawEvent(@Schema(hidden = true) @JsonValue @JsonRawValue String json) {}

    /** Reads a page of events. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            operationId = "getEvents",
            summary = "Read events in order",
            description =
                    "With Accept: text/event-stream the events come as they happen; the id of each is the cursor behind it, and without Last-Event-ID, cursor or since the stream starts now.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = EventPage.class)),
                @Content(mediaType = MediaType.SERVER_SENT_EVENTS)
            })
    public EventPage page(
            @BeanParam EventFilter filter,
            @BeanParam Beginning beginning,
            @BeanParam PageRequest page) {
        int limit = page.limit();
        return unitOfWork.run(
                tx -> {
                    EventCursor from = from(tx, beginning).orElseGet(() -> feed.start(tx));
                    return read(tx, filter, from, limit);
                });
    }

    /** Follows the events. */
    @GET
    @Produces(LiveStream.MEDIA_TYPE)
    @Blocking
    @RunOnVirtualThread
    @Operation(hidden = true)
    public Multi<OutboundSseEvent> follow(
            @BeanParam EventFilter filter, @BeanParam Beginning beginning, @Context Sse sse) {
        EventCursor from = unitOfWork.run(tx -> from(tx, beginning).orElseGet(() -> feed.head(tx)));
        return live.follow(
                sse, Subject.EVENTS, from::text, at -> look(filter, EventCursor.parse(at)));
    }

    private LiveStream.Found look(EventFilter filter, EventCursor at) {
        return unitOfWork.run(
                tx -> {
                    EventCursor head = feed.head(tx);
                    List<FeedRow> rows =
                            feed.between(tx, filter, at.seq(), head.seq(), LIVE_AT_ONCE);
                    long next = rows.size() < LIVE_AT_ONCE ? head.seq() : rows.getLast().seq;
                    return new LiveStream.Found(
                            rows.stream()
                                    .map(
                                            row ->
                                                    new LiveStream.Item(
                                                            new EventCursor(
                                                                            head.incarnation(),
                                                                            row.seq)
                                                                    .text(),
                                                            row.event))
                                    .toList(),
                            new EventCursor(head.incarnation(), next).text());
                });
    }

    private EventPage read(Tx tx, EventFilter filter, EventCursor from, int limit) {
        EventCursor head = feed.head(tx);
        List<FeedRow> rows = feed.between(tx, filter, from.seq(), head.seq(), limit);
        long next = rows.size() < limit ? head.seq() : rows.getLast().seq;
        return new EventPage(
                rows.stream().map(row -> new RawEvent(row.event)).toList(),
                new EventCursor(head.incarnation(), next).text(),
                next >= head.seq());
    }

    private void check(Tx tx, EventCursor cursor) {
        try {
            feed.check(tx, cursor);
        } catch (EventFeed.TooOld e) {
            throw new WebApplicationException(
                    problems.response(410, "cursor-too-old", e.sentence()));
        }
    }

    private Optional<EventCursor> from(Tx tx, Beginning beginning) {
        Optional<EventCursor> place =
                beginning
                        .place()
                        .map(text -> text.equals(START) ? feed.start(tx) : EventCursor.parse(text));
        place.ifPresent(cursor -> check(tx, cursor));
        return place.or(() -> beginning.time().map(since -> feed.since(tx, since)));
    }
}
