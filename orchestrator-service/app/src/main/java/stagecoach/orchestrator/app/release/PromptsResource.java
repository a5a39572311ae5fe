package stagecoach.orchestrator.app.release;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.release.Prompts;
import stagecoach.orchestrator.release.Release;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/** What a release asks whoever deploys it. */
@Path("/api/v1/projects/{id}/releases/{version}/prompts")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Releases and deployments")
public class PromptsResource {
    private final UnitOfWork unitOfWork;
    private final ReleaseStore releases;

    PromptsResource(UnitOfWork unitOfWork, ReleaseStore releases) {
        this.unitOfWork = unitOfWork;
        this.releases = releases;
    }

    /**
     * A question; its answer is given in a deployment's {@code variables}.
     *
     * @param required whether a deployment without an answer is refused
     * @param value what counts without an answer; null if it is sensitive
     * @param hasValue whether there is a value that is not empty
     */
    @Schema(name = "ReleasePrompt")
    public record PromptView(
            String name,
            String label,
            boolean required,
            boolean sensitive,
            @Nullable String value,
            boolean hasValue) {
        static PromptView of(Prompts.Question question) {
            var variable = question.variable();
            return new PromptView(
                    question.name(),
                    question.prompt().label(),
                    question.prompt().required(),
                    variable.sensitive(),
                    variable.sensitive() ? null : variable.value(),
                    !variable.value().isEmpty());
        }
    }

    /** All of them, in the order of the variables. */
    @GET
    @Operation(
            operationId = "listReleasePrompts",
            summary = "List what a release asks for when it is deployed",
            description = "All at once; there is no next page.")
    public Listed<PromptView> list(
            @PathParam("id") String id,
            @PathParam("version") String version,
            @Parameter(description = "Only what is asked for in this environment.")
                    @QueryParam("environment")
                    @Nullable String environment) {
        Optional<EnvironmentId> place =
                Optional.ofNullable(environment).map(PromptsResource::environment);
        Release release =
                unitOfWork.run(
                        tx ->
                                parsed(id, ProjectId::new)
                                        .flatMap(
                                                project ->
                                                        parsed(version, ReleaseVersion::new)
                                                                .flatMap(
                                                                        v ->
                                                                                releases.find(
                                                                                        tx, project,
                                                                                        v)))
                                        .orElseThrow(PromptsResource::none));
        Prompts prompts =
                place.map(known -> Prompts.in(release, known))
                        .orElseGet(() -> Prompts.anywhere(release));
        return new Listed<>(prompts.questions().stream().map(PromptView::of).toList(), null);
    }

    private static EnvironmentId environment(String id) {
        return parsed(id, EnvironmentId::new)
                .orElseThrow(
                        () -> new InvalidInput("?environment", "This is no id of an environment."));
    }

    private static <T> Optional<T> parsed(String text, Function<String, T> parser) {
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            // Nothing has such a name.
            return Optional.empty();
        }
    }

    private static Rejection none() {
        return Rejection.notFound("There is no such release of this project.");
    }
}
