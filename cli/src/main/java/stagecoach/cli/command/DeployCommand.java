package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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
            description = "Cancel the deployment when waiting times out; exit 6 even so.")
    boolean cancelOnTimeout;

    @Override
    protected ExitCode run(ApiClient api) throws Exception {
        if (cancelOnTimeout && (timeout == null || detach)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "--cancel-on-timeout needs --timeout, and somebody who waits: no --detach");
        }
        JsonNode created = api.postOnce("/deployments", request.body(api, prompted()));
        String id = created.path("id").asText();
        if (detach) {
            answer(created, id);
            return ExitCode.SUCCEEDED;
        }
        var following = new Following(this, api, id);
        return timeout != null && cancelOnTimeout
                ? following.toTheEndOrCancel(timeout)
                : following.toTheEnd(Optional.ofNullable(timeout));
    }
}
