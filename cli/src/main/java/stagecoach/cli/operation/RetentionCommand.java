package stagecoach.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;
import stagecoach.cli.command.ApiCommand;

@Command(
        name = "retention",
        mixinStandardHelpOptions = true,
        description = "How long output, deployments, events, releases and packages are kept.",
        subcommands = {RetentionCommand.Show.class, RetentionCommand.Change.class})
public final class RetentionCommand implements Runnable {
    private static final String PATH = "/retention";
    private static final String DAYS = "days";
    private static final String RELEASES = "releases";
    private static final String PER_PHASE = "perPhase";
    private static final String PACKAGES = "packages";
    private static final String CACHES = "caches";
    private static final Set<String> MAY_BE_FOR_GOOD = Set.of(RELEASES, PACKAGES, CACHES);
    private static final String VERSIONS = "versions";
    private static final String FREE = "freeDiskPercent";
    private static final String KEEP_RELEASED = "keepReleased";

    @Spec @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec).commandLine(),
                "say what to do with retention: show or set");
    }

    /** What both commands end with. */
    abstract static class Telling extends ApiCommand {
        final ExitCode tell(JsonNode kept) {
            if (json) {
                sayJson(kept);
                return ExitCode.SUCCEEDED;
            }
            JsonNode deployments = kept.path("deployments");
            sayLines(
                    Text.table(
                                    List.of("WHAT", "KEPT"),
                                    List.of(
                                            List.of("logs", inDays(kept.path("logs"))),
                                            List.of(
                                                    "deployments",
                                                    "%s, and the newest %d of a project in each environment"
                                                            .formatted(
                                                                    inDays(deployments),
                                                                    deployments
                                                                            .path("perEnvironment")
                                                                            .asInt())),
                                            List.of("events", inDays(kept.path("events"))),
                                            List.of(RELEASES, releases(kept.path(RELEASES))),
                                            List.of("packages", packages(kept.path(PACKAGES))),
                                            List.of(CACHES, caches(kept.path(CACHES)))))
                            .stripTrailing());
            return ExitCode.SUCCEEDED;
        }

        private static String inDays(JsonNode kept) {
            return kept.path(DAYS).asInt() + " days";
        }

        private static String releases(JsonNode kept) {
            List<String> parts = new ArrayList<>();
            if (kept.path(PER_PHASE).isInt()) {
                parts.add("the last %d of each phase".formatted(kept.path(PER_PHASE).asInt()));
            }
            if (kept.path(DAYS).isInt()) {
                parts.add("what was made or deployed within " + inDays(kept));
            }
            return parts.isEmpty() ? "for good" : String.join(", and ", parts);
        }

        private static String packages(JsonNode kept) {
            List<String> parts = new ArrayList<>();
            if (kept.path(VERSIONS).isInt()) {
                parts.add("the newest %d versions".formatted(kept.path(VERSIONS).asInt()));
            }
            if (kept.path(DAYS).isInt()) {
                parts.add("what was used within " + inDays(kept));
            }
            String what = parts.isEmpty() ? "for good" : String.join(", and ", parts);
            return what + room(kept);
        }

        private static String caches(JsonNode kept) {
            boolean someGo =
                    kept.path(VERSIONS).isInt()
                            || kept.path(DAYS).isInt()
                            || kept.path(FREE).isInt();
            return packages(kept)
                    + (someGo && kept.path(KEEP_RELEASED).asBoolean(true)
                            ? "; what kept releases have pinned in any case"
                            : "");
        }

        private static String room(JsonNode kept) {
            return kept.path(FREE).isInt()
                    ? "; %d%% of the disk free in any case".formatted(kept.path(FREE).asInt())
                    : "";
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "What is kept for how long.")
    static final class Show extends Telling {
        @Override
        protected ExitCode run(ApiClient api) {
            return tell(api.get(PATH));
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description =
                    "Change some of it; the rest stays. What is older goes within minutes and cannot be had back.")
    static final class Change extends Telling {
        @Option(names = "--log-days", description = "Output, after the end of its deployment.")
        @Nullable Integer logDays;

        @Option(names = "--deployment-days", description = "Deployments, after their end.")
        @Nullable Integer deploymentDays;

        @Option(
                names = "--deployments-per-environment",
                description = "So many of a project in an environment stay in any case.")
        @Nullable Integer perEnvironment;

        @Option(names = "--event-days", description = "The feed of events.")
        @Nullable Integer eventDays;

        @Option(
                names = "--releases-per-phase",
                description =
                        "So many releases of a project in each phase of its lifecycle; 0: for good. What runs somewhere, or ran there before, always stays.")
        @Nullable Integer releasesPerPhase;

        @Option(
                names = "--release-days",
                description = "Releases, after they were made or deployed last; 0: for good.")
        @Nullable Integer releaseDays;

        @Option(
                names = "--package-versions",
                description = "So many versions of each package, the newest; 0: for good.")
        @Nullable Integer packageVersions;

        @Option(
                names = "--package-days",
                description = "Packages that nobody needs, after their last use; 0: for good.")
        @Nullable Integer packageDays;

        @Option(
                names = "--package-free-disk",
                description = "So many percent of the server's disk stay free; 0: none.")
        @Nullable Integer packageFree;

        @Option(
                names = "--cache-versions",
                description =
                        "So many versions of each package in each cache, the newest; 0: as long as there is room.")
        @Nullable Integer cacheVersions;

        @Option(
                names = "--cache-days",
                description = "What caches hold, after its last use; 0: as long as there is room.")
        @Nullable Integer cacheDays;

        @Option(
                names = "--cache-free-disk",
                description = "So many percent of each cache's disk stay free; 0: none.")
        @Nullable Integer cacheFree;

        @Option(
                names = "--cache-keep-released",
                arity = "1",
                paramLabel = "true|false",
                description = "Whether caches keep what kept releases have pinned in any case.")
        @Nullable Boolean cacheKeepReleased;

        @Override
        protected ExitCode run(ApiClient api) {
            ObjectNode kept = api.get(PATH).deepCopy();
            put(kept, "logs", DAYS, logDays);
            put(kept, "deployments", DAYS, deploymentDays);
            put(kept, "deployments", "perEnvironment", perEnvironment);
            put(kept, "events", DAYS, eventDays);
            put(kept, RELEASES, PER_PHASE, releasesPerPhase);
            put(kept, RELEASES, DAYS, releaseDays);
            put(kept, PACKAGES, VERSIONS, packageVersions);
            put(kept, PACKAGES, DAYS, packageDays);
            put(kept, PACKAGES, FREE, packageFree);
            put(kept, CACHES, VERSIONS, cacheVersions);
            put(kept, CACHES, DAYS, cacheDays);
            put(kept, CACHES, FREE, cacheFree);
            if (cacheKeepReleased != null) {
                kept.withObjectProperty(CACHES).put(KEEP_RELEASED, cacheKeepReleased);
            }
            return tell(api.put(PATH, kept));
        }

        private static void put(
                ObjectNode kept, String what, String field, @Nullable Integer value) {
            if (value == null) {
                return;
            }
            if (value == 0 && MAY_BE_FOR_GOOD.contains(what)) {
                kept.withObjectProperty(what).remove(field);
            } else {
                kept.withObjectProperty(what).put(field, value);
            }
        }
    }
}
