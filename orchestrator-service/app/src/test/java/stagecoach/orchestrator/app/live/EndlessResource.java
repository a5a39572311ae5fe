package stagecoach.orchestrator.app.live;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Something that grows faster than anybody could follow it. */
@Path("/endless")
public class EndlessResource {
    static final AtomicLong BYTES = new AtomicLong();
    static final AtomicBoolean ENDED = new AtomicBoolean();

    private static final String LINE = "x".repeat(10_000);
    private static final int LINES = 100;

    private final LiveStream live;

    EndlessResource(LiveStream live) {
        this.live = live;
    }

    @GET
    @Produces(LiveStream.MEDIA_TYPE)
    @Blocking
    @RunOnVirtualThread
    @Operation(hidden = true)
    public Multi<OutboundSseEvent> follow(@Context Sse sse) {
        return live.follow(
                        sse,
                        Subject.EVENTS,
                        () -> "0",
                        at -> {
                            BYTES.addAndGet((long) LINE.length() * LINES);
                            return new LiveStream.Found(
                                    Collections.nCopies(LINES, new LiveStream.Item(at, LINE)), at);
                        })
                .onTermination()
                .invoke(() -> ENDED.set(true));
    }
}
