package stagecoach.packages.app.feed;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.packages.PackageEvent.Why;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.keeping.Removals;
import stagecoach.packages.keeping.Going;
import stagecoach.packages.keeping.Stored;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/** Removes versions of packages from the built-in feed for good. */
@Path("/api/v1/feeds/built-in/packages/{packageId}/versions/{version}")
@RunOnVirtualThread
@Tag(name = "Feeds")
public class RemovalResource {
    private final UnitOfWork unitOfWork;
    private final Removals removals;
    private final Leases leases;
    private final Caller caller;
    private final Clock clock;

    RemovalResource(
            UnitOfWork unitOfWork, Removals removals, Leases leases, Caller caller, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.removals = removals;
        this.leases = leases;
        this.caller = caller;
        this.clock = clock;
    }

    /** Removes one, unless somebody needs it. */
    @DELETE
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "deletePackageVersion",
            summary = "Remove a version of a package for good",
            description =
                    "Refused while a release, or a deployment that has not ended, needs it. To hide it from searches only, unlist it.")
    @APIResponse(responseCode = "204", description = "Removed")
    @APIResponse(responseCode = "409", description = "Somebody needs it")
    public void remove(String packageId, String version) {
        Cause cause = Cause.of(clock, caller.actor());
        unitOfWork.execute(tx -> remove(tx, existing(tx, packageId, version), cause));
        removals.deleteUnused();
    }

    private void remove(Tx tx, PackagePin pin, Cause cause) {
        // Whoever reads it just now does not keep it.
        var whenever = new Stored(FeedId.BUILT_IN, pin, cause.at().plus(Duration.ofDays(1)), false);
        if (removals.remove(tx, new Going(whenever, Why.PERSON, "a person said so"), cause)) {
            return;
        }
        List<String> holders = leases.holders(tx, pin.sha512());
        if (holders.isEmpty()) {
            throw absent(pin.id().value(), pin.version().value());
        }
        throw new Rejection(
                Rejection.Kind.CONFLICT,
                "in-use",
                "%s %s is needed by %s. Unlist it to hide it from searches."
                        .formatted(pin.id(), pin.version(), String.join(", ", holders)));
    }

    private static PackagePin existing(Tx tx, String packageId, String version) {
        try {
            return PostgresIndex.find(tx, PackageId.parse(packageId), PackageVersion.parse(version))
                    .orElseThrow(() -> absent(packageId, version))
                    .pin();
        } catch (IllegalArgumentException e) {
            throw absent(packageId, version);
        }
    }

    private static Rejection absent(String packageId, String version) {
        return Rejection.notFound(
                "The feed \"built-in\" has no package %s %s.".formatted(packageId, version));
    }
}
