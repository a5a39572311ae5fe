package stagecoach.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Outage;

/** What the scripts of a deployment have written, line by line, as {@code GET …/logs} has it. */
public final class ScriptOutput {
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "CANCELLED", "STAGED");
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(400);

    private final ApiClient api;
    private final String path;
    private final String filter;

    /**
     * That of the deployment {@code id}.
     *
     * @param filter more of the query, each with its {@code &}; empty for all
     */
    public ScriptOutput(ApiClient api, String id, String filter) {
        this.api = api;
        this.path = "/deployments/" + ApiClient.encoded(id);
        this.filter = filter;
    }

    /**
     * Gives each line to {@code reader}, in order.
     *
     * @param follow go on until the deployment has ended; else up to what there is now
     */
    public void read(boolean follow, Consumer<JsonNode> reader) throws InterruptedException {
        String cursor = "";
        var outage = Outage.ofAStranger();
        while (true) {
            String from = filter + cursor;
            Look look = outage.over(() -> look(follow, from)).orElse(Look.NOTHING);
            look.page().path("items").forEach(reader);
            if (look.page().hasNonNull("next")) {
                cursor = "&cursor=" + ApiClient.encoded(look.page().get("next").asText());
            }
            if (look.caughtUp()) {
                if (look.ended()) {
                    return;
                }
                Thread.sleep(BETWEEN_LOOKS);
            }
        }
    }

    /** A line for people: when, which step, where, and {@code !} before what went to stderr. */
    public static String shown(JsonNode line) {
        String where = line.path("target").asText("");
        return "%s %s%s %s"
                .formatted(
                        line.path("at").asText(),
                        line.path("step").asText(),
                        where.isEmpty() ? "" : " " + where,
                        (line.path("stream").asText().equals("ERR") ? "! " : "  ")
                                + line.path("text").asText());
    }

    /** A page of lines, and whether the deployment had ended before it was read. */
    private record Look(boolean ended, JsonNode page) {
        static final Look NOTHING = new Look(false, MissingNode.getInstance());

        boolean caughtUp() {
            return page.path("caughtUp").asBoolean(page.path("items").isEmpty());
        }
    }

    private Look look(boolean follow, String from) {
        boolean ended = !follow || ENDED.contains(api.get(path).path("state").asText());
        return new Look(ended, api.get(path + "/logs?limit=500" + from));
    }
}
