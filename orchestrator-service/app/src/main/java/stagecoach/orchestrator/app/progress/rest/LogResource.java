package stagecoach.orchestrator.app.progress.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.orchestrator.app.live.LiveStream;
import stagecoach.orchestrator.app.live.Subject;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.orchestrator.app.progress.log.LogStore;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.wire.StagecoachJson;

/** What the commands of a deployment put out: a page of lines, or all of them as they come. */
@Path("/api/v1/deployments/{id}/logs")
@Tag(name = "Deployments")
public class LogResource {
    private static final int LIVE_AT_ONCE = 200;

    private final UnitOfWork unitOfWork;
    private final LogStore logs;
    private final LiveStream live;

    LogResource(UnitOfWork unitOfWork, LogStore logs, LiveStream live) {
        this.unitOfWork = unitOfWork;
        this.logs = logs;
        this.live = live;
    }

    /** Which lines are asked for. */
    public static class LineFilter {
        @QueryParam("step")
        public @Nullable String step;

        @QueryParam("target")
        public @Nullable String target;
    }

    /**
     * A line.
     *
     * @param step null for the output of an acquisition
     * @param target null for a step that runs once on a worker
     */
    @Schema(name = "LogLine")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record LineView(
            long seq,
            Instant at,
            @Schema(nullable = true) @Nullable String step,
            @Schema(nullable = true) @Nullable String target,
            OutputKind stream,
            String text) {
        static LineView of(LogStore.Numbered numbered) {
            return new LineView(
                    numbered.seq(),
                    numbered.line().at(),
                    numbered.step(),
                    numbered.target(),
                    numbered.line().stream(),
                    numbered.line().text());
        }
    }

    /**
     * Lines in their order.
     *
     * @param next the place behind the last line that was looked at; always there
     * @param caughtUp whether that was the last line there is
     */
    @Schema(name = "LogPage")
    public record LogPage(List<LineView> items, String next, boolean caughtUp) {}

    /** Reads a page of lines. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            operationId = "getDeploymentLog",
            summary =
                    "Read a deployment's output, line by line; or follow it as server-sent events")
    public LogPage page(String id, @BeanParam LineFilter filter, @BeanParam PageRequest page) {
        DeploymentId deployment = KnownDeployment.id(id);
        long after = page.after().map(LogResource::seqOf).orElse(0L);
        int limit = page.limit();
        return unitOfWork.run(
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    return read(tx, deployment, filter, after, limit);
                });
    }

    /** Follows the output: all lines that there are, then those that come. */
    @GET
    @Produces(LiveStream.MEDIA_TYPE)
    @Blocking
    @RunOnVirtualThread
    @Operation(hidden = true)
    public Multi<OutboundSseEvent> follow(
            String id,
            @BeanParam LineFilter filter,
            @QueryParam("cursor") @Nullable String cursor,
            @HeaderParam("Last-Event-ID") @Nullable String lastEventId,
            @Context Sse sse) {
        DeploymentId deployment = KnownDeployment.id(id);
        var start = new PageRequest();
        start.cursor = lastEventId == null || lastEventId.isBlank() ? cursor : lastEventId;
        long after = start.after().map(LogResource::seqOf).orElse(0L);
        unitOfWork.run(
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    return deployment;
                });
        return live.follow(
                sse,
                Subject.outputOf(deployment.value()),
                () -> Long.toString(after),
                at -> {
                    LogPage found =
                            unitOfWork.run(
                                    tx ->
                                            read(
                                                    tx,
                                                    deployment,
                                                    filter,
                                                    Long.parseLong(at),
                                                    LIVE_AT_ONCE));
                    return new LiveStream.Found(
                            found.items().stream()
                                    .map(
                                            line ->
                                                    new LiveStream.Item(
                                                            cursorOf(line.seq()),
                                                            StagecoachJson.text(line)))
                                    .toList(),
                            Long.toString(seqOf(PageRequest.keyOf(found.next()))));
                });
    }

    private LogPage read(Tx tx, DeploymentId deployment, LineFilter filter, long after, int limit) {
        long head = logs.head(tx, deployment.value());
        List<LogStore.Numbered> lines =
                logs.lines(
                        tx,
                        deployment.value(),
                        after,
                        head,
                        Optional.ofNullable(PlainText.filter("step", filter.step)),
                        Optional.ofNullable(PlainText.filter("target", filter.target)),
                        limit);
        long next = lines.size() < limit ? Math.max(head, after) : lines.getLast().seq();
        return new LogPage(lines.stream().map(LineView::of).toList(), cursorOf(next), next >= head);
    }

    private static String cursorOf(long seq) {
        return PageRequest.cursorOf(Long.toString(seq));
    }

    private static long seqOf(String key) {
        try {
            return Math.max(0, Long.parseLong(key));
        } catch (NumberFormatException e) {
            throw new InvalidInput(
                    "?cursor", "This cursor was not given by this log. Begin without one.");
        }
    }
}
