package stagecoach.orchestrator.app.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.orchestrator.release.Release;
import stagecoach.wire.StagecoachJson;

/** A release, as the API tells it: nothing of it is secret. */
@Schema(name = "Release")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ReleaseView(
        String project,
        String version,
        Instant createdAt,
        String createdBy,
        @Schema(nullable = true) @Nullable String notes,
        List<PackageView> packages) {
    /** Copies the packages. */
    public ReleaseView {
        packages = List.copyOf(packages);
    }

    /**
     * The package of a step.
     *
     * @param sha512 128 hexadecimal digits
     * @param size in bytes
     */
    @Schema(name = "ReleasePackage")
    public record PackageView(
            String step,
            @JsonProperty("package") String packageId,
            String feed,
            String version,
            String sha512,
            long size,
            String acquisitionLocation,
            String source) {
        static PackageView of(Release.StepPackage of) {
            var pinned = of.pinned();
            var pin = pinned.pin();
            return new PackageView(
                    of.step().value(),
                    pin.id().value(),
                    pinned.feed().value(),
                    pin.version().toString(),
                    pin.sha512().toString(),
                    pin.size(),
                    pinned.acquisitionLocation().name(),
                    pinned.source().name());
        }
    }

    static ReleaseView of(ReleaseRow row) {
        return new ReleaseView(
                row.project,
                row.version,
                row.createdAt,
                row.createdBy,
                row.notes,
                Arrays.asList(StagecoachJson.read(row.packages, PackageView[].class)));
    }
}
