package stagecoach.contracts.internal;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * orchestrator → package-service, {@code POST} to {@link #PATH}: what an acquisition of these needs
 * would move if it ran now.
 */
public final class ForeseeAcquisition {
    /** Where the one serves it and the other calls it. */
    public static final String PATH = "/internal/foresights";

    private ForeseeAcquisition() {}

    /** The needs of a deployment that somebody thinks about. */
    public record Request(List<PackageNeed> needs, boolean forceDownload) {
        /** Copies the needs. */
        public Request {
            needs = List.copyOf(needs);
        }
    }

    /** Per target, per cache and per link. */
    public record Response(List<ToTarget> targets, List<ToCache> caches, List<Link> links) {
        /** Copies the lists. */
        public Response {
            targets = List.copyOf(targets);
            caches = List.copyOf(caches);
            links = List.copyOf(links);
        }
    }

    /**
     * A target's bytes.
     *
     * @param held whether it has them already, so that nothing moves
     * @param path the sources in order: {@code CACHE:<id>}, {@code SERVER}
     */
    public record ToTarget(
            PackagePin pin, HolderId target, boolean held, List<String> path, long bytes) {
        /** Copies the path. */
        public ToTarget {
            path = List.copyOf(path);
        }
    }

    /** A cache's bytes; 0 if it holds them. */
    public record ToCache(PackagePin pin, CacheId cache, boolean held, long bytes) {}

    /**
     * Bytes over one link: from {@code server} or a region to a region; {@code to} empty means no
     * region.
     */
    public record Link(String from, Optional<String> to, long bytes) {}
}
