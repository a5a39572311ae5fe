package stagecoach.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Text;
import stagecoach.cli.client.Unreachable;
import stagecoach.cli.command.ApiCommand;
import stagecoach.cli.command.Following;
import stagecoach.wire.StagecoachJson;

@Command(
        name = "target",
        mixinStandardHelpOptions = true,
        description =
                "List and show targets, enrol machines, register those that listen, and upgrade tentacles.",
        subcommands = {
            TargetCommand.ListAll.class,
            TargetCommand.Show.class,
            TargetCommand.Enrol.class,
            TargetCommand.Register.class,
            TargetCommand.Upgrade.class
        })
public final class TargetCommand implements Runnable {
    @picocli.CommandLine.Spec picocli.CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "say what to do with targets: list, show, enrol, register or upgrade");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Targets with their health.")
    static final class ListAll extends ApiCommand {
        @Override
        protected ExitCode run(ApiClient api) {
            List<JsonNode> targets = api.list("/targets");
            if (json) {
                sayJson(ApiClient.whole(targets));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode target : targets) {
                rows.add(
                        List.of(
                                target.path("id").asText(),
                                target.path("region").asText(""),
                                Text.joined(target.path("environments")),
                                Text.joined(target.path("tags")),
                                target.path("health").path("state").asText("UNKNOWN")));
            }
            sayLines(
                    rows.isEmpty()
                            ? "no targets yet; stagecoach target enrol makes one"
                            : Text.table(
                                            List.of(
                                                    "ID",
                                                    "REGION",
                                                    "ENVIRONMENTS",
                                                    "TAGS",
                                                    "HEALTH"),
                                            rows)
                                    .stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "A target, its health, and how far caches are from it, the nearest first.")
    static final class Show extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Override
        protected ExitCode run(ApiClient api) {
            ObjectNode target = api.get("/targets/" + ApiClient.encoded(id)).deepCopy();
            known(api).ifPresent(agent -> addFresh(target, agent.path("health")));
            List<Distance> distances = distances(api);
            if (json) {
                var list = target.putArray("latencies");
                distances.forEach(
                        each ->
                                list.addObject()
                                        .put("cache", each.cache())
                                        .put("millis", each.millis())
                                        .put("at", each.at()));
                sayJson(target);
                return ExitCode.SUCCEEDED;
            }
            sayLines(Text.table(List.of(id, ""), facts(target)).stripTrailing());
            sayLines(
                    distances.isEmpty()
                            ? "it has told of no cache how far that is"
                            : Text.table(
                                            List.of("CACHE", "MS", "TOLD"),
                                            distances.stream()
                                                    .map(
                                                            each ->
                                                                    List.of(
                                                                            each.cache(),
                                                                            String.valueOf(
                                                                                    each.millis()),
                                                                            Text.at(each.at())))
                                                    .toList())
                                    .stripTrailing());
            return ExitCode.SUCCEEDED;
        }

        private Optional<JsonNode> known(ApiClient api) {
            try {
                return api.find("/agents/" + ApiClient.encoded("target:" + id));
            } catch (Unreachable away) {
                // The gateway is: what it told before is shown all the same.
                return Optional.empty();
            } catch (ApiProblem problem) {
                if (problem.status() < 500) {
                    throw problem;
                }
                return Optional.empty();
            }
        }

        /** What its gateway knows, of which there is no event each time. */
        private static void addFresh(ObjectNode target, JsonNode known) {
            if (target.path("health") instanceof ObjectNode health) {
                for (String name : List.of("lastSeenAt", "freeDiskBytes", "capabilities")) {
                    if (known.hasNonNull(name)) {
                        health.set(name, known.get(name));
                    }
                }
            }
        }

        /** What is known of it, a row each; what is unknown has none. */
        private static List<List<String>> facts(JsonNode target) {
            JsonNode health = target.path("health");
            var facts = new ArrayList<List<String>>();
            BiConsumer<String, String> fact =
                    (name, value) -> {
                        if (!value.isEmpty()) {
                            facts.add(List.of(name, value));
                        }
                    };
            fact.accept(
                    "health",
                    (health.path("state").asText("UNKNOWN")
                                    + "  "
                                    + health.path("reason").asText(""))
                            .strip());
            fact.accept("since", Text.at(health.path("checkedAt").asText("")));
            fact.accept("last seen", Text.at(health.path("lastSeenAt").asText("")));
            fact.accept("disabled", target.path("disabled").asBoolean() ? "yes" : "");
            fact.accept("region", target.path("region").asText("none"));
            fact.accept("environments", Text.joined(target.path("environments")));
            fact.accept("tags", Text.joined(target.path("tags")));
            fact.accept("version", health.path("version").asText(""));
            fact.accept(
                    "free disk",
                    health.hasNonNull("freeDiskBytes")
                            ? Text.bytes(health.path("freeDiskBytes").asLong())
                            : "");
            fact.accept("can do", Text.joined(health.path("capabilities")));
            fact.accept("dialled at", target.path("address").asText(""));
            fact.accept("thumbprint", target.path("thumbprint").asText(""));
            return facts;
        }

        private record Distance(String cache, int millis, String at) {}

        private List<Distance> distances(ApiClient api) {
            var distances = new ArrayList<Distance>();
            for (JsonNode cache : api.list("/caches")) {
                String name = cache.path("id").asText();
                for (JsonNode told :
                        api.list("/caches/%s/latencies".formatted(ApiClient.encoded(name)))) {
                    if (told.path("machine").asText().equals("target:" + id)) {
                        distances.add(
                                new Distance(
                                        name,
                                        told.path("millis").asInt(),
                                        told.path("at").asText()));
                    }
                }
            }
            distances.sort(Comparator.comparingInt(Distance::millis));
            return distances;
        }
    }

    @Command(
            name = "enrol",
            mixinStandardHelpOptions = true,
            description = "Make a one-time token and the command line to run on the machine.")
    static final class Enrol extends Enrolling {
        @Option(
                names = "--environment",
                split = ",",
                required = true,
                paramLabel = "ENVIRONMENT",
                description = "Where deployments find it; they exist already.")
        List<String> environments = List.of();

        @Option(
                names = "--tags",
                split = ",",
                paramLabel = "TAG",
                description = "What steps choose it by.")
        List<String> tags = List.of();

        @Override
        protected String kind() {
            return "target";
        }

        @Override
        protected Map<String, List<String>> places() {
            return Map.of("environments", environments, "tags", tags);
        }
    }

    @Command(
            name = "register",
            mixinStandardHelpOptions = true,
            description =
                    "Make a target of a machine that listens (tentacle listen), for the gateway to dial.")
    static final class Register extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Option(
                names = "--environment",
                split = ",",
                required = true,
                paramLabel = "ENVIRONMENT",
                description = "Where deployments find it; they exist already.")
        List<String> environments = List.of();

        @Option(
                names = "--tags",
                split = ",",
                paramLabel = "TAG",
                description = "What steps choose it by.")
        List<String> tags = List.of();

        @Option(
                names = "--region",
                paramLabel = "REGION",
                description = "Whose caches are near it; none if left out.")
        @Nullable String region;

        @Option(
                names = "--address",
                paramLabel = "HOST:PORT",
                required = true,
                description = "Where the gateway reaches it.")
        String address = "";

        @Option(
                names = "--thumbprint",
                required = true,
                description = "Of its certificate, as tentacle listen and tentacle show print it.")
        String thumbprint = "";

        @Override
        protected ExitCode run(ApiClient api) {
            var target = StagecoachJson.mapper().createObjectNode();
            target.put("name", id);
            environments.forEach(target.putArray("environments")::add);
            tags.forEach(target.putArray("tags")::add);
            if (region != null) {
                target.put("region", region);
            }
            target.put("communication", "LISTENING")
                    .put("address", address)
                    .put("thumbprint", thumbprint);
            JsonNode registered = api.put("/targets/" + ApiClient.encoded(id), target);
            if (json) {
                sayJson(registered);
            } else {
                say("The gateway dials %s at %s.".formatted(id, address));
                say("stagecoach target show %s tells whether it reaches it.".formatted(id));
            }
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "upgrade",
            mixinStandardHelpOptions = true,
            description =
                    "Let the tentacle of a target go on as another version, and follow that; the one before is started again if it does not come back. Push the package Stagecoach.Tentacle first.")
    static final class Upgrade extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Parameters(
                index = "1",
                paramLabel = "VERSION",
                description = "Of the package; it may be older than the one that runs.")
        String version = "";

        @Option(names = "--comment", description = "Why, for those who read the log later.")
        @Nullable String comment;

        @Option(names = "--detach", description = "Print the id and do not wait.")
        boolean detach;

        @Option(
                names = "--timeout",
                paramLabel = "DURATION",
                description = "Stop waiting after this time, such as 10m; exit 6.")
        @Nullable Duration timeout;

        @Override
        protected ExitCode run(ApiClient api) throws Exception {
            var body = new LinkedHashMap<String, String>();
            body.put("version", version);
            if (comment != null) {
                body.put("comment", comment);
            }
            JsonNode created = api.postOnce("/targets/" + ApiClient.encoded(id) + "/upgrade", body);
            String deployment = created.path("id").asText();
            if (detach) {
                answer(created, deployment);
                return ExitCode.SUCCEEDED;
            }
            return new Following(this, api, deployment).toTheEnd(Optional.ofNullable(timeout));
        }
    }
}
