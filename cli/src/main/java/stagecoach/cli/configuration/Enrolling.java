package stagecoach.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.command.ApiCommand;

/** What enrolling a target and enrolling a worker share. */
public abstract class Enrolling extends ApiCommand {
    @Parameters(index = "0", paramLabel = "ID")
    private String id = "";

    @Option(names = "--region")
    private @Nullable String region;

    @Option(
            names = "--valid-for",
            defaultValue = "PT1H",
            description = "ISO-8601; default ${DEFAULT-VALUE}.")
    private String validFor = "PT1H";

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
        JsonNode enrolment = api.post("/enrolments", Map.of(kind(), machine, "validFor", validFor));
        if (json) {
            sayJson(enrolment);
        } else {
            say("Run this on the machine, once, within " + validFor + ":");
            say("  " + enrolment.path("command").asText());
        }
        return ExitCode.SUCCEEDED;
    }
}
