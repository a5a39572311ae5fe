package stagecoach.orchestrator.app.request;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** How a {@code PUT} is meant. */
public class WriteRequest {
    /** Whether the document is only judged. */
    @Parameter(description = "Judge the document and write nothing.")
    @QueryParam("dryRun")
    public boolean dryRun;

    /** As written. */
    @Parameter(
            description =
                    "With dryRun: what is about to be made, as paths with commas between them, such as environments/production, so that it may be referred to.")
    @HeaderParam("Stagecoach-Assume")
    public @Nullable String assume;

    /** What is to be taken as there, such as {@code environments/production}. */
    public List<String> assumed() {
        return assume == null || !dryRun
                ? List.of()
                : Arrays.stream(assume.split(",", -1)).map(String::strip).toList();
    }
}
