package stagecoach.packages.server.pull;

import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/** The paths and headers of a regional cache and of the server that it pulls from. */
public final class CacheProtocol {

    /** Carries the token of a read grant. */
    public static final String GRANT_HEADER = "X-Stagecoach-Grant";

    /** Carries the credential by which a cache knows the central server. */
    public static final String TRUST_HEADER = "X-Stagecoach-Cache-Trust";

    /** Query parameter: how many milliseconds an answer may wait for the end of a pull. */
    public static final String WAIT = "wait";

    /** Query parameter of {@link #centralPath}: the deployment for which alone a cache pulls. */
    public static final String DEPLOYMENT = "deployment";

    /** The longest wait, in milliseconds. */
    public static final int WAIT_MILLIS_MAX = 20_000;

    /** At the cache: where tentacles read digests, {@code /blobs/{sha512}}. */
    public static final String BLOBS = "/blobs/";

    /** At the cache: where the central server has digests pulled, {@code /pulls/{sha512}}. */
    public static final String PULLS = "/pulls/";

    /** At the cache: what it holds, for the central server, in pages. */
    public static final String HOLDINGS = "/holdings";

    /**
     * At the cache: its part of the built-in feed, for the central server: {@code HEAD} tells the
     * tag of the {@link FeedExcerpt} that it goes by, and {@code PUT} gives it another one. A cache
     * that answers no NuGet clients has nothing there.
     */
    public static final String FEED = "/feed";

    /** Query parameter of {@link #HOLDINGS}: only digests behind this one. */
    public static final String AFTER = "after";

    /**
     * What the central server is told of a digest by a HEAD, and says when it has the digest
     * dropped: which order was the last, so that one which came meanwhile counts more.
     */
    public static final String ORDER_HEADER = "X-Stagecoach-Order";

    /**
     * What the central server is told of a digest by a HEAD, too: how many bytes of it an
     * interrupted pull has left, behind which the next one goes on.
     */
    public static final String BEGUN_HEADER = "X-Stagecoach-Begun";

    private CacheProtocol() {}

    /** At the cache: the path of a digest's pull. */
    public static String pullPath(Sha512 sha512) {
        return PULLS + sha512.hex();
    }

    /** At the central server: where a cache pulls a digest from. */
    public static String centralPath(CacheId cache, Sha512 sha512) {
        return "/api/v1/caches/" + cache.value() + BLOBS + sha512.hex();
    }
}
