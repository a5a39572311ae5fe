package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;

@Command(
        name = "preview",
        mixinStandardHelpOptions = true,
        description = "Say what a deployment would run, move and wait for.")
public final class PreviewCommand extends ApiCommand {
    @Mixin DeploymentRequest request = new DeploymentRequest();

    @Override
    protected ExitCode run(ApiClient api) throws IOException {
        JsonNode preview = api.post("/deployment-previews", request.body(api, prompted()));
        if (json) {
            sayJson(preview);
            return ExitCode.SUCCEEDED;
        }
        var steps = new ArrayList<List<String>>();
        for (JsonNode step : preview.path("steps")) {
            steps.add(
                    List.of(
                            step.path("phase").asText(),
                            step.path("step").asText(step.path("name").asText()),
                            joined(
                                    step.path("places").isMissingNode()
                                            ? step.path("targets")
                                            : step.path("places")),
                            step.path("skip").asText(step.path("reason").asText(""))));
        }
        sayLines(Text.table(List.of("PHASE", "STEP", "WHERE", "NOTE"), steps));
        var packages = new ArrayList<List<String>>();
        for (JsonNode row : preview.path("packages")) {
            packages.add(
                    List.of(
                            named(row),
                            row.path("target").asText(row.path("worker").asText()),
                            row.path("held").asBoolean() ? "held" : joined(row.path("path")),
                            Text.bytes(row.path("bytes").asLong())));
        }
        if (!packages.isEmpty()) {
            sayLines(Text.table(List.of("PACKAGE", "MACHINE", "FROM", "BYTES"), packages));
        }
        for (JsonNode link : preview.path("links")) {
            say(
                    " %s → %s  %s"
                            .formatted(
                                    link.path("from").asText(),
                                    link.path("to").asText("-"),
                                    Text.bytes(link.path("bytes").asLong())));
        }
        sayWhatIsThere(preview);
        for (JsonNode waiting : preview.path("waitingFor")) {
            say(" waiting: " + waiting.path("detail").asText(waiting.path("reason").asText()));
        }
        return ExitCode.SUCCEEDED;
    }

    /**
     * What need not come again: parts of packages, copies that may be intact after all, and what a
     * cache may have that does not say so.
     */
    private void sayWhatIsThere(JsonNode preview) {
        for (JsonNode row : preview.path("caches")) {
            sayWhatIsResumed(row, row.path("cache").asText());
            if (row.path("doubted").asBoolean()) {
                say(
                        " read again: %s in %s; if it is intact, its %s do not come"
                                .formatted(
                                        named(row),
                                        row.path("cache").asText(),
                                        Text.bytes(row.path("bytes").asLong())));
            }
            if (row.path("unheard").asBoolean()) {
                say(
                        " not known: whether %s has a part of %s, since it does not answer; that would not come again"
                                .formatted(row.path("cache").asText(), named(row)));
            }
        }
        for (JsonNode row : preview.path("packages")) {
            sayWhatIsResumed(row, row.path("target").asText(row.path("worker").asText()));
        }
    }

    private void sayWhatIsResumed(JsonNode row, String where) {
        long resumed = row.path("bytesResumed").asLong();
        if (resumed > 0) {
            say(
                    " resumed: %s at %s, where %s are already"
                            .formatted(named(row), where, Text.bytes(resumed)));
        }
    }

    private static String named(JsonNode row) {
        return row.path("package").asText() + " " + row.path("version").asText();
    }

    private static String joined(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(
                        item ->
                                item.isTextual()
                                        ? item.asText()
                                        : item.path("target").asText(item.path("worker").asText()))
                .collect(Collectors.joining(" "));
    }
}
