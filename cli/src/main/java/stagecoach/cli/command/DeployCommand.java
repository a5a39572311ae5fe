package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;

@Command(
        name = "deploy",
        mixinStandardHelpOptions = true,
        description =
                "Deploy a release and follow it. Ctrl-C stops following, never the deployment.")
public final class DeployCommand extends ApiCommand {
    @Mixin DeploymentRequest request = new DeploymentRequest();

    @Option(names = "--detach", description = "Print the id and do not wait.")
    boolean detach;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "Stop waiting after this time, such as 10m; exit 6.")
    @Nullable Duration timeout;

    @Option(
            names = "--cancel-on-timeout",
            description = "Cancel the deployment when waiting times out.")
    boolean cancelOnTimeout;

    @Override
    protected ExitCode run(ApiClient api) throws Exception {
        JsonNode created = api.postOnce("/deployments", request.body(api, prompted()));
        String id = created.path("id").asText();
        if (detach) {
            if (json) {
                sayJson(created);
            } else {
                say(id);
            }
            return ExitCode.SUCCEEDED;
        }
        var following = new Following(this, api, id);
        ExitCode exit = following.toTheEnd(Optional.ofNullable(timeout));
        if (exit == ExitCode.TIMED_OUT && cancelOnTimeout) {
            api.postOnce("/deployments/" + id + "/cancel", Map.of());
            say("cancelled because it took longer than " + timeout);
        }
        return exit;
    }
}
