package stagecoach.guards;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * What a client that was written against one document of the API could not go on with under
 * another: names that are gone or changed, answers that lack something, requests that take more.
 * Whatever is only added is no break, since clients ignore what they do not know.
 */
final class Compatibility {
    private final JsonNode before;
    private final JsonNode after;
    private final List<String> breaks = new ArrayList<>();

    /** A schema seen from one side: what has to stay differs. */
    private enum Side {
        REQUEST,
        RESPONSE
    }

    private Compatibility(JsonNode before, JsonNode after) {
        this.before = before;
        this.after = after;
    }

    /** The breaks, in words; empty if there is none. */
    static List<String> breaks(JsonNode before, JsonNode after) {
        var comparison = new Compatibility(before, after);
        before.path("paths")
                .properties()
                .forEach(
                        path ->
                                path.getValue()
                                        .properties()
                                        .forEach(
                                                call ->
                                                        comparison.operation(
                                                                call.getKey() + " " + path.getKey(),
                                                                call.getValue(),
                                                                after.path("paths")
                                                                        .path(path.getKey())
                                                                        .path(call.getKey()))));
        return comparison.breaks.stream().distinct().toList();
    }

    private void operation(String place, JsonNode old, JsonNode now) {
        if (now.isMissingNode()) {
            breaks.add(place + " is gone");
            return;
        }
        if (!old.path("operationId").equals(now.path("operationId"))) {
            breaks.add(place + ": its operationId is another one");
        }
        parameters(place, old.path("parameters"), now.path("parameters"));
        JsonNode body = now.path("requestBody");
        if (body.path("required").asBoolean()
                && !old.path("requestBody").path("required").asBoolean()) {
            breaks.add(place + " needs a body now");
        }
        contents(
                place + ", its body",
                old.path("requestBody").path("content"),
                body.path("content"),
                Side.REQUEST);
        old.path("responses")
                .properties()
                .forEach(
                        response -> {
                            JsonNode answer = now.path("responses").path(response.getKey());
                            if (response.getKey().startsWith("2")) {
                                String which = place + ", " + response.getKey();
                                if (answer.isMissingNode()) {
                                    breaks.add(which + " is gone");
                                } else {
                                    contents(
                                            which,
                                            response.getValue().path("content"),
                                            answer.path("content"),
                                            Side.RESPONSE);
                                }
                            }
                        });
    }

    private void parameters(String place, JsonNode old, JsonNode now) {
        for (JsonNode parameter : old) {
            JsonNode same = named(now, parameter);
            String which = place + ", parameter " + parameter.path("name").asText();
            if (same.isMissingNode()) {
                breaks.add(which + " is gone");
            } else {
                schema(
                        which,
                        parameter.path("schema"),
                        same.path("schema"),
                        Side.REQUEST,
                        new HashSet<>());
            }
        }
        for (JsonNode parameter : now) {
            if (parameter.path("required").asBoolean()
                    && !named(old, parameter).path("required").asBoolean()) {
                breaks.add(
                        "%s needs the parameter %s now"
                                .formatted(place, parameter.path("name").asText()));
            }
        }
    }

    private static JsonNode named(JsonNode parameters, JsonNode like) {
        return StreamSupport.stream(parameters.spliterator(), false)
                .filter(
                        one ->
                                one.path("name").equals(like.path("name"))
                                        && one.path("in").equals(like.path("in")))
                .findFirst()
                .orElseGet(() -> parameters.path("none"));
    }

    private void contents(String place, JsonNode old, JsonNode now, Side side) {
        old.properties()
                .forEach(
                        content -> {
                            if (now.has(content.getKey())) {
                                schema(
                                        place,
                                        content.getValue().path("schema"),
                                        now.path(content.getKey()).path("schema"),
                                        side,
                                        new HashSet<>());
                            } else {
                                breaks.add("%s: no %s any more".formatted(place, content.getKey()));
                            }
                        });
    }

    private void schema(
            String place, JsonNode toldOld, JsonNode toldNow, Side side, Set<String> seen) {
        String reference = toldOld.path("$ref").asText();
        if (!reference.isEmpty() && !seen.add(reference)) {
            return;
        }
        JsonNode old = resolved(before, toldOld);
        JsonNode now = resolved(after, toldNow);
        if (!old.path("type").equals(now.path("type"))) {
            breaks.add("%s: %s has become %s".formatted(place, old.path("type"), now.path("type")));
        }
        if (side == Side.REQUEST) {
            lost(place, "no longer takes", words(old.path("enum")), words(now.path("enum")));
            lost(place, "needs", words(now.path("required")), words(old.path("required")));
        }
        lost(place, "has no", names(old.path("properties")), names(now.path("properties")));
        old.path("properties")
                .properties()
                .forEach(
                        property -> {
                            JsonNode same = now.path("properties").path(property.getKey());
                            if (!same.isMissingNode()) {
                                schema(
                                        place + "/" + property.getKey(),
                                        property.getValue(),
                                        same,
                                        side,
                                        seen);
                            }
                        });
        if (old.has("items")) {
            schema(place + "/*", old.path("items"), now.path("items"), side, seen);
        }
        for (JsonNode choice : old.path("oneOf")) {
            if (StreamSupport.stream(now.path("oneOf").spliterator(), false)
                    .noneMatch(choice::equals)) {
                breaks.add("%s: the choice %s is gone".formatted(place, choice));
            } else {
                schema(place, choice, choice, side, seen);
            }
        }
    }

    private void lost(String place, String how, Set<String> wanted, Set<String> there) {
        wanted.stream()
                .filter(one -> !there.contains(one))
                .forEach(one -> breaks.add("%s %s \"%s\"".formatted(place, how, one)));
    }

    private static JsonNode resolved(JsonNode document, JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.get("$ref").asText().substring(1)) : schema;
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> words(JsonNode array) {
        Set<String> words = new TreeSet<>();
        array.forEach(word -> words.add(word.asText()));
        return words;
    }
}
