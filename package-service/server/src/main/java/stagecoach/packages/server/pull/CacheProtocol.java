package stagecoach.packages.server.pull;

import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/** The paths and headers of a regional cache and of the server that it pulls from. */
public final class CacheProtocol {

    /** Carries the token of a read grant. */
    public static final String GRANT_HEADER = "X-Stagecoach-Grant";

    /** Carries the credential that the central server and its caches share. */
    public static final String TRUST_HEADER = "X-Stagecoach-Cache-Trust";

    /** Query parameter: how many milliseconds an answer may wait for the end of a pull. */
    public static final String WAIT = "wait";

    /** The longest wait, in milliseconds. */
    public static final int WAIT_MILLIS_MAX = 20_000;

    /** At the cache: where tentacles read digests, {@code /blobs/{sha512}}. */
    public static final String BLOBS = "/blobs/";

    /** At the cache: where the central server has digests pulled, {@code /pulls/{sha512}}. */
    public static final String PULLS = "/pulls/";

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
