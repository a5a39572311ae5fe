package stagecoach.orchestrator.app.progress.acquisition;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionRows.HolderKind;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.DeploymentId;

/** Reads how the packages of a deployment come to its caches and targets. */
public final class AcquisitionViews {
    private AcquisitionViews() {}

    /** Everything about a deployment's packages. */
    @Schema(name = "Acquisitions")
    public record AcquisitionsView(
            List<TargetView> targets, List<CacheView> caches, List<LinkView> links) {}

    /**
     * A package and a target that needs it, or a worker that runs steps with it.
     *
     * @param servedBy null until it is there
     * @param bytes read so far, or in all
     */
    @Schema(name = "TargetAcquisition")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record TargetView(
            @JsonProperty("package") @Schema(name = "package") String packageId,
            String version,
            long size,
            @Schema(nullable = true) @Nullable String target,
            @Schema(nullable = true, description = "where a worker needs it; target is null then")
                    @Nullable String worker,
            @Schema(nullable = true) @Nullable String region,
            int run,
            int attempt,
            StepState state,
            @Schema(nullable = true) @Nullable ServedByView servedBy,
            long bytes,
            long bytesResumed,
            int attempts,
            @Schema(nullable = true) @Nullable Instant startedAt,
            @Schema(nullable = true) @Nullable Instant endedAt,
            @Schema(nullable = true) @Nullable String reason) {}

    /** Who gave a target its bytes. */
    @Schema(name = "ServedBy")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ServedByView(
            @Schema(
                            implementation = String.class,
                            enumeration = {"HELD", "CACHE", "FEED", "SERVER"})
                    ServedBy.Kind kind,
            @Schema(nullable = true) @Nullable String cache) {}

    /** A package and a cache that is filled with it. */
    @Schema(name = "CacheAcquisition")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record CacheView(
            @JsonProperty("package") @Schema(name = "package") String packageId,
            String version,
            long size,
            String cache,
            @Schema(nullable = true) @Nullable String region,
            int run,
            int attempt,
            StepState state,
            long bytes,
            long bytesResumed,
            int attempts,
            @Schema(nullable = true) @Nullable Instant startedAt,
            @Schema(nullable = true) @Nullable Instant endedAt,
            @Schema(nullable = true) @Nullable String reason) {}

    /** Bytes over one link, in all runs of the deployment. */
    @Schema(name = "LinkBytes")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record LinkView(
            @Schema(
                            nullable = true,
                            description = "server, a region, or feed:<id>; null for no region")
                    @Nullable String from,
            @Schema(nullable = true, description = "server or a region; null for no region")
                    @Nullable String to,
            long bytes) {}

    /** All of a deployment. */
    public static AcquisitionsView of(Tx tx, DeploymentId id) {
        List<TargetView> targets = new ArrayList<>();
        List<CacheView> caches = new ArrayList<>();
        for (var row :
                tx.select(
                        """
                        SELECT holder_kind, package_shown, version, size, holder, nullif(region, ''), run,
                            attempt, state, served_kind, served_cache, bytes, bytes_resumed, attempts,
                            started_at, ended_at, reason
                        FROM acquisition_row WHERE deployment = ?1
                        ORDER BY package, version, holder_kind, region, holder""",
                        id.value())) {
            switch (HolderKind.valueOf(row.text(0))) {
                case TARGET -> targets.add(target(row, row.text(4), null));
                case WORKER -> targets.add(target(row, null, row.text(4)));
                case CACHE -> caches.add(cache(row));
            }
        }
        return new AcquisitionsView(targets, caches, links(tx, id));
    }

    private static TargetView target(SqlRow row, @Nullable String target, @Nullable String worker) {
        return new TargetView(
                row.text(1),
                row.text(2),
                row.number(3),
                target,
                worker,
                row.optionalText(5).orElse(null),
                row.whole(6),
                row.whole(7),
                StepState.valueOf(row.text(8)),
                row.optionalText(9)
                        .map(ServedBy.Kind::valueOf)
                        .map(kind -> new ServedByView(kind, row.optionalText(10).orElse(null)))
                        .orElse(null),
                row.number(11),
                row.number(12),
                row.whole(13),
                row.optionalInstant(14).orElse(null),
                row.optionalInstant(15).orElse(null),
                row.optionalText(16).orElse(null));
    }

    private static CacheView cache(SqlRow row) {
        return new CacheView(
                row.text(1),
                row.text(2),
                row.number(3),
                row.text(4),
                row.optionalText(5).orElse(null),
                row.whole(6),
                row.whole(7),
                StepState.valueOf(row.text(8)),
                row.number(11),
                row.number(12),
                row.whole(13),
                row.optionalInstant(14).orElse(null),
                row.optionalInstant(15).orElse(null),
                row.optionalText(16).orElse(null));
    }

    private static List<LinkView> links(Tx tx, DeploymentId id) {
        return tx
                .select(
                        """
                        SELECT nullif(from_place, ''), nullif(to_place, ''), bytes
                        FROM acquisition_link WHERE deployment = ?1 ORDER BY from_place, to_place""",
                        id.value())
                .stream()
                .map(
                        row ->
                                new LinkView(
                                        row.optionalText(0).orElse(null),
                                        row.optionalText(1).orElse(null),
                                        row.number(2)))
                .toList();
    }
}
