package stagecoach.packages.server.blob;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The disk of the packages is full; what was being written is not kept. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    private DiskFullException(IOException cause) {
        super("the disk is full (" + cause.getMessage() + ")", cause);
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
