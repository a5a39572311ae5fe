package stagecoach.orchestrator.app.page.course;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;
import stagecoach.orchestrator.app.page.LivePages;
import stagecoach.orchestrator.app.page.PageAnswers;
import stagecoach.orchestrator.app.page.course.CoursePage.Focus;
import stagecoach.orchestrator.app.page.session.Sessions;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.browser.ForBrowsers;
import stagecoach.runtime.access.browser.Visitors;
import stagecoach.runtime.request.PlainText;
import stagecoach.vocabulary.identity.DeploymentId;

/** The page of a deployment. */
@Path("/deployments/{id}")
@RunOnVirtualThread
@ForBrowsers
public class CourseResource {
    private final CoursePage page;
    private final PageAnswers answers;
    private final LivePages live;
    private final Caller caller;

    CourseResource(CoursePage page, PageAnswers answers, LivePages live, Caller caller) {
        this.page = page;
        this.answers = answers;
        this.live = live;
        this.caller = caller;
    }

    /** Of what the output is to be shown. */
    public static class Asked {
        @QueryParam("step")
        public @Nullable String step;

        @QueryParam("target")
        public @Nullable String target;

        private Focus focus() {
            return new Focus(given("step", step), given("target", target));
        }

        private static Optional<String> given(String name, @Nullable String text) {
            @Nullable String asked = PlainText.filter(name, text);
            return asked == null || asked.isEmpty() ? Optional.empty() : Optional.of(asked);
        }

        private String query() {
            return "?step=%s&target=%s"
                    .formatted(
                            StepGrid.encoded(focus().step().orElse("")),
                            StepGrid.encoded(focus().target().orElse("")));
        }
    }

    /** Shows it. */
    @GET
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public Response show(
            String id, @BeanParam Asked asked, @CookieParam(Visitors.COOKIE) String session) {
        String form = Sessions.formToken(session);
        Optional<Map<String, String>> parts =
                known(id).flatMap(known -> page.parts(known, asked.focus()));
        return parts.map(
                        drawn ->
                                answers.of(
                                        200,
                                        CourseParts.course(
                                                form,
                                                caller.actor(),
                                                "/deployments/" + id + "/live" + asked.query(),
                                                drawn)))
                .orElseGet(() -> answers.of(404, CourseParts.missing(form, caller.actor(), id)))
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
            String id,
            @BeanParam Asked asked,
            @CookieParam(Visitors.COOKIE) String session,
            @Context Sse sse) {
        DeploymentId known = KnownDeployment.id(id);
        Focus focus = asked.focus();
        return live.follow(sse, session, () -> page.parts(known, focus).orElse(Map.of()));
    }

    private static Optional<DeploymentId> known(String id) {
        try {
            return Optional.of(new DeploymentId(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
