package stagecoach.orchestrator.app.deployment.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.orchestrator.app.progress.WaitingReason;

/**
 * What a deployment would do if it were asked for now.
 *
 * @param packages per package and target (or worker) what would move
 * @param caches per package and cache what would be brought there first
 * @param links bytes between regions
 * @param waitingFor what it would wait for
 */
@Schema(name = "DeploymentPreview")
@JsonInclude(JsonInclude.Include.ALWAYS)
record PreviewView(
        String project,
        String release,
        String environment,
        List<StepView> steps,
        List<PackageView> packages,
        List<CacheView> caches,
        List<LinkView> links,
        List<WaitingReason> waitingFor,
        List<WarningView> warnings) {
    PreviewView {
        steps = List.copyOf(steps);
        packages = List.copyOf(packages);
        caches = List.copyOf(caches);
        links = List.copyOf(links);
        waitingFor = List.copyOf(waitingFor);
        warnings = List.copyOf(warnings);
    }

    /** A step; {@code skip} says why it runs nowhere. */
    @Schema(name = "PreviewStep")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record StepView(
            String phase,
            String step,
            String kind,
            String condition,
            List<PlaceView> places,
            @Nullable String skip) {
        StepView {
            places = List.copyOf(places);
        }
    }

    /** Where a step would run; which worker of a pool does it is settled when it starts. */
    @Schema(name = "PreviewPlace")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record PlaceView(
            @Nullable String target,
            @Nullable String worker,
            @Nullable String region,
            @Nullable String unavailable) {}

    /**
     * A package at a target, or at a worker; {@code path} are its sources in order.
     *
     * @param bytes that would come
     * @param bytesResumed that an interrupted fetch has left there, and need not come again
     */
    @Schema(name = "PreviewPackage")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record PackageView(
            @JsonProperty("package") String packageId,
            String version,
            @Nullable String target,
            @Nullable String worker,
            boolean held,
            List<String> path,
            long bytes,
            long bytesResumed,
            @Nullable String unavailable) {
        PackageView {
            path = List.copyOf(path);
        }
    }

    /**
     * A package in a cache.
     *
     * @param bytes that would come
     * @param bytesResumed that are there already, of an interrupted transfer, and need not come
     *     again
     * @param doubted whether a copy is there of which somebody got other bytes: it is read again,
     *     and if it is intact after all, nothing comes
     * @param unheard whether the cache did not answer in time what it has: what an interrupted
     *     transfer has left there, if anything, comes off from the bytes
     */
    @Schema(name = "PreviewCache")
    record CacheView(
            @JsonProperty("package") String packageId,
            String version,
            String cache,
            boolean held,
            long bytes,
            long bytesResumed,
            boolean doubted,
            boolean unheard) {}

    /** Bytes over a link; {@code to} is null for targets without a region. */
    @Schema(name = "PreviewLink")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record LinkView(String from, @Nullable String to, long bytes) {}

    /** Something that a person should know before. */
    @Schema(name = "PreviewWarning")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record WarningView(@Nullable String step, @Nullable String target, String detail) {}
}
