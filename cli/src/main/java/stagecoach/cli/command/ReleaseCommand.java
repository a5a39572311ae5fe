package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.NotYet;
import stagecoach.cli.client.Text;
import stagecoach.cli.client.Unreachable;

@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Create, list and show releases.",
        subcommands = {
            ReleaseCommand.Create.class,
            ReleaseCommand.ListAll.class,
            ReleaseCommand.Show.class
        })
public final class ReleaseCommand implements Runnable {
    @picocli.CommandLine.Spec picocli.CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new picocli.CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "say what to do with releases: create, list or show");
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Snapshot process, variables and packages.")
    static final class Create extends ApiCommand {
        private static final long PAUSE_MILLIS_MIN = 1000;
        private static final long AWAY_NANOS_MAX = TimeUnit.MINUTES.toNanos(2);
        private static final long LOST_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);

        @Parameters(index = "0", paramLabel = "PROJECT")
        String project = "";

        @Parameters(index = "1", paramLabel = "VERSION")
        String version = "";

        @Option(
                names = "--package",
                paramLabel = "ID=VERSION",
                description =
                        "A package's version, or which one is good, such as 1.* or [1.0,2.0); default: its newest stable one.")
        Map<String, String> packages = new LinkedHashMap<>();

        @Option(
                names = "--step-package",
                paramLabel = "STEP[:ID]=VERSION",
                description =
                        "The version for the package of one step; ID where a script refers to several.")
        Map<String, String> stepPackages = new LinkedHashMap<>();

        @Option(names = "--notes", description = "What is new in it, for people.")
        @Nullable String notes;

        @Override
        protected ExitCode run(ApiClient api) throws InterruptedException {
            var body = new LinkedHashMap<String, Object>();
            body.put("version", version);
            var versions = new ArrayList<Map<String, String>>();
            stepPackages.forEach((step, wanted) -> versions.add(ofStep(step, wanted)));
            packages.forEach(
                    (id, wanted) -> versions.add(Map.of("package", id, "version", wanted)));
            if (!versions.isEmpty()) {
                body.put("packages", versions);
            }
            if (notes != null) {
                body.put("notes", notes);
            }
            JsonNode release = created(api, body);
            if (json) {
                sayJson(release);
            } else {
                say("created %s %s".formatted(project, version));
                sayLines(packagesOf(release));
            }
            return ExitCode.SUCCEEDED;
        }

        private static Map<String, String> ofStep(String step, String version) {
            int colon = step.indexOf(':');
            return colon < 0
                    ? Map.of("step", step, "version", version)
                    : Map.of(
                            "step",
                            step.substring(0, colon),
                            "package",
                            step.substring(colon + 1),
                            "version",
                            version);
        }

        /**
         * Packages of feeds outside may be on their way for a while; the server says how far. Once
         * they are, a server that is away for a moment is waited for, too.
         */
        private JsonNode created(ApiClient api, Map<String, Object> body)
                throws InterruptedException {
            long awaySince = 0;
            boolean underway = false;
            String told = "";
            String once = UUID.randomUUID().toString();
            while (true) {
                try {
                    JsonNode release =
                            api.postOnce(
                                    "/projects/" + ApiClient.encoded(project) + "/releases",
                                    body,
                                    once);
                    if (!json) {
                        screen().redraw(List.of());
                    }
                    return release;
                } catch (NotYet later) {
                    underway = true;
                    awaySince = 0;
                    told = show(String.valueOf(later.getMessage()), told);
                    TimeUnit.MILLISECONDS.sleep(
                            Math.max(PAUSE_MILLIS_MIN, later.after().toMillis()));
                } catch (Unreachable away) {
                    awaySince = awaySince == 0 ? System.nanoTime() : awaySince;
                    // Before anything was said of packages only a lost answer is asked for again.
                    long most = underway ? AWAY_NANOS_MAX : LOST_NANOS_MAX;
                    if (System.nanoTime() - awaySince > most) {
                        throw away;
                    }
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS_MIN);
                }
            }
        }

        /** Redrawn on a terminal; elsewhere it is told that there is waiting, once. */
        private String show(String sentence, String told) {
            if (json) {
                return sentence;
            }
            if (screen().terminal()) {
                screen().redraw(List.of(sentence));
            } else if (told.isEmpty()) {
                say(sentence);
            }
            return sentence;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "List a project's releases.")
    static final class ListAll extends ApiCommand {
        @Parameters(index = "0", paramLabel = "PROJECT")
        String project = "";

        @Override
        protected ExitCode run(ApiClient api) {
            String path = "/projects/" + ApiClient.encoded(project) + "/releases";
            List<JsonNode> releases = api.list(path);
            if (json) {
                sayJson(ApiClient.whole(releases));
                return ExitCode.SUCCEEDED;
            }
            var rows = new ArrayList<List<String>>();
            for (JsonNode release : releases) {
                rows.add(
                        List.of(
                                release.path("version").asText(),
                                release.path("createdAt").asText(""),
                                release.path("notes").asText("")));
            }
            sayLines(
                    rows.isEmpty()
                            ? "no releases yet"
                            : Text.table(List.of("VERSION", "CREATED", "NOTES"), rows)
                                    .stripTrailing());
            return ExitCode.SUCCEEDED;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Show a release and its pinned packages.")
    static final class Show extends ApiCommand {
        @Parameters(index = "0", paramLabel = "PROJECT")
        String project = "";

        @Parameters(index = "1", paramLabel = "VERSION")
        String version = "";

        @Override
        protected ExitCode run(ApiClient api) {
            JsonNode release =
                    api.get(
                            "/projects/%s/releases/%s"
                                    .formatted(
                                            ApiClient.encoded(project),
                                            ApiClient.encoded(version)));
            if (json) {
                sayJson(release);
            } else {
                say("%s %s".formatted(project, version));
                sayLines(packagesOf(release));
            }
            return ExitCode.SUCCEEDED;
        }
    }

    private static String packagesOf(JsonNode release) {
        var rows = new ArrayList<List<String>>();
        for (JsonNode pin : release.path("packages")) {
            String hash = pin.path("sha512").asText();
            rows.add(
                    List.of(
                            pin.path("package").asText(pin.path("id").asText()),
                            pin.path("version").asText(),
                            Text.bytes(pin.path("size").asLong()),
                            hash.substring(0, Math.min(16, hash.length())) + "…"));
        }
        return rows.isEmpty()
                ? "no packages"
                : Text.table(List.of("PACKAGE", "VERSION", "SIZE", "SHA-512"), rows)
                        .stripTrailing();
    }
}
