package stagecoach.contracts.acquisition;

import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;

/** One place that a tentacle may read a package from; it walks them in order. */
public sealed interface Source {
    /** The capability of a tentacle that reads {@link Folder}s; another is not given them. */
    String FOLDER_CACHES = "folder-caches";

    /** The capability of a tentacle that reads {@link NuGet}s; another is not given them. */
    String NUGET_CACHES = "nuget-caches";

    /** The capability of a tentacle that reads {@link Feed}s; another is not given them. */
    String FEEDS = "feeds";

    /** A place that people configured as a cache. */
    sealed interface OfCache extends Source {
        /** Which. */
        CacheId cache();

        /** Where it is, as the region's machines reach it. */
        String url();
    }

    /**
     * A Stagecoach cache, read by digest over mutual TLS.
     *
     * @param url the cache's base URL as the region's machines reach it
     * @param thumbprint the SHA-256 of the cache's certificate, hexadecimal, if it speaks TLS
     */
    record Cache(CacheId cache, String url, Optional<String> thumbprint) implements OfCache {}

    /**
     * A folder that a distributed file system brings to each machine: the package is {@code
     * <folder>/blobs/<sha512>}, there as soon as the file system has brought it.
     *
     * @param url {@code file:///…}, as the region's machines see it
     */
    record Folder(CacheId cache, String url) implements OfCache {}

    /**
     * A NuGet server of others, read by its third protocol under the package's name. What it wants
     * to be shown comes with the grants.
     *
     * @param url of its service index, as the region's machines reach it
     * @param thumbprint the SHA-256 of its certificate, hexadecimal; without one, the machine's own
     *     authorities are trusted
     */
    record NuGet(CacheId cache, String url, Optional<String> thumbprint) implements OfCache {}

    /**
     * The feed outside that the package is from, read by NuGet's third protocol under the package's
     * name. Where it is comes with the grants, so that no event tells it.
     */
    record Feed(FeedId feed) implements Source {}

    /**
     * The gateway's own bytes port: a path on the endpoint that the tentacle was configured with.
     */
    record Server() implements Source {}
}
