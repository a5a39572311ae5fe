package stagecoach.orchestrator.app.catalog.process;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.StartTrigger;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;

/** A process as the API tells it; sent back, it means the same. */
@Schema(name = "Process")
public record ProcessView(@Schema(required = true) List<StepView> steps) {
    /** The view of {@code process}. */
    public static ProcessView of(DeploymentProcess process) {
        return new ProcessView(process.steps().stream().map(StepView::of).toList());
    }

    /** A step. */
    @Schema(name = "Step")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record StepView(
            @Schema(required = true) String name,
            @Schema(
                            implementation = String.class,
                            enumeration = {
                                "SCRIPT",
                                "PACKAGE",
                                "MANUAL_INTERVENTION",
                                "HEALTH_CHECK",
                                "HTTP_CHECK",
                                "GROUP"
                            })
                    String kind,
            @Schema(enumeration = {"DEPLOYMENT", "PRE_ACQUISITION"}) @Nullable Phase phase,
            @Nullable RunOnView runOn,
            @Nullable ScriptView script,
            @Schema(description = "packages that the script refers to")
                    @Nullable List<ScriptPackageView> packages,
            @JsonProperty("package") @Schema(name = "package")
                    @Nullable PackageView packageToInstall,
            @Nullable InstallView install,
            @Nullable HttpView http,
            @Nullable HealthView health,
            @Nullable ManualView manual,
            @Schema(description = "children of a GROUP, each target through them by itself")
                    @Nullable List<StepView> steps,
            Condition condition,
            @Schema(description = "a template that must yield true or false")
                    @Nullable String onlyIf,
            @Nullable StartTrigger start,
            List<String> environments,
            List<String> excludeEnvironments,
            boolean required,
            boolean disabled,
            @JsonInclude(JsonInclude.Include.ALWAYS)
                    @Schema(
                            nullable = true,
                            description = "ISO-8601; null for none, left out PT1H for scripts")
                    @Nullable String timeout,
            @Schema(
                            description =
                                    "ISO-8601: how long a process that a timeout or a cancel ends may take after TERM, before KILL; PT10S if left out")
                    @Nullable String killAfter,
            @Schema(
                            description =
                                    "ISO-8601: how long after KILL it is given up, and said to be running perhaps; PT30S if left out")
                    @Nullable String abandonAfter,
            @Nullable RetriesView retries,
            @Nullable RollingView rolling,
            @Nullable Integer parallelism,
            @Nullable UnavailableTargets unavailableTargets,
            @Nullable String waitFor,
            @Schema(
                            oneOf = {String.class, MutexView.class},
                            description =
                                    "a name; exclusive on targets and shared on workers unless mode says otherwise")
                    @Nullable Object mutex) {
        static StepView of(Step step) {
            return of(step, null);
        }

        /** A child does not repeat what its group says. */
        private static StepView of(Step step, @Nullable Step group) {
            boolean alone = group == null;
            boolean byPerson = step.action() instanceof Action.ManualIntervention;
            boolean health = step.action() instanceof Action.HealthCheck;
            return new StepView(
                    step.name().value(),
                    kindOf(step.action()),
                    alone ? step.phase() : null,
                    byPerson || (group != null && step.runOn().equals(group.runOn()))
                            ? null
                            : RunOnView.of(step.runOn()),
                    step.action() instanceof Action.Script script ? ScriptView.of(script) : null,
                    step.action() instanceof Action.Script script && !script.packages().isEmpty()
                            ? script.packages().stream().map(ScriptPackageView::of).toList()
                            : null,
                    step.action() instanceof Action.DeployPackage deploy
                            ? PackageView.of(deploy.source())
                            : null,
                    step.action() instanceof Action.DeployPackage deploy
                            ? new InstallView(
                                    deploy.install().directory().orElse(null),
                                    deploy.install().substituteIn(),
                                    deploy.install().structuredVariablesIn(),
                                    deploy.install().keepReleases().orElse(null),
                                    deploy.install().copyTo().map(CopyToView::of).orElse(null))
                            : null,
                    step.action() instanceof Action.HttpCheck check ? HttpView.of(check) : null,
                    step.action() instanceof Action.HealthCheck check
                            ? new HealthView(check.unavailable(), check.within().toString())
                            : null,
                    step.action() instanceof Action.ManualIntervention manual
                            ? new ManualView(manual.instructions(), manual.roles())
                            : null,
                    step.action() instanceof Action.Group(var children)
                            ? children.stream().map(child -> of(child, step)).toList()
                            : null,
                    step.condition(),
                    step.onlyIf().orElse(null),
                    alone ? step.start() : null,
                    step.environments().stream().map(EnvironmentId::value).toList(),
                    step.excludeEnvironments().stream().map(EnvironmentId::value).toList(),
                    step.required(),
                    step.disabled(),
                    step.timeout().map(Duration::toString).orElse(null),
                    step.killAfter().map(Duration::toString).orElse(null),
                    step.abandonAfter().map(Duration::toString).orElse(null),
                    step.retries().equals(Retries.NONE)
                            ? null
                            : new RetriesView(
                                    step.retries().max(), step.retries().backoff().toString()),
                    alone ? step.window().map(RollingView::new).orElse(null) : null,
                    alone ? step.parallelism().orElse(null) : null,
                    alone && !byPerson && !health ? step.unavailableTargets() : null,
                    alone ? step.waitFor().map(Duration::toString).orElse(null) : null,
                    step.mutex().map(mutex -> MutexView.of(mutex, step.runOn())).orElse(null));
        }

        private static String kindOf(Action action) {
            return switch (action) {
                case Action.Script _ -> "SCRIPT";
                case Action.DeployPackage _ -> "PACKAGE";
                case Action.HttpCheck _ -> "HTTP_CHECK";
                case Action.HealthCheck _ -> "HEALTH_CHECK";
                case Action.ManualIntervention _ -> "MANUAL_INTERVENTION";
                case Action.Group _ -> "GROUP";
            };
        }
    }

    /** Where a step runs: tags, or a worker pool, perhaps on behalf of tags. */
    @Schema(name = "RunOn")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RunOnView(
            @Nullable List<String> tags,
            @Nullable String workerPool,
            @Nullable OnBehalfOfView onBehalfOf) {
        static RunOnView of(RunOn runOn) {
            return switch (runOn) {
                case RunOn.Targets targets -> new RunOnView(words(targets.tags()), null, null);
                case RunOn.Worker worker -> new RunOnView(null, worker.workerPool().value(), null);
                case RunOn.OnBehalfOf behalf ->
                        new RunOnView(
                                null,
                                behalf.workerPool().value(),
                                new OnBehalfOfView(words(behalf.tags())));
                case RunOn.NoMachine _ -> new RunOnView(null, null, null);
            };
        }

        private static List<String> words(List<Tag> tags) {
            return tags.stream().map(Tag::value).toList();
        }
    }

    /** The targets that a worker acts for. */
    @Schema(name = "OnBehalfOf")
    public record OnBehalfOfView(List<String> tags) {}

    /** A script: its body, or where it lies in a package. */
    @Schema(name = "Script")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ScriptView(
            Action.Syntax syntax,
            @Nullable String body,
            @JsonProperty("package")
                    @Schema(name = "package", description = "the package that the script lies in")
                    @Nullable PackageView source,
            @Schema(description = "from the top of script.package, with forward slashes")
                    @Nullable String path) {
        static ScriptView of(Action.Script script) {
            return script.file()
                    .map(
                            file ->
                                    new ScriptView(
                                            script.syntax(),
                                            null,
                                            PackageView.of(file.source()),
                                            file.path()))
                    .orElseGet(() -> new ScriptView(script.syntax(), script.body(), null, null));
        }
    }

    /**
     * A package that a script refers to; it lies at {@code #{Stagecoach.Package[Id].Directory}}.
     */
    @Schema(name = "ScriptPackage")
    public record ScriptPackageView(
            String feed,
            @Schema(required = true) String id,
            Action.AcquisitionLocation acquisitionLocation,
            Action.PackageSource source,
            boolean extract) {
        static ScriptPackageView of(Action.ScriptPackage of) {
            return new ScriptPackageView(
                    of.source().feed().value(),
                    of.source().id().value(),
                    of.source().acquisitionLocation(),
                    of.source().source(),
                    of.extract());
        }
    }

    /** Which package, and how it travels. */
    @Schema(name = "PackageReference")
    public record PackageView(
            String feed,
            @Schema(required = true) String id,
            Action.AcquisitionLocation acquisitionLocation,
            Action.PackageSource source) {
        static PackageView of(Action.PackageReference reference) {
            return new PackageView(
                    reference.feed().value(),
                    reference.id().value(),
                    reference.acquisitionLocation(),
                    reference.source());
        }
    }

    /** How a package is installed. */
    @Schema(name = "Install")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record InstallView(
            @Schema(nullable = true) @Nullable String directory,
            List<String> substituteIn,
            @Schema(
                            description =
                                    "patterns of files of JSON, YAML, XML or properties in which variables replace the values that their names lead to")
                    List<String> structuredVariablesIn,
            @Schema(nullable = true) @Nullable Integer keepReleases,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CopyToView copyTo) {}

    /** A folder that gets a copy of what is installed. */
    @Schema(name = "CopyTo")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record CopyToView(
            @Schema(
                            required = true,
                            description = "absolute on the machine; may hold variables in #{…}")
                    String directory,
            @Schema(description = "whether what is there goes first; false if left out")
                    boolean purge,
            @Schema(description = "patterns, relative to the directory, of what a purge leaves")
                    List<String> except) {
        static CopyToView of(Action.CopyTo copy) {
            return new CopyToView(copy.directory(), copy.purge(), copy.except());
        }
    }

    /** What a URL must answer. */
    @Schema(name = "HttpCheck")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HttpView(
            @Schema(required = true) String url,
            String method,
            List<Integer> status,
            @Nullable String bodyMatches,
            String within,
            String every) {
        static HttpView of(Action.HttpCheck check) {
            return new HttpView(
                    check.url(),
                    check.method(),
                    check.status(),
                    check.bodyMatches().orElse(null),
                    check.within().toString(),
                    check.every().toString());
        }
    }

    /** Whether a machine is there. */
    @Schema(name = "HealthCheck")
    public record HealthView(UnavailableTargets unavailable, String within) {}

    /** What a person is asked. */
    @Schema(name = "Manual")
    public record ManualView(@Schema(required = true) String instructions, List<String> roles) {}

    /** Further tries. */
    @Schema(name = "Retries")
    public record RetriesView(@Schema(minimum = "0", maximum = "3") int max, String backoff) {}

    /** Targets at once, sliding. */
    @Schema(name = "Rolling")
    public record RollingView(@Schema(minimum = "1") int window) {}

    /** A named lock on the machine. */
    @Schema(name = "Mutex")
    public record MutexView(String name, Mutex.Mode mode) {
        /** The bare name where the mode is the usual one there. */
        static Object of(Mutex mutex, RunOn runOn) {
            return mutex.mode() == StepReader.usualMode(runOn)
                    ? mutex.name()
                    : new MutexView(mutex.name(), mutex.mode());
        }
    }
}
