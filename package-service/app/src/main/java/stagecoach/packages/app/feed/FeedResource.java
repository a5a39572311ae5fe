package stagecoach.packages.app.feed;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** Feeds, which for now is the built-in one, and what is in them. */
@Path("/api/v1/feeds")
@RunOnVirtualThread
@Tag(name = "Feeds")
public class FeedResource {
    private final UnitOfWork unitOfWork;

    FeedResource(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    /** Lists them. */
    @GET
    @Operation(summary = "List feeds")
    public Listed<FeedView> list(@Context UriInfo uri) {
        return new Listed<>(List.of(FeedView.builtIn(uri)), null);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(summary = "Read a feed")
    public FeedView get(String id, @Context UriInfo uri) {
        requireBuiltIn(id);
        return FeedView.builtIn(uri);
    }

    /** Takes what it gave of the built-in feed, which cannot be changed; other feeds wait. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(summary = "Make or replace a feed: external ones are not there yet")
    public FeedView put(String id, FeedView body, @Context UriInfo uri) {
        if (!id.equals(FeedId.BUILT_IN.value())) {
            throw new InvalidInput(
                    "/kind",
                    "External feeds are not there yet: they wait for a later version. Push packages to the feed \"built-in\" and use that one.");
        }
        FeedView present = FeedView.builtIn(uri);
        var errors = new ArrayList<FieldError>();
        refuseChange("/id", body.id(), present.id(), errors);
        refuseChange("/name", body.name(), present.name(), errors);
        refuseChange("/kind", body.kind(), present.kind(), errors);
        if (!errors.isEmpty()) {
            throw new InvalidInput(errors);
        }
        return present;
    }

    private static void refuseChange(
            String pointer,
            @Nullable String wanted,
            @Nullable String present,
            List<FieldError> errors) {
        if (wanted != null && !wanted.equals(present)) {
            errors.add(
                    new FieldError(
                            pointer,
                            "The feed \"built-in\" always exists and cannot be changed. Leave it as it is."));
        }
    }

    /** Refuses: there is none that could go. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(summary = "Remove a feed: not there yet")
    public void delete(String id) {
        requireBuiltIn(id);
        throw new Rejection(
                Rejection.Kind.CONFLICT, "in-use", "The feed \"built-in\" always exists.");
    }

    /** Lists the packages whose id contains a text. */
    @GET
    @Path("{id}/packages")
    @Operation(summary = "List packages of a feed")
    public Listed<PackageView> packages(
            String id, @QueryParam("query") @Nullable String query, @BeanParam PageRequest page) {
        requireBuiltIn(id);
        // No id has control characters, and the database refuses some of them.
        String wanted = query == null ? "" : query.replaceAll("\\p{Cntrl}", "?").strip();
        int limit = page.limit();
        String after = page.after().orElse("");
        return unitOfWork.run(
                tx ->
                        page.page(
                                PostgresIndex.search(tx, wanted, after, limit + 1).stream()
                                        .map(found -> view(tx, found))
                                        .toList(),
                                found -> found.id().lower(),
                                Function.identity()));
    }

    private static PackageView view(Tx tx, PackageId id) {
        List<PackageEntry> versions = PostgresIndex.versions(tx, id);
        PackageEntry newest = versions.getLast();
        return new PackageView(
                newest.pin().id(),
                newest.pin().version().value(),
                versions.size(),
                newest.authors(),
                newest.description());
    }

    /** Lists the versions of a package, newest first. */
    @GET
    @Path("{id}/packages/{packageId}/versions")
    @Operation(summary = "List versions of a package")
    public Listed<VersionView> versions(String id, String packageId, @BeanParam PageRequest page) {
        requireBuiltIn(id);
        int limit = page.limit();
        String after = page.after().orElse("");
        List<PackageEntry> versions =
                unitOfWork.run(tx -> PostgresIndex.versions(tx, parsed(packageId)));
        if (versions.isEmpty()) {
            throw notFound("The feed \"built-in\" has no package \"%s\".".formatted(packageId));
        }
        return page.page(
                versions.reversed().stream()
                        .filter(entry -> after.isEmpty() || isOlder(entry, after))
                        .limit(limit + 1L)
                        .map(VersionView::of)
                        .toList(),
                VersionView::version,
                Function.identity());
    }

    private static boolean isOlder(PackageEntry entry, String version) {
        try {
            return entry.pin().version().compareTo(PackageVersion.parse(version)) < 0;
        } catch (IllegalArgumentException e) {
            throw new InvalidInput(
                    "?cursor", "This cursor was not given by this list. Begin without one.");
        }
    }

    private static PackageId parsed(String id) {
        try {
            return PackageId.parse(id);
        } catch (IllegalArgumentException e) {
            throw notFound(String.valueOf(e.getMessage()));
        }
    }

    private static void requireBuiltIn(String id) {
        if (!id.equals(FeedId.BUILT_IN.value())) {
            throw notFound("There is no feed \"%s\". The only one is \"built-in\".".formatted(id));
        }
    }

    private static Rejection notFound(String sentence) {
        return new Rejection(Rejection.Kind.NOT_FOUND, "not-found", sentence);
    }

    /**
     * A feed in the API.
     *
     * @param url where NuGet clients find it
     */
    @Schema(name = "Feed")
    public record FeedView(
            @Nullable String id,
            @Nullable String name,
            @Nullable String kind,
            @Nullable String url) {
        static FeedView builtIn(UriInfo uri) {
            return new FeedView(
                    FeedId.BUILT_IN.value(),
                    "Built-in",
                    "BUILT_IN",
                    uri.getBaseUri().resolve("nuget/v3/" + ServiceIndex.PATH).toString());
        }
    }

    /**
     * A package in the API.
     *
     * @param version its newest one
     * @param versions how many there are
     */
    @Schema(name = "Package")
    public record PackageView(
            PackageId id, String version, int versions, String authors, String description) {}

    /** A version of a package in the API. */
    @Schema(name = "PackageVersion")
    public record VersionView(
            String version, long size, Sha512 sha512, Instant published, boolean listed) {
        static VersionView of(PackageEntry entry) {
            return new VersionView(
                    entry.pin().version().value(),
                    entry.pin().size(),
                    entry.pin().sha512(),
                    entry.published(),
                    entry.listed());
        }
    }
}
