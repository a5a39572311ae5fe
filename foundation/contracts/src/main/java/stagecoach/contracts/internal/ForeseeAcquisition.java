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

    /**
     * Per target, per cache and per link.
     *
     * @param notes what people may not expect, in sentences
     */
    public record Response(
            List<ToTarget> targets, List<ToCache> caches, List<Link> links, List<String> notes) {
        /** Copies the lists; an older server has noted nothing. */
        public Response {
            targets = List.copyOf(targets);
            caches = List.copyOf(caches);
            links = List.copyOf(links);
            notes = notes == null ? List.of() : List.copyOf(notes);
        }

        /** With nothing that people may not expect. */
        public Response(List<ToTarget> targets, List<ToCache> caches, List<Link> links) {
            this(targets, caches, links, List.of());
        }
    }

    /**
     * A target's bytes.
     *
     * @param held whether it has them already, so that nothing moves
     * @param path the sources in order: {@code CACHE:<id>}, {@code FEED:<id>}, {@code SERVER}
     * @param bytes that would come
     * @param begun how many an interrupted fetch has left there, behind which the next one goes on;
     *     empty if none
     */
    public record ToTarget(
            PackagePin pin,
            HolderId target,
            boolean held,
            List<String> path,
            long bytes,
            Optional<Long> begun) {
        /** Copies the path. */
        public ToTarget {
            path = List.copyOf(path);
        }
    }

    /**
     * A cache's bytes.
     *
     * @param bytes that would come, at most; 0 if it holds them
     * @param begun how many are there already, of an interrupted transfer or unknown to us until
     *     now; empty if none
     * @param doubted that it holds bytes of which somebody got others: if they are intact when they
     *     are read again none will come; empty if there is no doubt
     * @param unheard that it did not answer in time what it has: fewer bytes come if an interrupted
     *     transfer has left some; empty if it is known
     */
    public record ToCache(
            PackagePin pin,
            CacheId cache,
            boolean held,
            long bytes,
            Optional<Long> begun,
            Optional<Boolean> doubted,
            Optional<Boolean> unheard) {}

    /**
     * Bytes over one link: from {@code server}, a region or {@code feed:<id>} to a region or {@code
     * server}; {@code to} empty means no region.
     */
    public record Link(String from, Optional<String> to, long bytes) {}
}
