package stagecoach.runtime.request;

import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.Rejection;

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

    /** As written. */
    @Parameter(
            description =
                    "The ETag that GET gave: write only if nobody has changed the document since; else 412. * means that there must be one.")
    @HeaderParam(HttpHeaders.IF_MATCH)
    public @Nullable String ifMatch;

    /** What is to be taken as there, such as {@code environments/production}. */
    public List<String> assumed() {
        return assume == null || !dryRun ? List.of() : inCommas(assume);
    }

    /**
     * Refuses the write if it is meant for another revision than the present one.
     *
     * @param thing what is written, such as {@code project "shop"}
     * @throws Rejection if somebody was faster
     */
    public void check(Revision present, String thing) {
        if (ifMatch == null || ifMatch.isBlank()) {
            return;
        }
        List<String> meant = inCommas(ifMatch);
        boolean matches = meant.contains("*") ? present.exists() : meant.contains(present.tag());
        if (!matches) {
            throw changed(thing, present);
        }
    }

    /** That somebody else was faster. */
    public static Rejection changed(String thing, Revision present) {
        return new Rejection(
                Rejection.Kind.OUTDATED,
                "changed-meanwhile",
                present.exists()
                        ? "The %s has been changed since you read it: its ETag is %s now. Read it again, and write on top of that."
                                .formatted(thing, present.tag())
                        : "There is no %s, or no longer. Leave If-Match out to make one."
                                .formatted(thing));
    }

    private static List<String> inCommas(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }
}
