package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;

@Command(
        name = "target",
        mixinStandardHelpOptions = true,
        description = "List targets and enrol machines.",
        subcommands = {TargetCommand.ListAll.class, TargetCommand.Enrol.class})
public final class TargetCommand implements Runnable {
    @picocli.CommandLine.Spec picocli.CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "say what to do with targets: list or enrol");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Targets with their health.")
    static final class ListAll extends ApiCommand {
        @Override
        protected ExitCode run(ApiClient api) {
            if (json) {
                sayJson(api.get("/targets?limit=500"));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode target : api.list("/targets")) {
                rows.add(
                        List.of(
                                target.path("id").asText(),
                                target.path("region").asText(""),
                                joined(target.path("environments")),
                                joined(target.path("tags")),
                                target.path("health").path("state").asText("UNKNOWN")));
            }
            say(
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

        private static String joined(JsonNode list) {
            return StreamSupport.stream(list.spliterator(), false)
                    .map(JsonNode::asText)
                    .collect(Collectors.joining(","));
        }
    }

    @Command(
            name = "enrol",
            mixinStandardHelpOptions = true,
            description = "Make a one-time token and the command line to run on the machine.")
    static final class Enrol extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        @Option(names = "--environment", split = ",", required = true)
        List<String> environments = List.of();

        @Option(names = "--tags", split = ",")
        List<String> tags = List.of();

        @Option(names = "--region")
        @Nullable String region;

        @Option(
                names = "--valid-for",
                defaultValue = "PT1H",
                description = "ISO-8601; default ${DEFAULT-VALUE}.")
        String validFor = "PT1H";

        @Override
        protected ExitCode run(ApiClient api) {
            var target = new LinkedHashMap<String, Object>();
            target.put("id", id);
            target.put("name", id);
            target.put("environments", environments);
            target.put("tags", tags);
            if (region != null) {
                target.put("region", region);
            }
            JsonNode enrolment =
                    api.post("/enrolments", Map.of("target", target, "validFor", validFor));
            if (json) {
                sayJson(enrolment);
            } else {
                say("Run this on the machine, once, within " + validFor + ":");
                say("  " + enrolment.path("command").asText());
            }
            return ExitCode.SUCCEEDED;
        }
    }
}
