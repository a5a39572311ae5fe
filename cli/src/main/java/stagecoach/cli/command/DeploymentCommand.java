package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ArtifactFolder;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.DeploymentPicture;
import stagecoach.cli.watch.DeploymentWatch;
import stagecoach.cli.watch.ScriptOutput;

@Command(
        name = "deployment",
        mixinStandardHelpOptions = true,
        description =
                "List, show, watch, cancel, retry and go on with deployments, answer what they ask, read their logs, and get the files that their scripts have collected.",
        subcommands = {
            DeploymentCommand.ListAll.class,
            DeploymentCommand.Show.class,
            DeploymentCommand.Watch.class,
            DeploymentCommand.Logs.class,
            DeploymentCommand.Artifacts.class,
            DeploymentCommand.Retry.class,
            DeploymentCommand.Cancel.class,
            AnswerCommands.Interruptions.class,
            AnswerCommands.Resolve.class,
            AnswerCommands.Proceed.class
        })
public final class DeploymentCommand implements Runnable {
    @picocli.CommandLine.Spec picocli.CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "say what to do with deployments: list, show, watch, logs, artifacts, retry, cancel, interruptions, resolve or proceed");
    }

    /** A command about one deployment. */
    abstract static class OfOne extends ApiCommand {
        @Parameters(index = "0", paramLabel = "ID")
        String id = "";

        final String path() {
            return "/deployments/" + ApiClient.encoded(id);
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Newest first.")
    static final class ListAll extends ApiCommand {
        private static final List<String> HEADER =
                List.of("ID", "RELEASE", "TO", "STATE", "CREATED", "TOOK", "BY", "WHY");

        @Option(
                names = "--project",
                paramLabel = "PROJECT",
                description = "Only those of this project.")
        @Nullable String project;

        @Option(
                names = "--environment",
                paramLabel = "ENVIRONMENT",
                description = "Only those to this environment.")
        @Nullable String environment;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "Only those in this state, such as RUNNING.")
        @Nullable String state;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "50",
                description = "So many, up to 500; default ${DEFAULT-VALUE}.")
        int limit = 50;

        @Option(names = "--all", description = "All of them, however many.")
        boolean all;

        @Override
        protected ExitCode run(ApiClient api) {
            var query = new ArrayList<String>();
            add(query, "project", project);
            add(query, "environment", environment);
            add(query, "state", state);
            String filter = String.join("", query);
            JsonNode page =
                    all
                            ? ApiClient.whole(
                                    api.list("/deployments" + filter.replaceFirst("&", "?")))
                            : api.get("/deployments?limit=" + limit + filter);
            if (json) {
                sayJson(page);
                return ExitCode.SUCCEEDED;
            }
            Instant now = Instant.now();
            var rows = new ArrayList<List<String>>();
            for (JsonNode d : page.path("items")) {
                rows.add(
                        List.of(
                                d.path("id").asText(),
                                d.path("project").asText() + " " + d.path("release").asText(),
                                d.path("environment").asText(),
                                d.path("state").asText(),
                                Text.at(d.path("createdAt").asText()),
                                DeploymentPicture.elapsed(d, now).map(Text::clock).orElse("-"),
                                d.path("createdBy").asText("-"),
                                DeploymentPicture.why(d)));
            }
            sayLines(rows.isEmpty() ? "no deployments" : Text.table(HEADER, rows).stripTrailing());
            if (page.hasNonNull("next")) {
                say("there are more; --all lists them");
            }
            return ExitCode.SUCCEEDED;
        }

        private static void add(List<String> query, String name, @Nullable String value) {
            if (value != null) {
                query.add("&" + name + "=" + ApiClient.encoded(value));
            }
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Phases, steps, acquisitions, and why it waits or failed.")
    static final class Show extends OfOne {
        @Override
        protected ExitCode run(ApiClient api) {
            if (json) {
                ObjectNode shown = api.get(path()).deepCopy();
                shown.putArray("steps").addAll(api.list(path() + "/steps"));
                shown.set("acquisitions", api.get(path() + "/acquisitions"));
                sayJson(shown);
                return ExitCode.SUCCEEDED;
            }
            var picture = DeploymentWatch.picture(api, id);
            picture.lines(Instant.now()).forEach(this::say);
            String failure = picture.deployment().path("failure").asText("");
            if (!failure.isEmpty()) {
                say(" ✗ " + failure);
            }
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "watch",
            mixinStandardHelpOptions = true,
            description = "Follow a deployment to its end.")
    static final class Watch extends OfOne {
        @Option(
                names = "--timeout",
                paramLabel = "DURATION",
                description = "Stop waiting after this time, such as 10m; exit 6.")
        @Nullable Duration timeout;

        @Override
        protected ExitCode run(ApiClient api) throws Exception {
            // Nobody waits for a server that was not there from the beginning.
            api.get(path());
            return new Following(this, api, id).toTheEnd(Optional.ofNullable(timeout));
        }
    }

    @Command(
            name = "logs",
            mixinStandardHelpOptions = true,
            description = "The output of scripts, in order.")
    static final class Logs extends OfOne {
        @Option(names = "--step", paramLabel = "STEP", description = "Only that of this step.")
        @Nullable String step;

        @Option(names = "--target", paramLabel = "ID", description = "Only that of this target.")
        @Nullable String target;

        @Option(
                names = {"-f", "--follow"},
                description = "Go on until the deployment has ended.")
        boolean follow;

        @Override
        protected ExitCode run(ApiClient api) throws InterruptedException {
            String filter =
                    (step == null ? "" : "&step=" + ApiClient.encoded(step))
                            + (target == null ? "" : "&target=" + ApiClient.encoded(target));
            new ScriptOutput(api, id, filter)
                    .read(
                            follow,
                            line -> {
                                if (json) {
                                    sayJson(line);
                                } else {
                                    sayOutput(ScriptOutput.shown(line));
                                }
                            });
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "artifacts",
            mixinStandardHelpOptions = true,
            description = "The files that its scripts have collected.")
    static final class Artifacts extends OfOne {
        private static final List<String> HEADER =
                List.of("NAME", "SIZE", "STEP", "ON", "ATTEMPT", "COLLECTED", "SHA-256");

        @Option(
                names = "--download",
                paramLabel = "DIR",
                description =
                        "Save them there, as STEP/MACHINE/NAME; what is there is never replaced.")
        @Nullable Path download;

        @Override
        protected ExitCode run(ApiClient api) throws IOException {
            List<JsonNode> found = api.list(path() + "/artifacts");
            if (download != null) {
                save(api, found, new ArtifactFolder(download));
            } else if (json) {
                sayJson(ApiClient.whole(found));
            } else {
                sayLines(
                        found.isEmpty()
                                ? "no files were collected"
                                : Text.table(HEADER, found.stream().map(Artifacts::row).toList())
                                        .stripTrailing());
            }
            return ExitCode.SUCCEEDED;
        }

        private void save(ApiClient api, List<JsonNode> found, ArtifactFolder folder)
                throws IOException {
            var saved = new ArrayList<JsonNode>();
            for (JsonNode artifact : found) {
                Path file = folder.save(api, path() + "/artifacts", artifact);
                saved.add(((ObjectNode) artifact.deepCopy()).put("file", file.toString()));
                if (!json) {
                    say(file.toString());
                }
            }
            if (json) {
                sayJson(ApiClient.whole(saved));
            } else if (found.isEmpty()) {
                say("no files were collected");
            }
        }

        private static List<String> row(JsonNode artifact) {
            return List.of(
                    artifact.path("name").asText(),
                    Text.bytes(artifact.path("size").asLong()),
                    artifact.path("step").asText(),
                    artifact.path("target").asText(artifact.path("worker").asText("-")),
                    artifact.path("attempt").asText("-"),
                    Text.at(artifact.path("collectedAt").asText()),
                    artifact.path("sha256").asText());
        }
    }

    @Command(
            name = "retry",
            mixinStandardHelpOptions = true,
            description = "Try again what failed, as a new attempt, and follow it.")
    static final class Retry extends OfOne {
        @Option(
                names = "--from",
                defaultValue = "FAILED",
                description = "FAILED or START; default ${DEFAULT-VALUE}.")
        String from = "FAILED";

        @Option(names = "--detach", description = "Print the id and do not wait.")
        boolean detach;

        @Override
        protected ExitCode run(ApiClient api) throws Exception {
            JsonNode retried = api.postOnce(path() + "/retry", Map.of("from", from));
            if (detach) {
                answer(retried, "retrying " + id);
                return ExitCode.SUCCEEDED;
            }
            return new Following(this, api, id).toTheEnd(Optional.empty());
        }
    }

    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "End a deployment; its ALWAYS steps run. A repeat changes nothing.")
    static final class Cancel extends OfOne {
        @Option(
                names = "--skip-cleanup",
                description = "Leave the ALWAYS steps out, or end them if they run already.")
        boolean skipCleanup;

        @Override
        protected ExitCode run(ApiClient api) {
            JsonNode cancelled =
                    api.postOnce(
                            path() + "/cancel",
                            skipCleanup ? Map.of("skipCleanup", true) : Map.<String, Object>of());
            answer(
                    cancelled,
                    "cancelling %s; stagecoach deployment watch %s shows how it ends"
                            .formatted(id, id));
            return ExitCode.SUCCEEDED;
        }
    }
}
