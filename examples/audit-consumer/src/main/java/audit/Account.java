package audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What is known of a deployment when some of its events have come, in order.
 *
 * @param who asked for it, or for the attempt that is under way
 * @param asked when it was asked for; the times are in UTC, as the events tell them
 * @param started when the attempt began that is under way
 * @param machines where steps succeeded in it
 * @param packages of the steps that are not left out
 */
record Account(
        String who,
        String project,
        String release,
        String environment,
        String asked,
        int attempt,
        String started,
        List<String> machines,
        List<String> packages) {
    /** Of a deployment of which nothing has come. */
    static final Account NOTHING = new Account("", "", "", "", "", 0, "", List.of(), List.of());

    Account {
        machines = List.copyOf(machines);
        packages = List.copyOf(packages);
    }

    /** Whether this event tells that an attempt has ended: time for a row. */
    static boolean isEnd(Event event) {
        return event.type().equals("stagecoach.DeploymentEnded.v1");
    }

    /** What is known when this event has come, too. Other types say nothing that is asked here. */
    Account after(Event event) {
        JsonNode data = event.data();
        return switch (event.type()) {
            case "stagecoach.DeploymentQueued.v1" ->
                    new Account(
                            data.path("createdBy").asText(actorOf(event)),
                            data.path("project").asText(),
                            data.path("release").asText(),
                            data.path("environment").asText(),
                            data.path("createdAt").asText(event.time()),
                            attempt,
                            started,
                            machines,
                            packagesOf(data.path("steps")));
            case "stagecoach.DeploymentRetried.v1", "stagecoach.DeploymentProceeded.v1" ->
                    new Account(
                            data.path("by").asText(actorOf(event)),
                            project,
                            release,
                            environment,
                            event.time(),
                            data.path("attempt").asInt(attempt),
                            "",
                            List.of(),
                            packages);
            case "stagecoach.DeploymentStarted.v1" ->
                    new Account(
                            who,
                            project,
                            release,
                            environment,
                            asked,
                            data.path("attempt").asInt(attempt),
                            event.time(),
                            machines,
                            packages);
            case "stagecoach.PhaseEnded.v1" ->
                    new Account(
                            who,
                            project,
                            release,
                            environment,
                            asked,
                            attempt,
                            started,
                            withMachines(data.path("results")),
                            packages);
            default -> this;
        };
    }

    /** The row of the attempt that ends with this event. */
    Row ended(Event end) {
        return new Row(
                List.of(
                        end.stream().substring("deployment-".length()),
                        Integer.toString(attempt),
                        end.data().path("state").asText(),
                        who,
                        project,
                        release,
                        environment,
                        String.join(" ", machines),
                        asked,
                        started,
                        end.time(),
                        String.join("; ", packages)));
    }

    private static String actorOf(Event event) {
        return event.actor() == null ? "" : event.actor();
    }

    private List<String> withMachines(JsonNode results) {
        var all = new TreeSet<>(machines);
        for (JsonNode result : results) {
            if (result.path("state").asText().equals("SUCCEEDED")) {
                String place = result.at("/pair/target").asText(result.path("worker").asText());
                if (!place.isEmpty()) {
                    all.add(place);
                }
            }
        }
        return List.copyOf(all);
    }

    private static List<String> packagesOf(JsonNode steps) {
        var pinned = new ArrayList<JsonNode>();
        for (JsonNode step : steps) {
            if (!step.has("skip")) {
                if (step.has("packageToInstall")) {
                    pinned.add(step.path("packageToInstall"));
                }
                step.path("packages").forEach(beside -> pinned.add(beside.path("pinned")));
            }
        }
        var told = new TreeSet<String>();
        for (JsonNode each : pinned) {
            JsonNode pin = each.path("pin");
            told.add(
                    "%s/%s %s sha512:%s"
                            .formatted(
                                    each.path("feed").asText(),
                                    pin.path("id").asText(),
                                    pin.path("version").asText(),
                                    pin.path("sha512").asText()));
        }
        return List.copyOf(told);
    }
}
