package stagecoach.orchestrator.app.page.front;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.orchestrator.app.page.LivePages;
import stagecoach.orchestrator.app.page.PageAnswers;
import stagecoach.orchestrator.app.page.session.Sessions;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.browser.ForBrowsers;
import stagecoach.runtime.access.browser.Visitors;
import stagecoach.runtime.request.PlainText;

/** The first page. */
@Path("/")
@RunOnVirtualThread
@ForBrowsers
public class FrontResource {
    private final FrontPage page;
    private final PageAnswers answers;
    private final LivePages live;
    private final Caller caller;

    FrontResource(FrontPage page, PageAnswers answers, LivePages live, Caller caller) {
        this.page = page;
        this.answers = answers;
        this.live = live;
        this.caller = caller;
    }

    /** Shows it. */
    @GET
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public Response show(
            @QueryParam("after") @DefaultValue("") String after,
            @CookieParam(Visitors.COOKIE) String session) {
        Map<String, String> parts = page.parts(project(after));
        return answers.of(
                        200,
                        FrontParts.front(
                                Sessions.formToken(session),
                                caller.actor(),
                                "/live?after=" + URLEncoder.encode(after, StandardCharsets.UTF_8),
                                Objects.requireNonNull(parts.get("underway")),
                                Objects.requireNonNull(parts.get("projects"))))
                .build();
    }

    /** Keeps it as things are. */
    @GET
    @Path("live")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    @RunOnVirtualThread
    @Operation(hidden = true)
    public Multi<OutboundSseEvent> live(
            @QueryParam("after") @DefaultValue("") String after,
            @CookieParam(Visitors.COOKIE) String session,
            @Context Sse sse) {
        String first = project(after);
        return live.follow(sse, session, () -> page.parts(first));
    }

    private static String project(String after) {
        return after.isEmpty() ? "" : Objects.requireNonNull(PlainText.filter("after", after));
    }
}
