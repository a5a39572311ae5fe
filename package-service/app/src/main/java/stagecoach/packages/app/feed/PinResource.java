package stagecoach.packages.app.feed;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.Nearest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.packages.VersionRange;

/**
 * Fixes a release's packages to the byte and leases them, for the orchestrator. A lease only grows:
 * whatever of several answers the release was made from, its packages stay.
 */
@Path(PinPackages.PATH)
@RunOnVirtualThread
public class PinResource {
    private final UnitOfWork unitOfWork;
    private final UpstreamPins upstream;
    private final Leases leases;

    PinResource(UnitOfWork unitOfWork, UpstreamPins upstream, Leases leases) {
        this.unitOfWork = unitOfWork;
        this.leases = leases;
        this.upstream = upstream;
    }

    /**
     * Pins all of them; or says for each what is wrong, or how far it is on its way, and leases
     * nothing.
     */
    @POST
    @Operation(hidden = true)
    public PinPackages.Response pin(PinPackages.Request request) throws InterruptedException {
        // What lies outside takes its time, and no transaction waits for it.
        Map<Wanted, Answer> outside =
                upstream.pin(
                        request.wanted().stream()
                                .filter(wanted -> !wanted.feed().equals(FeedId.BUILT_IN))
                                .toList());
        return unitOfWork.run(tx -> new PinPackages.Response(pinned(tx, request, outside)));
    }

    private List<Answer> pinned(Tx tx, PinPackages.Request request, Map<Wanted, Answer> outside) {
        var answers = new ArrayList<Answer>();
        var all = new HashSet<Sha512>();
        var ours = new HashSet<Sha512>();
        for (Wanted wanted : request.wanted()) {
            Optional<Answer> upstreams = Optional.ofNullable(outside.get(wanted));
            Answer answer = upstreams.orElseGet(() -> answer(tx, wanted));
            answers.add(answer);
            answer.pin().map(PackagePin::sha512).ifPresent(all::add);
            if (upstreams.isEmpty()) {
                answer.pin().map(PackagePin::sha512).ifPresent(ours::add);
            }
        }
        if (answers.stream().anyMatch(answer -> answer.pin().isEmpty())) {
            return answers;
        }
        Leases.There there = leases.there(tx, all);
        if (!there.builtIn().containsAll(ours)) {
            // One of them was just being removed: it is gone now, and another may be the newest.
            return pinned(tx, request, outside);
        }
        if (!there.all().containsAll(all)) {
            return answers.stream().map(answer -> unlessGone(answer, there.all())).toList();
        }
        // Not before all are there: nobody would ever end the lease of a release that is not made.
        leases.lease(tx, request.lease(), all);
        return answers;
    }

    /** What was just being removed comes from its feed again, for whoever asks again. */
    private static Answer unlessGone(Answer answer, Set<Sha512> there) {
        return answer.pin()
                .filter(pin -> !there.contains(pin.sha512()))
                .map(
                        pin ->
                                Answer.underway(
                                        "%s %s was not used for long and was just being removed; it is fetched again"
                                                .formatted(pin.id(), pin.version())))
                .orElse(answer);
    }

    private static Answer answer(Tx tx, Wanted wanted) {
        Optional<PackageVersion> single = wanted.versions().flatMap(VersionRange::single);
        if (single.isPresent()) {
            // An unlisted version is not offered, but who names it may have it.
            Optional<PackageEntry> named = PostgresIndex.offered(tx, wanted.id(), single.get());
            if (named.isPresent()) {
                return Answer.pinned(named.get().pin());
            }
        }
        List<PackageEntry> versions = PostgresIndex.versions(tx, wanted.id());
        return versions.reversed().stream()
                .filter(PackageEntry::listed)
                .filter(entry -> VersionChoice.of(wanted).test(entry.pin().version()))
                .findFirst()
                .map(entry -> Answer.pinned(entry.pin()))
                .orElseGet(() -> nothing(tx, wanted, versions));
    }

    private static Answer nothing(Tx tx, Wanted wanted, List<PackageEntry> versions) {
        if (versions.isEmpty()) {
            List<String> known = PostgresIndex.ids(tx).stream().map(PackageId::value).toList();
            return Answer.problem(
                    "The feed \"built-in\" has no package \"%s\".%s Push it first."
                            .formatted(wanted.id(), Nearest.question(wanted.id().value(), known)));
        }
        return Answer.problem(
                VersionChoice.noneOf(
                        wanted,
                        versions.reversed().stream().map(entry -> entry.pin().version()).toList()));
    }
}
