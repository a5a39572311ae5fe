package stagecoach.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.cli.client.ApiClient;
import stagecoach.wire.StagecoachJson;

/**
 * Writes down the events of deployments that tests have brought to an end, if {@code
 * -Dhistories.folder} names a folder: a line per event, its stream and type before it, as {@code
 * RecordedHistoriesTest} of the simulation reads them. What lies in the folder already stays.
 */
final class Recorded {
    private static final Optional<Path> FOLDER =
            Optional.ofNullable(System.getProperty("histories.folder")).map(Path::of);

    /** Where a home lies is nobody's business later. */
    private static final String HOME = "/stagecoach";

    private Recorded() {}

    /** Writes down a deployment that has ended, named after its project and its end. */
    static void deployment(ApiClient api, Path home, JsonNode ended) throws IOException {
        if (FOLDER.isPresent()) {
            String id = ended.path("id").asText();
            write(
                    "real-%s-%s"
                            .formatted(
                                    ended.path("project").asText(),
                                    ended.path("state")
                                            .asText()
                                            .toLowerCase(java.util.Locale.ROOT)),
                    home,
                    whole(api, "&deployment=" + id));
        }
    }

    /** Writes down what was reported of machines themselves. */
    static void machines(ApiClient api, Path home) throws IOException {
        if (FOLDER.isPresent()) {
            write(
                    "real-machines",
                    home,
                    events(api, "").stream()
                            .filter(event -> event.path("subject").asText().startsWith("agent-"))
                            .toList());
        }
    }

    /** The feed may be a moment behind the deployment. */
    private static List<JsonNode> whole(ApiClient api, String filter) {
        int[] before = {-1};
        return Whole.patiently()
                .until(
                        () -> events(api, filter),
                        events -> {
                            boolean same = events.size() == before[0];
                            before[0] = events.size();
                            return same;
                        });
    }

    private static List<JsonNode> events(ApiClient api, String filter) {
        var events = new ArrayList<JsonNode>();
        String cursor = "";
        while (true) {
            JsonNode page = api.get("/events?limit=500" + filter + cursor);
            page.path("items").forEach(events::add);
            if (page.path("caughtUp").asBoolean()) {
                return events;
            }
            cursor = "&cursor=" + ApiClient.encoded(page.path("next").asText());
        }
    }

    private static void write(String name, Path home, List<JsonNode> events) throws IOException {
        Path file = FOLDER.orElseThrow().resolve(name + ".jsonl");
        if (Files.exists(file)) {
            return;
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, events.stream().map(event -> line(home, event)).toList());
    }

    private static String line(Path home, JsonNode event) {
        return "%s %s %s"
                .formatted(
                        event.path("subject").asText(),
                        event.path("type").asText(),
                        StagecoachJson.text(event.path("data")).replace(home.toString(), HOME));
    }
}
