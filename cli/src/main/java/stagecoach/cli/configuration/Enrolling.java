package stagecoach.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.command.ApiCommand;
import stagecoach.vocabulary.time.Spans;

/** What enrolling a target and enrolling a worker share. */
public abstract class Enrolling extends ApiCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "What it shall be called.")
    private String id = "";

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "Whose caches are near it; none if left out.")
    private @Nullable String region;

    @Option(
            names = "--valid-for",
            paramLabel = "DURATION",
            defaultValue = "1h",
            description = "How long the token is good, such as 10m; default ${DEFAULT-VALUE}.")
    private Duration validFor = Duration.ofHours(1);

    /** What the machine shall be: {@code target} or {@code worker}. */
    protected abstract String kind();

    /** What only one of the two has. */
    protected abstract Map<String, List<String>> places();

    @Override
    protected final ExitCode run(ApiClient api) {
        var machine = new LinkedHashMap<String, Object>(places());
        machine.put("id", id);
        machine.put("name", id);
        if (region != null) {
            machine.put("region", region);
        }
        JsonNode enrolment =
                api.post("/enrolments", Map.of(kind(), machine, "validFor", validFor.toString()));
        if (json) {
            sayJson(enrolment);
        } else {
            say("Run this on the machine, once, within " + Spans.inWords(validFor) + ":");
            say("  " + enrolment.path("command").asText());
        }
        return ExitCode.SUCCEEDED;
    }
}
