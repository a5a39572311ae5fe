package stagecoach.packages.app.request;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** How a {@code PUT} is meant. */
public class WriteRequest {
    private static final String REGIONS = "regions/";

    /** Whether the document is only judged. */
    @Parameter(description = "Judge the document and write nothing.")
    @QueryParam("dryRun")
    public boolean dryRun;

    /** As written. */
    @Parameter(
            description =
                    "With dryRun: what is about to be made, as paths with commas between them, such as regions/eu, so that it may be referred to.")
    @HeaderParam("Stagecoach-Assume")
    public @Nullable String assume;

    /** The ids of regions that are to be taken as there. */
    public List<String> assumedRegions() {
        return assume == null || !dryRun
                ? List.of()
                : Arrays.stream(assume.split(",", -1))
                        .map(String::strip)
                        .filter(path -> path.startsWith(REGIONS))
                        .map(path -> path.substring(REGIONS.length()))
                        .toList();
    }
}
