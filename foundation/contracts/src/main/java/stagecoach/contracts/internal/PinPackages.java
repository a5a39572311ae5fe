package stagecoach.contracts.internal;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * orchestrator → package-service, {@code POST /internal/pins}: resolve, pin and lease a release's
 * packages in one transaction; repeatable for the same lease.
 */
public final class PinPackages {
    private PinPackages() {}

    /**
     * What a release wants.
     *
     * @param lease who holds them: {@code release:<project>:<version>}
     */
    public record Request(String lease, List<Wanted> wanted) {
        /** Copies the list. */
        public Request {
            wanted = List.copyOf(wanted);
        }
    }

    /** One package; without a version the newest stable one is meant. */
    public record Wanted(FeedId feed, PackageId id, Optional<PackageVersion> version) {}

    /** One answer for each wanted package, in the same order. */
    public record Response(List<Answer> answers) {
        /** Copies the list. */
        public Response {
            answers = List.copyOf(answers);
        }
    }

    /** The pin, or why there is none, with a near name if there is one. */
    public record Answer(Optional<PackagePin> pin, Optional<String> problem) {}
}
