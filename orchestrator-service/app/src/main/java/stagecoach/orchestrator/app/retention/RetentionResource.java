package stagecoach.orchestrator.app.retention;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.ReleasesKept;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;

/** How long output, deployments, events, releases and packages are kept. */
@Path("/api/v1/retention")
@Tag(name = "Operation")
@RunOnVirtualThread
public class RetentionResource {
    /** A deployment that has just ended may be retried; a day is the least that makes sense. */
    private static final int DAYS_MIN = 1;

    private static final int DEPLOYMENT_DAYS_MIN = 2;
    private static final int DAYS_MAX = 36_500;
    private static final int PER_ENVIRONMENT_MAX = 10_000;
    private static final String DAYS = "days";
    private static final String VERSIONS = "versions";
    private static final int VERSIONS_MAX = 10_000;
    private static final String PER_PHASE = "perPhase";
    private static final String FREE = "freeDiskPercent";
    private static final String KEEP_RELEASED = "keepReleased";
    private static final int FREE_MAX = 90;

    private final UnitOfWork unitOfWork;
    private final RetentionSettings settings;
    private final Caller caller;
    private final Clock clock;

    RetentionResource(
            UnitOfWork unitOfWork, RetentionSettings settings, Caller caller, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.settings = settings;
        this.caller = caller;
        this.clock = clock;
    }

    /** Settings of retention in the API. */
    @Schema(name = "Retention")
    public record RetentionView(
            @Schema(description = "Output, after the end of its deployment") Days logs,
            @Schema(
                            description =
                                    "Deployments with all that belongs to them, after their end; what goes on, is staged, or is the last success in its environment is always kept")
                    Deployments deployments,
            @Schema(description = "The feed of events, from its beginning") Days events,
            @Schema(
                            description =
                                    "Packages of the built-in feed that no release and no deployment needs; without versions and days they are kept for good. The newest version of each always stays")
                    Packages packages,
            @Schema(
                            description =
                                    "What caches hold and no deployment needs just now; without versions and days it stays as long as there is room. It is pulled again when it is needed")
                    Caches caches,
            @Schema(
                            description =
                                    "Releases; without perPhase and days they are kept for good. The current and the previous success of each environment, what went there last, and what an open deployment uses always stay")
                    Releases releases) {
        static RetentionView of(ConfigurationDocument.Retention kept) {
            return new RetentionView(
                    new Days(kept.logDays()),
                    new Deployments(kept.deploymentDays(), kept.deploymentsPerEnvironment()),
                    new Days(kept.eventDays()),
                    kept.packages().map(Packages::of).orElseThrow(),
                    kept.caches().map(Caches::of).orElseThrow(),
                    kept.releases().map(Releases::of).orElseThrow());
        }
    }

    /** So long. */
    @Schema(name = "RetentionDays")
    public record Days(int days) {}

    /**
     * So long, and so many in any case.
     *
     * @param perEnvironment the newest of a project in an environment
     */
    @Schema(name = "RetentionOfDeployments")
    public record Deployments(int days, int perEnvironment) {}

    /**
     * The newest so many, those used within so many days, and so much of the disk free.
     *
     * @param versions of each package
     */
    @Schema(name = "RetentionOfPackages")
    public record Packages(
            @Nullable Integer versions, @Nullable Integer days, @Nullable Integer freeDiskPercent) {
        static Packages of(PackagesKept kept) {
            return new Packages(
                    kept.versions().orElse(null),
                    kept.days().orElse(null),
                    kept.freeDiskPercent().orElse(null));
        }
    }

    /**
     * The newest so many, what was used within so many days, and so much of each cache's disk free.
     *
     * @param versions of each package
     * @param keepReleased whether what kept releases have pinned stays in any case
     */
    @Schema(name = "RetentionOfCaches")
    public record Caches(
            @Nullable Integer versions,
            @Nullable Integer days,
            @Nullable Integer freeDiskPercent,
            boolean keepReleased) {
        static Caches of(CachesKept kept) {
            return new Caches(
                    kept.versions().orElse(null),
                    kept.days().orElse(null),
                    kept.freeDiskPercent().orElse(null),
                    kept.keepsReleased());
        }
    }

    /**
     * The last so many of each phase of the lifecycle, and those made or deployed within so many
     * days.
     *
     * @param perPhase in each phase; an environment that stands in none is one of its own
     */
    @Schema(name = "RetentionOfReleases")
    public record Releases(@Nullable Integer perPhase, @Nullable Integer days) {
        static Releases of(ReleasesKept kept) {
            return new Releases(kept.perPhase().orElse(null), kept.days().orElse(null));
        }
    }

    /** Reads the settings. */
    @GET
    @Operation(
            operationId = "getRetention",
            summary = "Read how long output, deployments, events, releases and packages are kept")
    public RetentionView get() {
        return RetentionView.of(unitOfWork.run(settings::present));
    }

    /** Sets them; what is left out gets its default. */
    @PUT
    @Needs(Role.ADMIN)
    @Operation(
            operationId = "putRetention",
            summary = "Set how long output, deployments, events, releases and packages are kept",
            description =
                    "What is left out gets its default. What is older goes within minutes and cannot be had back.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = RetentionView.class)))
    public RetentionView put(byte @Nullable [] body) {
        ConfigurationDocument.Retention wanted = read(JsonBody.of(body));
        return unitOfWork.run(
                tx -> {
                    settings.set(tx, wanted, Cause.of(clock, caller.actor()));
                    return RetentionView.of(settings.present(tx));
                });
    }

    private ConfigurationDocument.Retention read(JsonBody body) {
        ConfigurationDocument.Retention defaults = settings.defaults();
        Optional<JsonBody> logs = body.object("logs");
        Optional<JsonBody> deployments = body.object("deployments");
        Optional<JsonBody> events = body.object("events");
        Optional<JsonBody> releases = body.object("releases");
        Optional<JsonBody> packages = body.object("packages");
        Optional<JsonBody> caches = body.object("caches");
        int deploymentDays = days(deployments, DEPLOYMENT_DAYS_MIN, defaults.deploymentDays());
        int logDays = days(logs, DAYS_MIN, Math.min(defaults.logDays(), deploymentDays));
        int eventDays = days(events, DAYS_MIN, Math.max(defaults.eventDays(), deploymentDays));
        int perEnvironment =
                deployments
                        .flatMap(d -> d.integer("perEnvironment", 1, PER_ENVIRONMENT_MAX))
                        .orElse(defaults.deploymentsPerEnvironment());
        if (body.mistakes().none() && logDays > deploymentDays) {
            body.mistake(
                    "logs/days",
                    "Output goes with its deployment, after %d days at the latest. Keep deployments for at least %d days, or output for less."
                            .formatted(deploymentDays, logDays));
        }
        logs.ifPresent(JsonBody::refuseUnknown);
        deployments.ifPresent(JsonBody::refuseUnknown);
        events.ifPresent(JsonBody::refuseUnknown);
        PackagesKept packagesKept = packagesKept(packages);
        CachesKept cachesKept = cachesKept(caches);
        ReleasesKept releasesKept = releasesKept(releases);
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return new ConfigurationDocument.Retention(
                logDays,
                deploymentDays,
                perEnvironment,
                eventDays,
                Optional.of(packagesKept),
                Optional.of(cachesKept),
                Optional.of(releasesKept));
    }

    private static ReleasesKept releasesKept(Optional<JsonBody> body) {
        var kept =
                new ReleasesKept(
                        body.flatMap(b -> b.integer(PER_PHASE, 1, VERSIONS_MAX)),
                        body.flatMap(b -> b.integer(DAYS, DAYS_MIN, DAYS_MAX)));
        body.ifPresent(JsonBody::refuseUnknown);
        return kept;
    }

    private static CachesKept cachesKept(Optional<JsonBody> body) {
        var kept =
                new CachesKept(
                        body.flatMap(b -> b.integer(DAYS, DAYS_MIN, DAYS_MAX)),
                        body.flatMap(b -> b.integer(FREE, 1, FREE_MAX)),
                        body.flatMap(b -> b.integer(VERSIONS, 1, VERSIONS_MAX)),
                        Optional.of(body.flatMap(b -> b.flag(KEEP_RELEASED)).orElse(true)));
        body.ifPresent(JsonBody::refuseUnknown);
        return kept;
    }

    private static PackagesKept packagesKept(Optional<JsonBody> body) {
        var kept =
                new PackagesKept(
                        body.flatMap(b -> b.integer(VERSIONS, 1, VERSIONS_MAX)),
                        body.flatMap(b -> b.integer(DAYS, DAYS_MIN, DAYS_MAX)),
                        body.flatMap(b -> b.integer(FREE, 1, FREE_MAX)));
        body.ifPresent(JsonBody::refuseUnknown);
        return kept;
    }

    private static int days(Optional<JsonBody> of, int min, int otherwise) {
        return of.flatMap(body -> body.integer(DAYS, min, DAYS_MAX)).orElse(otherwise);
    }
}
