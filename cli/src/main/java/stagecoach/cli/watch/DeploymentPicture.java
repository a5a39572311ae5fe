package stagecoach.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import stagecoach.cli.client.Text;

/**
 * A deployment as lines of text, from what the API tells of it; it asks nothing and keeps nothing.
 *
 * @param deployment {@code GET /deployments/{id}}
 * @param steps the items of {@code …/steps}
 * @param acquisitions {@code …/acquisitions}
 */
public record DeploymentPicture(JsonNode deployment, List<JsonNode> steps, JsonNode acquisitions) {
    private static final int BAR = 24;

    /** The whole picture at {@code now}. */
    public List<String> lines(Instant now) {
        var lines = new ArrayList<String>();
        lines.add(title(now));
        for (JsonNode waiting : deployment.path("waitingFor")) {
            lines.add("   waiting: " + waitingSentence(waiting));
        }
        for (JsonNode phase : deployment.path("phases")) {
            lines.add(phaseLine(phase, now));
            if (phase.path("phase").asText().equals("ACQUISITION")) {
                lines.addAll(acquisitionLines());
            } else {
                lines.addAll(stepLines(phase));
            }
        }
        for (JsonNode warning : deployment.path("warnings")) {
            lines.add(" ! " + warning.path("detail").asText());
        }
        return lines;
    }

    /** The first line: what goes where, and how it stands. */
    public String title(Instant now) {
        String line =
                " %s %s → %s"
                        .formatted(
                                deployment.path("project").asText(),
                                deployment.path("release").asText(),
                                deployment.path("environment").asText());
        String attempt =
                deployment.path("attempt").asInt(1) > 1
                        ? "  attempt " + deployment.path("attempt").asInt()
                        : "";
        return Text.padded(line, 52)
                + deployment.path("id").asText()
                + "   "
                + deployment.path("state").asText()
                + attempt
                + elapsed(deployment, now).map(t -> "   " + Text.clock(t)).orElse("");
    }

    /** Why it failed, or waits; empty if it does neither. */
    public static String why(JsonNode deployment) {
        String failure = deployment.path("failure").asText("");
        JsonNode waiting = deployment.path("waitingFor").path(0);
        return failure.isEmpty() && waiting.isObject() ? waitingSentence(waiting) : failure;
    }

    /** Why it waits, as one sentence. */
    public static String waitingSentence(JsonNode waiting) {
        String told = waiting.path("detail").asText();
        return told.isEmpty() ? waiting.path("reason").asText() : told;
    }

    private static String phaseLine(JsonNode phase, Instant now) {
        String purpose = phase.path("purpose").asText().equals("CLEANUP") ? "  clean-up" : "";
        String reason = phase.path("reason").asText("");
        return " "
                + Text.padded(phase.path("phase").asText(), 16)
                + mark(phase.path("state").asText())
                + elapsed(phase, now).map(t -> "  " + Text.seconds(t)).orElse("")
                + purpose
                + (reason.isEmpty() ? "" : "  " + reason);
    }

    private List<String> stepLines(JsonNode phase) {
        var byStep = new LinkedHashMap<String, List<JsonNode>>();
        for (JsonNode row : steps) {
            if (row.path("run").asInt() == phase.path("run").asInt()) {
                byStep.computeIfAbsent(row.path("step").asText(), name -> new ArrayList<>())
                        .add(row);
            }
        }
        return byStep.entrySet().stream()
                .map(
                        entry ->
                                "   "
                                        + Text.padded(entry.getKey(), 16)
                                        + entry.getValue().stream()
                                                .map(
                                                        row ->
                                                                place(row)
                                                                        + " "
                                                                        + mark(
                                                                                row.path("state")
                                                                                        .asText()))
                                                .collect(Collectors.joining("  ")))
                .toList();
    }

    private static String place(JsonNode row) {
        return row.path("target").asText(row.path("worker").asText(""));
    }

    private List<String> acquisitionLines() {
        Map<String, List<String>> byPackage = new LinkedHashMap<>();
        for (JsonNode row : acquisitions.path("caches")) {
            byPackage
                    .computeIfAbsent(name(row), n -> new ArrayList<>())
                    .add(row.path("cache").asText() + " " + standing(row));
        }
        for (JsonNode row : acquisitions.path("targets")) {
            String by = servedBy(row.path("servedBy"));
            byPackage
                    .computeIfAbsent(name(row), n -> new ArrayList<>())
                    .add(place(row) + " " + standing(row) + (by.isEmpty() ? "" : " " + by));
        }
        var lines = new ArrayList<String>();
        byPackage.forEach(
                (name, places) ->
                        lines.add("   " + Text.padded(name, 28) + String.join("  ", places)));
        return lines;
    }

    private static String name(JsonNode row) {
        return row.path("package").asText() + " " + row.path("version").asText();
    }

    private static String standing(JsonNode row) {
        String state = row.path("state").asText();
        long size = row.path("size").asLong();
        long bytes = row.path("bytes").asLong();
        if (state.equals("RUNNING") && size > 0) {
            int filled = (int) Math.min(BAR / 2, bytes * BAR / 2 / size);
            return "━".repeat(filled)
                    + "─".repeat(BAR / 2 - filled)
                    + " "
                    + (100 * bytes / size)
                    + " %";
        }
        return mark(state);
    }

    /** Who served a target, in one word. */
    public static String servedBy(JsonNode servedBy) {
        return switch (servedBy.path("kind").asText()) {
            case "HELD" -> "held";
            case "SERVER" -> "server";
            case "FEED" -> "feed";
            case "CACHE" -> servedBy.path("cache").asText();
            default -> "";
        };
    }

    /** One sign for a state. */
    public static String mark(String state) {
        return switch (state) {
            case "SUCCEEDED" -> "✓";
            case "FAILED" -> "✗";
            case "RUNNING" -> "▶";
            case "SKIPPED" -> "–";
            case "CANCELLED", "CANCELLING" -> "⊘";
            case "UNKNOWN" -> "?";
            default -> "·";
        };
    }

    /** How long it takes, or took; empty before it has begun. */
    public static java.util.Optional<Duration> elapsed(JsonNode timed, Instant now) {
        String started = timed.path("startedAt").asText("");
        if (started.isEmpty()) {
            return java.util.Optional.empty();
        }
        String ended = timed.path("endedAt").asText("");
        return java.util.Optional.of(
                Duration.between(
                        Instant.parse(started), ended.isEmpty() ? now : Instant.parse(ended)));
    }
}
