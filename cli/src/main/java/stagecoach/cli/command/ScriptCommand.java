package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.ApiProblem;
import stagecoach.cli.client.Unreachable;
import stagecoach.cli.watch.ScriptOutput;

@Command(
        name = "script",
        mixinStandardHelpOptions = true,
        description = "Run a script once, without a project.",
        subcommands = ScriptCommand.Run.class)
public final class ScriptCommand implements Runnable {
    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(), "say what to do with a script: run");
    }

    /** Where it runs. */
    static final class Where {
        @Option(
                names = "--targets",
                split = ",",
                paramLabel = "ID",
                description = "On these targets.")
        List<String> targets = List.of();

        @Option(
                names = "--tags",
                split = ",",
                paramLabel = "TAG",
                description = "On each target of the environment that has one of these tags.")
        List<String> tags = List.of();

        @Option(
                names = "--worker-pool",
                paramLabel = "POOL",
                description = "Once, on a worker of this pool.")
        @Nullable String workerPool;

        void addTo(Map<String, Object> body) {
            if (workerPool != null) {
                body.put("workerPool", workerPool);
            } else if (tags.isEmpty()) {
                body.put("targets", targets);
            } else {
                body.put("tags", tags);
            }
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description =
                    "Run a file once, follow it and print what it wrote. It is a deployment: Ctrl-C stops following only; stagecoach deployment cancel ID ends it.")
    static final class Run extends ApiCommand {
        @Parameters(
                index = "0",
                paramLabel = "FILE",
                description = "The script; - reads it from the input.")
        String file = "";

        @Option(
                names = "--to",
                required = true,
                paramLabel = "ENVIRONMENT",
                description = "Whose machines and variables it gets.")
        String environment = "";

        @ArgGroup(multiplicity = "1")
        Where where = new Where();

        @Option(
                names = "--syntax",
                paramLabel = "SYNTAX",
                description =
                        "bash, sh, powershell or python; by default what the file's end says.")
        @Nullable String syntax;

        @Option(
                names = "--script-timeout",
                paramLabel = "DURATION",
                description = "End it after this time on each machine; 1h if left out.")
        @Nullable Duration scriptTimeout;

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
            JsonNode created = api.postOnce("/scripts", body(text()));
            String id = created.path("id").asText();
            if (detach) {
                answer(created, id);
                return ExitCode.SUCCEEDED;
            }
            ExitCode ended = new Following(this, api, id).toTheEnd(Optional.ofNullable(timeout));
            if (!json) {
                sayOutputOf(api, id);
            }
            return ended;
        }

        /** Who runs a script once wants to see what it says, without a second command. */
        private void sayOutputOf(ApiClient api, String id) throws InterruptedException {
            try {
                new ScriptOutput(api, id, "")
                        .read(false, line -> sayOutput(ScriptOutput.shown(line)));
            } catch (ApiProblem | Unreachable away) {
                // How the script ended is known, and that is what the exit code tells.
                complain("warning: its output cannot be read now: " + away.getMessage());
                complain("  stagecoach deployment logs " + id);
            }
        }

        private Map<String, Object> body(String text) {
            var script = new LinkedHashMap<String, Object>();
            script.put("syntax", syntax());
            script.put("body", text);
            var body = new LinkedHashMap<String, Object>();
            body.put("environment", environment);
            body.put("script", script);
            where.addTo(body);
            if (scriptTimeout != null) {
                body.put("timeout", scriptTimeout.toString());
            }
            if (comment != null) {
                body.put("comment", comment);
            }
            return body;
        }

        private String text() throws IOException {
            return file.equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
        }

        private String syntax() {
            return syntax == null ? syntaxOf(file) : syntax.toUpperCase(Locale.ROOT);
        }

        /** The language that a file's name tells, which is BASH unless it says otherwise. */
        static String syntaxOf(String file) {
            String name = file.toLowerCase(Locale.ROOT);
            if (name.endsWith(".ps1")) {
                return "POWERSHELL";
            }
            return name.endsWith(".py") ? "PYTHON" : "BASH";
        }
    }
}
