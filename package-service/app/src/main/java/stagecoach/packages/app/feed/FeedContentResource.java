package stagecoach.packages.app.feed;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.upstream.Upstream;
import stagecoach.packages.feeds.protocol.PackageFeed;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What is in feeds; those outside are asked at once, and tell less. */
@Path("/api/v1/feeds/{id}/packages")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Feeds")
public class FeedContentResource {
    private final UnitOfWork unitOfWork;
    private final Upstream upstream;

    FeedContentResource(UnitOfWork unitOfWork, Upstream upstream) {
        this.unitOfWork = unitOfWork;
        this.upstream = upstream;
    }

    /** Lists the packages whose id contains a text. */
    @GET
    @Operation(
            operationId = "listFeedPackages",
            summary = "List packages of a feed",
            description = "Feeds outside find what they find, and only one page of it.")
    public Listed<PackageView> packages(
            String id, @QueryParam("query") @Nullable String query, @BeanParam PageRequest page) {
        // No id has control characters, and the database refuses some of them.
        String wanted = query == null ? "" : query.replaceAll("\\p{Cntrl}", "?").strip();
        int limit = page.limit();
        if (!isBuiltIn(id)) {
            List<PackageId> found = asked(id, feed -> feed.search(wanted, limit));
            return new Listed<>(found.stream().map(PackageView::of).toList(), null);
        }
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
    @Path("{packageId}/versions")
    @Operation(operationId = "listFeedPackageVersions", summary = "List versions of a package")
    public Listed<VersionView> versions(String id, String packageId, @BeanParam PageRequest page) {
        int limit = page.limit();
        Optional<PackageVersion> after = page.after().map(FeedContentResource::version);
        PackageId wanted = parsed(packageId);
        List<VersionView> versions =
                isBuiltIn(id)
                        ? unitOfWork.run(tx -> PostgresIndex.versions(tx, wanted)).stream()
                                .map(VersionView::of)
                                .toList()
                        : asked(id, feed -> feed.versions(wanted)).stream()
                                .map(VersionView::of)
                                .toList();
        if (versions.isEmpty()) {
            throw notFound("The feed \"%s\" has no package \"%s\".".formatted(id, packageId));
        }
        return page.page(
                versions.stream()
                        .sorted(Comparator.comparing(VersionView::parsed).reversed())
                        .filter(
                                view ->
                                        after.filter(last -> view.parsed().compareTo(last) >= 0)
                                                .isEmpty())
                        .limit(limit + 1L)
                        .toList(),
                VersionView::version,
                Function.identity());
    }

    private interface Question<R> {
        R ask(PackageFeed feed) throws FeedException, InterruptedException;
    }

    private <R> R asked(String id, Question<R> question) {
        PackageFeed feed =
                Optional.of(id)
                        .filter(IdRule::allows)
                        .flatMap(good -> upstream.feed(new FeedId(good)))
                        .orElseThrow(
                                () ->
                                        notFound(
                                                "There is no feed \"%s\". There is %s."
                                                        .formatted(
                                                                id,
                                                                String.join(
                                                                        ", ", upstream.ids()))));
        try {
            return question.ask(feed);
        } catch (FeedException e) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT, "feed-trouble", String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Rejection(
                    Rejection.Kind.NOT_YET, "unavailable", "The server is being stopped.");
        }
    }

    private static PackageVersion version(String cursor) {
        try {
            return PackageVersion.parse(cursor);
        } catch (IllegalArgumentException e) {
            throw PageRequest.foreignCursor();
        }
    }

    private static PackageId parsed(String id) {
        try {
            return PackageId.parse(id);
        } catch (IllegalArgumentException e) {
            throw notFound(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isBuiltIn(String id) {
        return id.equals(FeedId.BUILT_IN.value());
    }

    private static Rejection notFound(String sentence) {
        return Rejection.notFound(sentence);
    }

    /**
     * A package in the API; of feeds outside only its id is told.
     *
     * @param version its newest one
     * @param versions how many there are
     */
    @Schema(name = "Package")
    public record PackageView(
            PackageId id,
            @Nullable String version,
            @Nullable Integer versions,
            @Nullable String authors,
            @Nullable String description) {
        static PackageView of(PackageId id) {
            return new PackageView(id, null, null, null, null);
        }
    }

    /** A version of a package in the API; of feeds outside only itself is told. */
    @Schema(name = "PackageVersion")
    public record VersionView(
            String version,
            @Nullable Long size,
            @Nullable Sha512 sha512,
            @Nullable Instant published,
            @Nullable Boolean listed) {
        static VersionView of(PackageEntry entry) {
            return new VersionView(
                    entry.pin().version().value(),
                    entry.pin().size(),
                    entry.pin().sha512(),
                    entry.published(),
                    entry.listed());
        }

        static VersionView of(PackageVersion version) {
            return new VersionView(version.value(), null, null, null, null);
        }

        private PackageVersion parsed() {
            return PackageVersion.parse(version);
        }
    }
}
