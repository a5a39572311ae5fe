package stagecoach.runtime.codec;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;

/**
 * The attributes of a CloudEvent 1.0 in Kafka's binary mode: everything about an event but its
 * data.
 *
 * @param slot 0 for the event itself, 1..n for the commands that it caused
 * @param source the service that decided it
 * @param deployment and the following: where it belongs, for filters
 */
public record Envelope(
        StreamId stream,
        long version,
        int slot,
        String type,
        String source,
        Instant time,
        Optional<String> deployment,
        Optional<String> project,
        Optional<String> environment,
        Optional<Integer> run,
        Optional<String> causation,
        Optional<String> actor) {

    /** {@code stream/version}, and {@code stream/version/slot} for a command. */
    public String id() {
        return slot == 0 ? stream + "/" + version : stream + "/" + version + "/" + slot;
    }

    /** Header by header, in a stable order. */
    public Map<String, String> headers() {
        var headers = new LinkedHashMap<String, String>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", id());
        headers.put("ce_type", type);
        headers.put("ce_source", source);
        headers.put("ce_subject", stream.value());
        headers.put("ce_time", time.toString());
        headers.put("ce_streamversion", Long.toString(version));
        deployment.ifPresent(d -> headers.put("ce_deploymentid", d));
        project.ifPresent(p -> headers.put("ce_project", p));
        environment.ifPresent(e -> headers.put("ce_environment", e));
        run.ifPresent(r -> headers.put("ce_run", Integer.toString(r)));
        causation.ifPresent(c -> headers.put("ce_causationid", c));
        actor.ifPresent(a -> headers.put("ce_actor", a));
        headers.put("content-type", "application/json");
        return headers;
    }

    /** Adds the headers to a record's. */
    public void addTo(Headers headers) {
        headers()
                .forEach(
                        (name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
    }

    /** A record's headers as text; the last one of a name counts. */
    public static Map<String, String> textOf(Headers headers) {
        var text = new LinkedHashMap<String, String>();
        for (Header header : headers) {
            if (header.value() != null) {
                text.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return text;
    }

    /**
     * Reads headers.
     *
     * @throws Undecodable if one that must be there is missing or has no such form
     */
    public static Envelope of(Map<String, String> headers) {
        try {
            String id = required(headers, "ce_id");
            String stream = required(headers, "ce_subject");
            long version = Long.parseLong(required(headers, "ce_streamversion"));
            if (version < 1 || !id.startsWith(stream + "/" + version)) {
                throw new Undecodable(
                        "The header ce_id is %s, which is not version %d of %s."
                                .formatted(id, version, stream),
                        null);
            }
            String rest = id.substring((stream + "/" + version).length());
            return new Envelope(
                    new StreamId(stream),
                    version,
                    rest.isEmpty() ? 0 : Integer.parseInt(rest.substring(1)),
                    required(headers, "ce_type"),
                    required(headers, "ce_source"),
                    Instant.parse(required(headers, "ce_time")),
                    Optional.ofNullable(headers.get("ce_deploymentid")),
                    Optional.ofNullable(headers.get("ce_project")),
                    Optional.ofNullable(headers.get("ce_environment")),
                    Optional.ofNullable(headers.get("ce_run")).map(Integer::valueOf),
                    Optional.ofNullable(headers.get("ce_causationid")),
                    Optional.ofNullable(headers.get("ce_actor")));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new Undecodable("A header has no such form: " + e.getMessage(), e);
        }
    }

    private static String required(Map<String, String> headers, String name) {
        @Nullable String value = headers.get(name);
        if (value == null) {
            throw new Undecodable("The header %s is missing.".formatted(name), null);
        }
        return value;
    }
}
