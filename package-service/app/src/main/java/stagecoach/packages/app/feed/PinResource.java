package stagecoach.packages.app.feed;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.request.Nearest;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * Fixes a release's packages to the byte and leases them, for the orchestrator. A lease only grows:
 * whatever of several answers the release was made from, its packages stay.
 */
@Path("/internal/pins")
@RunOnVirtualThread
public class PinResource {
    private static final int VERSIONS_TOLD_MAX = 5;

    private final UnitOfWork unitOfWork;

    PinResource(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
    }

    /** Pins all of them, or says for each what is wrong and leases nothing. */
    @POST
    @Operation(hidden = true)
    public PinPackages.Response pin(PinPackages.Request request) {
        return unitOfWork.run(
                tx -> {
                    List<Answer> answers =
                            request.wanted().stream().map(wanted -> answer(tx, wanted)).toList();
                    if (answers.stream().allMatch(answer -> answer.pin().isPresent())) {
                        lease(tx, request.lease(), answers);
                    }
                    return new PinPackages.Response(answers);
                });
    }

    private static void lease(Tx tx, String holder, List<Answer> answers) {
        // Sorted, so that two releases at once never wait for each other in a circle.
        answers.stream()
                .flatMap(answer -> answer.pin().stream())
                .map(pin -> pin.sha512().value())
                .distinct()
                .sorted()
                .forEach(
                        sha512 ->
                                tx.execute(
                                        "INSERT INTO lease (holder, sha512) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                                        holder,
                                        sha512));
    }

    private static Answer answer(Tx tx, Wanted wanted) {
        if (!wanted.feed().equals(FeedId.BUILT_IN)) {
            return problem(
                    "There is no feed \"%s\". The only one is \"built-in\"."
                            .formatted(wanted.feed()));
        }
        if (wanted.version().isPresent()) {
            return PostgresIndex.find(tx, wanted.id(), wanted.version().get())
                    .map(PinResource::pinned)
                    .orElseGet(() -> withoutVersion(tx, wanted.id(), wanted.version().get()));
        }
        List<PackageEntry> versions = PostgresIndex.versions(tx, wanted.id());
        return versions.reversed().stream()
                .filter(PackageEntry::listed)
                .filter(entry -> !entry.pin().version().isPrerelease())
                .findFirst()
                .map(PinResource::pinned)
                .orElseGet(() -> withoutStable(tx, wanted.id(), versions));
    }

    private static Answer withoutVersion(Tx tx, PackageId id, PackageVersion version) {
        List<PackageEntry> versions = PostgresIndex.versions(tx, id);
        return versions.isEmpty()
                ? unknown(tx, id)
                : problem(
                        "The feed \"built-in\" has no version %s of %s. It has %s."
                                .formatted(version, id, newest(versions)));
    }

    private static Answer withoutStable(Tx tx, PackageId id, List<PackageEntry> versions) {
        return versions.isEmpty()
                ? unknown(tx, id)
                : problem(
                        "The feed \"built-in\" has no stable version of %s. It has %s; name one of them."
                                .formatted(id, newest(versions)));
    }

    private static Answer unknown(Tx tx, PackageId id) {
        List<String> known = PostgresIndex.ids(tx).stream().map(PackageId::value).toList();
        return problem(
                "The feed \"built-in\" has no package \"%s\".%s Push it first."
                        .formatted(id, Nearest.question(id.value(), known)));
    }

    private static String newest(List<PackageEntry> versions) {
        String told =
                versions.reversed().stream()
                        .limit(VERSIONS_TOLD_MAX)
                        .map(entry -> entry.pin().version().value())
                        .collect(Collectors.joining(", "));
        int more = versions.size() - VERSIONS_TOLD_MAX;
        return more > 0 ? "%s and %d older ones".formatted(told, more) : told;
    }

    private static Answer pinned(PackageEntry entry) {
        return new Answer(Optional.of(entry.pin()), Optional.empty());
    }

    private static Answer problem(String sentence) {
        return new Answer(Optional.empty(), Optional.of(sentence));
    }
}
