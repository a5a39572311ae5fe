package stagecoach.tentacle.packages;

import java.security.MessageDigest;
import java.util.Optional;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The digest of a file that grows at its end, kept along with the bytes so that nobody has to read
 * them again. It knows only what it was given: of a file that had bytes before, it tells nothing.
 */
final class RunningDigest {
    private final long expected;
    private MessageDigest hasher;
    private long end;
    private boolean whole = true;

    /**
     * @param expected how large the file will be, or about
     */
    RunningDigest(long expected) {
        this.expected = expected;
        this.hasher = BulkCrypto.hasher(expected);
    }

    /** Takes bytes that were written at {@code position}; at 0 the file begins again. */
    void add(long position, byte[] bytes, int count) {
        if (position == 0 && end > 0) {
            hasher = BulkCrypto.hasher(expected);
            end = 0;
        }
        whole = position == 0 || (whole && position == end);
        if (whole) {
            hasher.update(bytes, 0, count);
            end = position + count;
        }
    }

    /** The digest of a file of that size, if all of it came through here; then it is used up. */
    Optional<Sha512> of(long size) {
        if (!whole || size != end) {
            return Optional.empty();
        }
        whole = false;
        return Optional.of(Sha512.finish(hasher));
    }
}
