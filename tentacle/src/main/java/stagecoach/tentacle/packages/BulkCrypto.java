package stagecoach.tentacle.packages;

import java.security.MessageDigest;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.trust.NativeCrypto;
import stagecoach.vocabulary.packages.Sha512;

/**
 * How the bytes of packages are hashed and decrypted. A tentacle's small Java has no machine code
 * for either: a megabyte costs 7 ms for each SHA-512 and 12 ms to receive, in ChaCha20-Poly1305,
 * which is three times as quick there as AES. With the native library it is 2 ms and 4 ms, in AES.
 */
final class BulkCrypto {
    private static final String AES = "TLS_AES_128_GCM_SHA256";
    private static final String CHACHA = "TLS_CHACHA20_POLY1305_SHA256";

    private BulkCrypto() {}

    /** A SHA-512 computation for about so many bytes. */
    static MessageDigest hasher(long bytes) {
        boolean _ = NativeCrypto.installFor(bytes);
        return Sha512.hasher();
    }

    /**
     * The cipher suites of TLS 1.3 that are the cheapest for so many bytes: for this machine, and
     * for the other side. A cache has machine code for AES; a gateway may be as small a Java as
     * this.
     */
    static String[] cheapestSuites(long bytes, PackageEndpoint endpoint) {
        boolean cache = endpoint.servedBy().kind() == ServedBy.Kind.CACHE;
        return new String[] {cache && NativeCrypto.installFor(bytes) ? AES : CHACHA};
    }
}
