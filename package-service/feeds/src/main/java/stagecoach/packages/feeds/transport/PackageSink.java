package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import stagecoach.vocabulary.packages.Sha512;

/** Where a download goes; what is in it stays from one attempt to the next. */
public interface PackageSink {

    /**
     * Says, before any bytes come, what they will be: a sink that keeps what came of an earlier
     * download of them, be it before a restart, has it from now on.
     */
    default void expect(Sha512 digest) throws IOException, InterruptedException {}

    /**
     * Says, before any bytes come, from where they will, if nobody knows what they will be: a sink
     * that keeps what came of an earlier download from there has it from now on, with its {@link
     * #tag}.
     */
    default void from(URI source) throws IOException, InterruptedException {}

    /** The strong ETag by which the server knew what is in it, if it is remembered. */
    default Optional<String> tag() {
        return Optional.empty();
    }

    /** Says what that is of the bytes that come now. */
    default void tag(Optional<String> etag) throws IOException {}

    /**
     * Says, before its bytes come, how many they will be with those that are in it, if that was
     * told: a sink that has no room for them says so at once.
     */
    default void announce(long bytes) throws IOException {}

    /** The bytes in it so far. */
    long size() throws IOException;

    /** Adds bytes at the end. */
    void write(byte[] bytes, int from, int length) throws IOException;

    /** Throws away what is in it. */
    void restart() throws IOException;

    /** The digest of what is in it; nothing is added afterwards, unless it is restarted. */
    Sha512 digest() throws IOException;
}
