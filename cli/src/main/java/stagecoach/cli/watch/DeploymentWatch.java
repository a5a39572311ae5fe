package stagecoach.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Outage;
import stagecoach.wire.StagecoachJson;

/** Follows one deployment until it ends, a person is needed, or patience runs out. */
public final class DeploymentWatch {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(400);

    private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "CANCELLED", "STAGED");

    private final ApiClient api;
    private final Screen screen;
    private final String id;
    private final Supplier<List<String>> footer;
    private final Map<String, String> told = new HashMap<>();

    /** A watch over deployment {@code id}. */
    public DeploymentWatch(ApiClient api, Screen screen, String id) {
        this(api, screen, id, List::of);
    }

    /** A watch that draws {@code footer} below the deployment wherever it redraws. */
    public DeploymentWatch(ApiClient api, Screen screen, String id, Supplier<List<String>> footer) {
        this.footer = footer;
        this.api = api;
        this.screen = screen;
        this.id = id;
    }

    /**
     * How a watch ended.
     *
     * @param deployment as it was seen last; only its id if the server never answered
     */
    public record Ended(ExitCode exit, JsonNode deployment) {}

    /**
     * Follows until the end.
     *
     * @param patience empty waits for ever
     */
    public Ended follow(Optional<Duration> patience) throws InterruptedException {
        long begun = System.nanoTime();
        var outage = Outage.ofAnAcquaintance();
        JsonNode deployment = StagecoachJson.mapper().createObjectNode().put("id", id);
        while (true) {
            deployment = outage.over(this::look).orElse(deployment);
            String state = deployment.path("state").asText();
            if (ENDED.contains(state)) {
                screen.settle();
                return new Ended(
                        state.equals("FAILED") || state.equals("CANCELLED")
                                ? ExitCode.FAILED
                                : ExitCode.SUCCEEDED,
                        deployment);
            }
            if (state.equals("PAUSED")) {
                screen.settle();
                return new Ended(ExitCode.WAITS_FOR_PERSON, deployment);
            }
            Duration waited = Duration.ofNanos(System.nanoTime() - begun);
            if (patience.filter(most -> waited.compareTo(most) > 0).isPresent()) {
                screen.settle();
                return new Ended(ExitCode.TIMED_OUT, deployment);
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    /** Looks once and shows what is new. */
    private JsonNode look() {
        var picture = picture(api, id);
        if (screen.terminal()) {
            var lines = new ArrayList<>(picture.lines(Instant.now()));
            lines.addAll(footer.get());
            screen.redraw(lines);
        } else {
            tell(picture);
        }
        return picture.deployment();
    }

    /** The deployment as it is now. */
    public static DeploymentPicture picture(ApiClient api, String id) {
        String path = "/deployments/" + ApiClient.encoded(id);
        return new DeploymentPicture(
                api.get(path), api.list(path + "/steps"), api.get(path + "/acquisitions"));
    }

    /** A plain log: one line for each thing whose state has changed. */
    private void tell(DeploymentPicture picture) {
        JsonNode deployment = picture.deployment();
        say("deployment", deployment.path("state").asText(), picture.title(Instant.now()));
        for (JsonNode waiting : deployment.path("waitingFor")) {
            String sentence = DeploymentPicture.waitingSentence(waiting);
            say("waiting " + sentence, "", "   waiting: " + sentence);
        }
        for (JsonNode phase : deployment.path("phases")) {
            String state = phase.path("state").asText();
            say(
                    "phase " + phase.path("run").asInt(),
                    state,
                    " %s %s".formatted(phase.path("phase").asText(), state));
        }
        var rows = new ArrayList<JsonNode>(picture.steps());
        for (JsonNode row : rows) {
            sayRow("step " + row.path("run").asText(), row, row.path("step").asText());
        }
        picture.acquisitions()
                .path("caches")
                .forEach(row -> sayRow("cache", row, row.path("package").asText()));
        picture.acquisitions()
                .path("targets")
                .forEach(
                        row ->
                                sayRow(
                                        row.path("worker").isTextual() ? "worker" : "target",
                                        row,
                                        row.path("package").asText()));
    }

    private void sayRow(String kind, JsonNode row, String what) {
        String state = row.path("state").asText();
        if (state.equals("PENDING")) {
            return;
        }
        String where =
                List.of("target", "worker", "cache").stream()
                        .map(f -> row.path(f).asText(""))
                        .filter(t -> !t.isEmpty())
                        .findFirst()
                        .orElse("");
        String by = DeploymentPicture.servedBy(row.path("servedBy"));
        String reason = row.path("reason").asText("");
        say(
                kind + " " + what + " " + where,
                state,
                "   %s %s %s%s%s"
                        .formatted(
                                what,
                                where,
                                state,
                                by.isEmpty() ? "" : " from " + by,
                                reason.isEmpty() ? "" : ": " + reason));
    }

    private void say(String what, String state, String line) {
        if (!state.equals(told.put(what, state))) {
            screen.keep(line);
        }
    }
}
