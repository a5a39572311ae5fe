package stagecoach.wire.transcript;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.wire.StagecoachJson;

/**
 * A conversation between a tentacle and its gateway, as one of version 1 went. Tests of each end
 * play the other one's part, so that neither can change what the other was promised: files in
 * {@code transcripts} never change.
 *
 * <p>A line is {@code T} or {@code G} (who says it) and a frame, or, in brackets, what happens. The
 * text {@code "<name>"} stands for any value, which is the same wherever the name is; {@code "…"}
 * behind the last value of a list for any others. A frame may have more fields than its line, as
 * the protocol's later versions do. What a tentacle tells of its health and progress may come at
 * any time and is not told here.
 */
public final class Transcript {
    /** All there are. */
    public static final List<String> NAMES =
            List.of(
                    "script",
                    "broken-connection",
                    "cancel",
                    "removed",
                    "acquisition",
                    "acquisition-told-again",
                    "another-gateway-certificate");

    /** What happens between the lines of some: the connection ends without a word. */
    public static final String BREAKS = "the connection breaks";

    private static final Set<String> AT_ANY_TIME = Set.of("Health", "Progress");
    private static final Pattern PLACE = Pattern.compile("<([a-z0-9-]+)>");
    private static final String MORE = "…";

    private final String name;
    private final List<Line> lines;

    private Transcript(String name, List<Line> lines) {
        this.name = name;
        this.lines = List.copyOf(lines);
    }

    /** An end of the conversation. */
    public enum Side {
        TENTACLE,
        GATEWAY
    }

    /** A line of it. */
    public sealed interface Line {
        /** Where it stands in its file, from 1. */
        int number();
    }

    /** One side says a frame. */
    public record Said(int number, Side by, JsonNode frame) implements Line {}

    /** Something happens. */
    public record Happens(int number, String what) implements Line {}

    /** The end that is true. */
    public interface Peer {
        /** Says a frame to it. */
        void say(String text);

        /** The next frame that it says, however long it takes; fails if none comes. */
        String hear();

        /** Breaks the connection and waits for the next one. */
        void cut();
    }

    /** One of {@link #NAMES}. */
    public static Transcript named(String name) {
        try (InputStream file = Transcript.class.getResourceAsStream("/transcripts/" + name)) {
            return parse(
                    name,
                    new String(
                            Objects.requireNonNull(file, name).readAllBytes(),
                            StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Transcript parse(String name, String text) {
        var lines = new ArrayList<Line>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.startsWith("(") && line.endsWith(")")) {
                lines.add(new Happens(number, line.substring(1, line.length() - 1)));
            } else if (line.startsWith("T ") || line.startsWith("G ")) {
                lines.add(
                        new Said(
                                number,
                                line.startsWith("T ") ? Side.TENTACLE : Side.GATEWAY,
                                StagecoachJson.read(line.substring(2), JsonNode.class)));
            } else if (!line.isBlank() && !line.startsWith("# ")) {
                throw new IllegalArgumentException(name + ":" + number + " is no line: " + line);
            }
        }
        return new Transcript(name, lines);
    }

    /** Its lines, in order. */
    public List<Line> lines() {
        return lines;
    }

    /**
     * Plays one part against the true other end, and compares what that says.
     *
     * @param part whose frames are said here
     * @param known values of names that this side knows beforehand
     * @param happens lets happen what stands in brackets, unless it is that the connection breaks
     * @throws AssertionError if the other end says anything else
     */
    public void play(
            Side part, Peer peer, Map<String, JsonNode> known, Function<String, Runnable> happens) {
        var bound = new HashMap<>(known);
        for (Line line : lines) {
            switch (line) {
                case Happens(int _, String what) when what.equals(BREAKS) -> peer.cut();
                case Happens(int _, String what) -> happens.apply(what).run();
                case Said(int number, Side by, JsonNode frame) when by == part ->
                        peer.say(StagecoachJson.text(filled(number, frame, bound)));
                case Said(int number, Side _, JsonNode frame) ->
                        compare(number, frame, hear(peer), "", bound);
            }
        }
    }

    private static JsonNode hear(Peer peer) {
        while (true) {
            JsonNode heard = StagecoachJson.read(peer.hear(), JsonNode.class);
            if (!AT_ANY_TIME.contains(heard.path("type").asText())) {
                return heard;
            }
        }
    }

    private JsonNode filled(int number, JsonNode written, Map<String, JsonNode> bound) {
        var place = PLACE.matcher(written.asText());
        if (written.isTextual() && place.matches()) {
            JsonNode value = bound.get(place.group(1));
            if (value == null) {
                throw new IllegalStateException(
                        "%s:%d: what is %s?".formatted(name, number, written.asText()));
            }
            return value;
        }
        if (written.isObject()) {
            ObjectNode filled = JsonNodeFactory.instance.objectNode();
            written.properties()
                    .forEach(
                            field ->
                                    filled.set(
                                            field.getKey(),
                                            filled(number, field.getValue(), bound)));
            return filled;
        }
        if (written.isArray()) {
            ArrayNode filled = JsonNodeFactory.instance.arrayNode();
            for (JsonNode each : written) {
                if (!each.asText().equals(MORE)) {
                    filled.add(filled(number, each, bound));
                }
            }
            return filled;
        }
        return written;
    }

    private void compare(
            int number, JsonNode written, JsonNode heard, String at, Map<String, JsonNode> bound) {
        var place = PLACE.matcher(written.asText());
        if (written.isTextual() && place.matches()) {
            JsonNode before = bound.putIfAbsent(place.group(1), heard);
            require(before == null || before.equals(heard), number, at, before, heard);
        } else if (written.isObject()) {
            written.properties()
                    .forEach(
                            field ->
                                    compare(
                                            number,
                                            field.getValue(),
                                            heard.path(field.getKey()),
                                            at + "/" + field.getKey(),
                                            bound));
        } else if (written.isArray()) {
            int listed = written.size();
            boolean more = listed > 0 && written.get(listed - 1).asText().equals(MORE);
            int needed = more ? listed - 1 : listed;
            require(
                    more ? heard.size() >= needed : heard.size() == needed,
                    number,
                    at,
                    written,
                    heard);
            for (int i = 0; i < needed; i++) {
                compare(number, written.get(i), heard.get(i), at + "/" + i, bound);
            }
        } else {
            require(written.equals(heard), number, at, written, heard);
        }
    }

    private void require(
            boolean holds, int number, String at, @Nullable JsonNode wanted, JsonNode heard) {
        if (!holds) {
            throw new AssertionError(
                    "%s:%d: at %s it ought to be %s, and is %s"
                            .formatted(name, number, at.isEmpty() ? "/" : at, wanted, heard));
        }
    }
}
