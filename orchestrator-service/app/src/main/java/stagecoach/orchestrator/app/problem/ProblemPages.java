package stagecoach.orchestrator.app.problem;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The pages that a problem's {@code type} leads to: what it means and what to do. */
@Path("/api/problems/{code}")
@Tag(name = "Problems")
public class ProblemPages {
    private static final Pattern CODE = Pattern.compile("[a-z]+(-[a-z]+)*");

    /** Reads the page of a kind of problem. */
    @GET
    @Produces("text/markdown;charset=utf-8")
    @Operation(
            operationId = "getProblem",
            summary = "Read what a kind of problem means and what to do about it")
    public String page(String code) {
        return textOf(code).orElseThrow(NotFoundException::new);
    }

    /** The page of a kind of problem, in Markdown, if there is one. */
    static Optional<String> textOf(String code) {
        if (!CODE.matcher(code).matches()) {
            return Optional.empty();
        }
        try (@Nullable InputStream page =
                ProblemPages.class.getResourceAsStream("/docs/problems/" + code + ".md")) {
            return page == null
                    ? Optional.empty()
                    : Optional.of(new String(page.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the page about " + code + " cannot be read", e);
        }
    }
}
