package stagecoach.tentacle.install.archive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Locale;

/**
 * The names of files and folders that were seen, without regard to upper and lower case. It keeps
 * 16 bytes of each, whatever its length: digests with a key of their own, so that nobody can choose
 * names that have the same one.
 */
public final class NameSet {
    /** Files, and all folders on the way to them. */
    public static final int SEEN_MAX = 500_000;

    private static final int SLOTS_MIN = 1 << 10;
    private static final int KEY_BYTES = 16;

    private final byte[] key = new byte[KEY_BYTES];
    private final MessageDigest digest;

    /** Where a name stands, its digest in any case; 0 where none does. */
    private long[] names = new long[SLOTS_MIN];

    /** Beside each name the digest of its kind and exact spelling. */
    private long[] kinds = new long[SLOTS_MIN];

    private int size;

    /** With nothing in it. */
    public NameSet() {
        new SecureRandom().nextBytes(key);
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What has come of a name. */
    public enum Added {
        /** It is new, or the same folder again. */
        TAKEN,
        /** It is there already, as another thing or in another spelling. */
        CLASHES,
        /** There are more than anybody can mean. */
        TOO_MANY
    }

    /**
     * Takes a name.
     *
     * @param path the whole path
     * @param isFolder whether it is a folder, which may come again
     */
    public Added add(String path, boolean isFolder) {
        long name = digest("n" + path.toLowerCase(Locale.ROOT));
        long kind = digest((isFolder ? "d" : "f") + path);
        int slot = slot(names, name);
        if (names[slot] != 0) {
            return isFolder && kinds[slot] == kind ? Added.TAKEN : Added.CLASHES;
        }
        if (size == SEEN_MAX) {
            return Added.TOO_MANY;
        }
        names[slot] = name;
        kinds[slot] = kind;
        if (++size * 2 > names.length) {
            grow();
        }
        return Added.TAKEN;
    }

    private void grow() {
        long[] oldNames = names;
        long[] oldKinds = kinds;
        names = new long[oldNames.length * 2];
        kinds = new long[names.length];
        for (int old = 0; old < oldNames.length; old++) {
            if (oldNames[old] != 0) {
                int slot = slot(names, oldNames[old]);
                names[slot] = oldNames[old];
                kinds[slot] = oldKinds[old];
            }
        }
    }

    private static int slot(long[] names, long name) {
        int slot = (int) name & (names.length - 1);
        while (names[slot] != 0 && names[slot] != name) {
            slot = (slot + 1) & (names.length - 1);
        }
        return slot;
    }

    private long digest(String text) {
        digest.update(key);
        long first =
                ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
        return first == 0 ? 1 : first;
    }
}
