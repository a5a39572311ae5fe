package stagecoach.runtime.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.access.JsonErrors;
import stagecoach.runtime.codec.Times;
import stagecoach.wire.StagecoachJson;

/**
 * A JSON object as somebody wrote it. Each read notes what is wrong instead of stopping at it, and
 * remembers which fields there are, so that {@link #refuseUnknown} can name the others. A field
 * that is null counts as left out.
 */
public final class JsonBody {
    private final ObjectNode fields;
    private final String pointer;
    private final Mistakes mistakes;
    private final Set<String> known = new LinkedHashSet<>();

    private JsonBody(ObjectNode fields, String pointer, Mistakes mistakes) {
        this.fields = fields;
        this.pointer = pointer;
        this.mistakes = mistakes;
    }

    /**
     * The object in {@code json}.
     *
     * @throws stagecoach.runtime.access.InvalidInput if it is no JSON object
     */
    public static JsonBody of(byte @Nullable [] json) {
        var mistakes = new Mistakes();
        if (json == null || json.length == 0) {
            mistakes.add("", "The request has no body. Send a JSON object.");
            mistakes.refuseIfAny();
        }
        JsonNode read = null;
        try {
            read = StagecoachJson.strict().readTree(json);
        } catch (StreamConstraintsException e) {
            mistakes.add("", JsonErrors.TOO_MUCH);
        } catch (JsonProcessingException e) {
            mistakes.add(
                    "",
                    "The body is no JSON: %s (line %d, column %d)."
                            .formatted(
                                    e.getOriginalMessage(),
                                    e.getLocation().getLineNr(),
                                    e.getLocation().getColumnNr()));
        } catch (IOException e) {
            throw new UncheckedIOException("a body in memory cannot be read", e);
        }
        mistakes.refuseIfAny();
        if (read instanceof ObjectNode object) {
            return new JsonBody(object, "", mistakes);
        }
        mistakes.add("", "The body is no JSON object. Send fields in braces.");
        mistakes.refuseIfAny();
        throw new IllegalStateException("a mistake was refused");
    }

    /** What is wrong so far, here and in all objects within. */
    public Mistakes mistakes() {
        return mistakes;
    }

    /** Notes a mistake at {@code field} (a name, or a path such as {@code runOn/tags/0}). */
    public void mistake(String field, String sentence) {
        mistakes.add(pointerOf(field), sentence);
    }

    /** The JSON pointer of {@code field}. */
    public String pointerOf(String field) {
        return field.isEmpty() ? pointer : pointer + "/" + field;
    }

    /** Whether the field is there and not null. */
    public boolean has(String field) {
        known.add(field);
        return fields.hasNonNull(field);
    }

    /** Whether the field is there and says null. */
    public boolean isNull(String field) {
        known.add(field);
        JsonNode value = fields.get(field);
        return value != null && value.isNull();
    }

    /** Whether the field is a text, where something else may stand too. */
    public boolean isText(String field) {
        return has(field) && fields.get(field).isTextual();
    }

    /** A text. */
    public Optional<String> text(String field) {
        return value(field)
                .flatMap(
                        node -> {
                            if (!node.isTextual()) {
                                return wrong(field, "is no text. Put it in quotes");
                            }
                            String text = node.textValue();
                            if (text.indexOf('\0') >= 0) {
                                return wrong(
                                        field, "holds a NUL character, which no text may have");
                            }
                            return Optional.of(text);
                        });
    }

    /** A text that must be there and not be blank. */
    public Optional<String> requiredText(String field) {
        if (missing(field)) {
            return Optional.empty();
        }
        Optional<String> text = text(field);
        if (text.filter(String::isBlank).isPresent()) {
            return wrong(field, "is empty");
        }
        return text;
    }

    /** Whether the field is left out, which is then noted as a mistake. */
    public boolean missing(String field) {
        if (has(field)) {
            return false;
        }
        mistake(field, "%s is missing. Give it.".formatted(Sentences.nameOf(field)));
        return true;
    }

    /** A text of which {@code parser} makes something or throws IllegalArgumentException. */
    public <T> Optional<T> parsed(String field, Function<String, T> parser) {
        return text(field).flatMap(text -> parse(field, text, parser));
    }

    /** Like {@link #parsed}, and it must be there. */
    public <T> Optional<T> requiredParsed(String field, Function<String, T> parser) {
        return requiredText(field).flatMap(text -> parse(field, text, parser));
    }

    /** True or false. */
    public Optional<Boolean> flag(String field) {
        return value(field)
                .flatMap(
                        node ->
                                node.isBoolean()
                                        ? Optional.of(node.booleanValue())
                                        : wrong(field, "is neither true nor false"));
    }

    /** A whole number between two bounds, which belong to it. */
    public Optional<Integer> integer(String field, int min, int max) {
        return value(field)
                .flatMap(
                        node -> {
                            if (!node.isIntegralNumber()
                                    || !node.canConvertToInt()
                                    || node.intValue() < min
                                    || node.intValue() > max) {
                                return wrong(
                                        field,
                                        "is no whole number from %d to %d".formatted(min, max));
                            }
                            return Optional.of(node.intValue());
                        });
    }

    /** Whole numbers. */
    public Optional<List<Integer>> integers(String field) {
        return array(field)
                .map(
                        nodes -> {
                            List<Integer> numbers = new ArrayList<>();
                            for (int i = 0; i < nodes.size(); i++) {
                                JsonNode node = nodes.get(i);
                                if (node.isIntegralNumber() && node.canConvertToInt()) {
                                    numbers.add(node.intValue());
                                } else {
                                    wrong(field + "/" + i, "is no whole number");
                                }
                            }
                            return numbers;
                        });
    }

    /** The elements of an array, as fields that are named by their {@link #positions}. */
    public Optional<JsonBody> elements(String field) {
        return array(field)
                .map(
                        nodes -> {
                            ObjectNode byPosition = StagecoachJson.mapper().createObjectNode();
                            for (int i = 0; i < nodes.size(); i++) {
                                byPosition.set(Integer.toString(i), nodes.get(i));
                            }
                            return new JsonBody(byPosition, pointerOf(field), mistakes);
                        });
    }

    /** The names of the fields of {@link #elements}, in order. */
    public List<String> positions() {
        return fields.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** An ISO-8601 duration. */
    public Optional<Duration> duration(String field) {
        return text(field)
                .flatMap(
                        text -> {
                            try {
                                return Optional.of(Times.duration(text));
                            } catch (DateTimeException e) {
                                return wrong(
                                        field,
                                        "\"%s\" is no ISO-8601 duration of at most a hundred years, such as PT30S or PT1H"
                                                .formatted(text));
                            }
                        });
    }

    /** A moment in UTC. */
    public Optional<Instant> instant(String field) {
        return text(field)
                .flatMap(
                        text -> {
                            try {
                                return Optional.of(Times.instant(text));
                            } catch (DateTimeException e) {
                                return wrong(
                                        field,
                                        "\"%s\" is no UTC time up to the year 9999, such as 2026-11-23T06:00:00Z"
                                                .formatted(text));
                            }
                        });
    }

    /** One of an enum's names. */
    public <E extends Enum<E>> Optional<E> choice(String field, Class<E> choices) {
        return text(field)
                .flatMap(
                        text -> {
                            List<String> names =
                                    Arrays.stream(choices.getEnumConstants())
                                            .map(Enum::name)
                                            .toList();
                            if (names.contains(text)) {
                                return Optional.of(Enum.valueOf(choices, text));
                            }
                            mistake(
                                    field,
                                    "\"%s\" is none of %s.%s"
                                            .formatted(
                                                    text,
                                                    Sentences.orList(names),
                                                    Nearest.question(text, names)));
                            return Optional.empty();
                        });
    }

    /** Texts of each of which {@code parser} makes something; doubled ones are refused. */
    public <T> Optional<List<T>> list(String field, Function<String, T> parser) {
        return array(field)
                .map(
                        nodes -> {
                            Set<T> items = new LinkedHashSet<>();
                            for (int i = 0; i < nodes.size(); i++) {
                                String place = field + "/" + i;
                                JsonNode node = nodes.get(i);
                                if (!node.isTextual() || node.textValue().indexOf('\0') >= 0) {
                                    wrong(place, "is no text. Put it in quotes");
                                    continue;
                                }
                                Optional<T> item = parse(place, node.textValue(), parser);
                                if (item.isPresent() && !items.add(item.get())) {
                                    mistake(
                                            place,
                                            "\"%s\" stands in the list twice. Remove one."
                                                    .formatted(node.textValue()));
                                }
                            }
                            return List.copyOf(items);
                        });
    }

    /** An object within. */
    public Optional<JsonBody> object(String field) {
        return value(field)
                .flatMap(
                        node ->
                                node instanceof ObjectNode object
                                        ? Optional.of(
                                                new JsonBody(object, pointerOf(field), mistakes))
                                        : wrong(field, "is no object. Put its fields in braces"));
    }

    /** An array of objects within; empty where one is none, so that positions stay. */
    public Optional<List<Optional<JsonBody>>> objects(String field) {
        return array(field)
                .map(
                        nodes -> {
                            List<Optional<JsonBody>> objects = new ArrayList<>();
                            for (int i = 0; i < nodes.size(); i++) {
                                String place = field + "/" + i;
                                objects.add(
                                        nodes.get(i) instanceof ObjectNode object
                                                ? Optional.of(
                                                        new JsonBody(
                                                                object, pointerOf(place), mistakes))
                                                : wrong(
                                                        place,
                                                        "is no object. Put its fields in braces"));
                            }
                            return objects;
                        });
    }

    /** A map from names to texts. */
    public Optional<Map<String, String>> texts(String field) {
        return object(field)
                .map(
                        object -> {
                            var texts = new LinkedHashMap<String, String>();
                            for (var entry : object.fields.properties()) {
                                object.text(entry.getKey())
                                        .ifPresent(text -> texts.put(entry.getKey(), text));
                            }
                            return texts;
                        });
    }

    /** Fields that Stagecoach itself fills in: whatever stands there is passed over. */
    public void ignore(String... readOnly) {
        known.addAll(Arrays.asList(readOnly));
    }

    /** Names every field that nobody asked for. */
    public void refuseUnknown() {
        for (var entry : fields.properties()) {
            String name = entry.getKey();
            if (!known.contains(name)) {
                mistake(
                        Sentences.escaped(name),
                        "There is no field \"%s\" here.%s"
                                .formatted(
                                        Sentences.printable(name), Nearest.question(name, known)));
            }
        }
    }

    private Optional<JsonNode> value(String field) {
        return has(field) ? Optional.ofNullable(fields.get(field)) : Optional.empty();
    }

    private Optional<JsonNode> array(String field) {
        return value(field)
                .flatMap(
                        node ->
                                node.isArray()
                                        ? Optional.of(node)
                                        : wrong(field, "is no list. Put it in brackets"));
    }

    private <T> Optional<T> parse(String field, String text, Function<String, T> parser) {
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException e) {
            mistake(field, Sentences.ended(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private <T> Optional<T> wrong(String field, String what) {
        mistake(
                field,
                what.startsWith("\"")
                        ? Sentences.ended(what)
                        : Sentences.nameOf(field) + " " + Sentences.ended(what));
        return Optional.empty();
    }
}
