package stagecoach.cli.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.manifest.Manifest.Resource;
import stagecoach.cli.manifest.ManifestMistakes.Mistake;

/**
 * Brings what is on the server to what a manifest asks for: everything is judged first, then
 * written.
 */
public final class Application {
    private final ApiClient api;
    private final ManifestReader.Located located;

    /** The application of a manifest to a server. */
    public Application(ApiClient api, ManifestReader.Located located) {
        this.api = api;
        this.located = located;
    }

    /** What would change: a sign ({@code +} new, {@code ~} changed) and the places that differ. */
    public record Difference(char sign, Resource resource, List<String> places) {}

    /**
     * Has the server judge every document without writing any.
     *
     * @throws ManifestMistakes with all that it would refuse
     */
    public void judge() {
        var mistakes = new ArrayList<Mistake>();
        List<String> assumed =
                located.manifest().resources().stream()
                        .map(resource -> resource.path().substring(1))
                        .toList();
        for (Resource resource : located.manifest().resources()) {
            try {
                api.judge(resource.path(), resource.body(), assumed);
            } catch (ApiProblem problem) {
                if (problem.status() != 400 && problem.status() != 409) {
                    throw problem;
                }
                if (problem.details().isEmpty()) {
                    mistakes.add(located.mistake(resource, "", problem.sentence()));
                }
                problem.details()
                        .forEach(
                                d ->
                                        mistakes.add(
                                                located.mistake(
                                                        resource, d.pointer(), d.sentence())));
            }
        }
        if (!mistakes.isEmpty()) {
            mistakes.sort(java.util.Comparator.comparingInt(Mistake::line));
            throw new ManifestMistakes(located.file(), mistakes);
        }
    }

    /**
     * What differs; a sensitive value cannot be compared and counts as equal once the server has
     * one.
     */
    public List<Difference> differences() {
        var differences = new ArrayList<Difference>();
        for (Resource resource : located.manifest().resources()) {
            Optional<JsonNode> present = api.find(resource.path());
            if (present.isEmpty()) {
                differences.add(new Difference('+', resource, List.of()));
                continue;
            }
            var places = new ArrayList<String>();
            compare(resource.body(), present.get(), "", places);
            if (!places.isEmpty()) {
                differences.add(new Difference('~', resource, places));
            }
        }
        return differences;
    }

    /** Writes every document, in order; a document that is as it should be changes nothing. */
    public void write() {
        for (Resource resource : located.manifest().resources()) {
            api.put(resource.path(), resource.body());
        }
    }

    private static void compare(
            JsonNode wanted, JsonNode present, String place, List<String> places) {
        if (wanted.isObject()) {
            boolean valueIsHidden =
                    wanted.path("sensitive").asBoolean() && present.path("hasValue").asBoolean();
            for (var field : wanted.properties()) {
                if (valueIsHidden && field.getKey().equals("value")) {
                    continue;
                }
                compare(
                        field.getValue(),
                        present.path(field.getKey()),
                        place.isEmpty() ? field.getKey() : place + "." + field.getKey(),
                        places);
            }
        } else if (wanted.isArray()) {
            if (wanted.size() != present.size()) {
                places.add("%s (%d → %d)".formatted(place, present.size(), wanted.size()));
                return;
            }
            for (int i = 0; i < wanted.size(); i++) {
                compare(wanted.get(i), present.get(i), "%s[%d]".formatted(place, i), places);
            }
        } else if (!scalar(wanted).equals(scalar(present))) {
            places.add(place);
        }
    }

    private static String scalar(JsonNode node) {
        return node.isMissingNode() || node instanceof NullNode ? "" : node.asText();
    }
}
