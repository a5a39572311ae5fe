package stagecoach.contracts.internal;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.VersionRange;

/**
 * orchestrator → package-service, {@code POST} to {@link #PATH}: resolve, pin and lease a release's
 * packages in one transaction; repeatable for the same lease.
 */
public final class PinPackages {
    /** Where the one serves it and the other calls it. */
    public static final String PATH = "/internal/pins";

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

    /**
     * One package.
     *
     * @param versions which of its versions are good, of which the newest is taken; without any the
     *     newest stable one is meant
     */
    public record Wanted(FeedId feed, PackageId id, Optional<VersionRange> versions) {}

    /** One answer for each wanted package, in the same order. */
    public record Response(List<Answer> answers) {
        /** Copies the list. */
        public Response {
            answers = List.copyOf(answers);
        }
    }

    /**
     * The pin, or why there is none, with a near name if there is one; or neither, while the
     * package is being fetched from its feed.
     *
     * @param underway how far that is; asked again, there will be the one or the other
     */
    public record Answer(
            Optional<PackagePin> pin, Optional<String> problem, Optional<String> underway) {
        /** The pin. */
        public static Answer pinned(PackagePin pin) {
            return new Answer(Optional.of(pin), Optional.empty(), Optional.empty());
        }

        /** Why there is none. */
        public static Answer problem(String sentence) {
            return new Answer(Optional.empty(), Optional.of(sentence), Optional.empty());
        }

        /** That it is being fetched. */
        public static Answer underway(String sentence) {
            return new Answer(Optional.empty(), Optional.empty(), Optional.of(sentence));
        }
    }
}
