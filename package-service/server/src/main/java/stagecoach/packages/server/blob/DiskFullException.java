package stagecoach.packages.server.blob;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The disk of the packages is full; what was being written is not kept. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    private DiskFullException(IOException cause) {
        super("the disk is full (" + cause.getMessage() + ")", cause);
    }

    private DiskFullException(long bytes, DiskRoom room) {
        super("the disk has room for %d bytes, not for %d".formatted(room.usable(), bytes));
    }

    /**
     * Sees to it that so many bytes are not begun where there is no room for them.
     *
     * @throws DiskFullException if there is none
     */
    public static void check(long bytes, DiskRoom room) throws DiskFullException {
        if (bytes > room.usable()) {
            throw new DiskFullException(bytes, room);
        }
    }

    /** The same failure, by its name if it is this one. */
    public static IOException named(IOException failure) {
        @Nullable String words = failure.getMessage();
        // Java has no type for it; these are the words of Linux, macOS and Windows.
        boolean full =
                words != null
                        && (words.contains("No space left on device")
                                || words.contains("Disk quota exceeded")
                                || words.contains("There is not enough space on the disk"));
        return full ? new DiskFullException(failure) : failure;
    }
}
