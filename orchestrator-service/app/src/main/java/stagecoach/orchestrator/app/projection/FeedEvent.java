package stagecoach.orchestrator.app.projection;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.wire.StagecoachJson;

/** An event as the feed keeps it. */
record FeedEvent(long seq, StreamId stream, long version, String bareName, String cloudEvent) {
    /** The columns in the order of {@link #of}. */
    static final String COLUMNS = "f.seq, f.stream, f.version, f.type, f.event";

    static FeedEvent of(SqlRow row) {
        return new FeedEvent(
                row.number(0), new StreamId(row.text(1)), row.number(2), row.text(3), row.text(4));
    }

    /** The event as the handler got it when it happened. */
    <E> InboxEvent<E> arrived(String handler, Class<E> family, Codecs codecs) {
        JsonNode told = StagecoachJson.read(cloudEvent, JsonNode.class);
        String type = told.path("type").asText();
        return new InboxEvent<>(
                handler,
                stream,
                version,
                Instant.parse(told.path("time").asText()),
                type,
                codecs.decode(family, type, StagecoachJson.bytes(told.path("data"))),
                new EventAttributes(
                        text(told, "deploymentid").map(DeploymentId::new),
                        text(told, "project").map(ProjectId::new),
                        text(told, "environment").map(EnvironmentId::new),
                        told.hasNonNull("run")
                                ? Optional.of(new Run(told.path("run").asInt()))
                                : Optional.empty()),
                text(told, "actor"));
    }

    private static Optional<String> text(JsonNode told, String field) {
        return told.hasNonNull(field) ? Optional.of(told.path(field).asText()) : Optional.empty();
    }
}
