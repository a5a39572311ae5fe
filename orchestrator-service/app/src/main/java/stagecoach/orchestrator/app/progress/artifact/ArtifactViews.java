package stagecoach.orchestrator.app.progress.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Times;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;

/** Reads which files the scripts of a deployment have collected. */
public final class ArtifactViews {
    private static final Pattern ID =
            Pattern.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9][0-9]{0,8})");

    private static final String PAGE =
            """
            SELECT a.ticket, a.number, a.name, a.size, a.sha256, a.step, a.target, a.worker, a.run,
                s.attempt, a.collected_at
            FROM artifact a LEFT JOIN step_row s ON s.deployment = a.deployment AND s.run = a.run
                AND s.step = a.step AND s.place = coalesce(a.target, '')
            WHERE a.deployment = ?1
                AND (a.collected_at, a.ticket, a.number)
                    > (CAST(?2 AS timestamptz), CAST(?3 AS text), CAST(?4 AS integer))
            ORDER BY a.collected_at, a.ticket, a.number LIMIT ?5""";

    private ArtifactViews() {}

    /**
     * A file.
     *
     * @param target null for a step that runs once on a worker
     * @param worker null for a step that ran on the target itself
     * @param collectedAt when its command had ended
     */
    @Schema(name = "Artifact")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ArtifactView(
            String id,
            String name,
            long size,
            String sha256,
            String step,
            @Schema(nullable = true) @Nullable String target,
            @Schema(nullable = true) @Nullable String worker,
            int run,
            @Schema(nullable = true) @Nullable Integer attempt,
            Instant collectedAt) {}

    /** A place in the list: behind a file. */
    public record Place(Instant at, String ticket, int number) {
        private static final Place BEGINNING = new Place(Instant.EPOCH, "", 0);
        private static final Pattern FORM = Pattern.compile("([^ ]+) ([0-9a-f-]{36}) ([0-9]{1,9})");

        /** The place that a cursor names; the beginning without one. */
        public static Place of(Optional<String> key) {
            return key.map(Place::parsed).orElse(BEGINNING);
        }

        private static Place parsed(String key) {
            Matcher parts = FORM.matcher(key);
            if (!parts.matches()) {
                throw PageRequest.foreignCursor();
            }
            try {
                return new Place(
                        Times.instant(parts.group(1)),
                        parts.group(2),
                        Integer.parseInt(parts.group(3)));
            } catch (DateTimeException e) {
                throw PageRequest.foreignCursor();
            }
        }

        /** The cursor of the place behind a file. */
        public static String behind(ArtifactView view) {
            Matcher id = ID.matcher(view.id());
            if (!id.matches()) {
                throw new IllegalStateException(view.id());
            }
            return "%s %s %s".formatted(view.collectedAt(), id.group(1), id.group(2));
        }
    }

    /** So many of them behind a place, in the order in which their commands ended. */
    public static List<ArtifactView> page(Tx tx, DeploymentId deployment, Place after, int limit) {
        return tx
                .select(PAGE, deployment.value(), after.at(), after.ticket(), after.number(), limit)
                .stream()
                .map(ArtifactViews::view)
                .toList();
    }

    private static ArtifactView view(SqlRow row) {
        return new ArtifactView(
                row.text(0) + "-" + row.whole(1),
                row.text(2),
                row.number(3),
                row.text(4),
                row.text(5),
                row.optionalText(6).orElse(null),
                row.optionalText(7).orElse(null),
                row.whole(8),
                row.optionalWhole(9).orElse(null),
                row.instant(10));
    }

    /** Where a file's bytes are, and what it is called. */
    public record Found(Ticket ticket, Digest sha256, String name, long size) {}

    /** A file by the id that its view has. */
    public static Optional<Found> find(Tx tx, DeploymentId deployment, String id) {
        Matcher parts = ID.matcher(id);
        if (!parts.matches()) {
            return Optional.empty();
        }
        return tx
                .select(
                        "SELECT ticket, sha256, name, size FROM artifact WHERE deployment = ?1 AND ticket = ?2 AND number = ?3",
                        deployment.value(),
                        parts.group(1),
                        Integer.parseInt(parts.group(2)))
                .stream()
                .findFirst()
                .map(
                        row ->
                                new Found(
                                        Ticket.parse(row.text(0)),
                                        new Digest(row.text(1)),
                                        row.text(2),
                                        row.number(3)));
    }
}
