package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.regex.Pattern;
import stagecoach.packages.server.ingest.UploadBrokenException;

/**
 * The package in the body of a push: the content of the first part of a {@code multipart/form-data}
 * body, whatever the part's name. It reads forward only and holds one buffer, whatever the length;
 * a body that ends before the part does is an {@link UploadBrokenException}.
 *
 * <p>Lines may end with a bare line feed: nuget 2.8.7 on Mono ends the part with one. (The common
 * libraries insist on both characters, and so do not see such a part's end.)
 */
public final class MultipartPush extends InputStream {

    private static final Pattern TYPE =
            Pattern.compile("multipart/form-data\\s*;.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern BOUNDARY =
            Pattern.compile(
                    ";\\s*boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))",
                    Pattern.CASE_INSENSITIVE);
    private static final int BUFFER_LENGTH = 1 << 16;
    private static final int HEADERS_LENGTH_MAX = 1 << 14;

    private final InputStream body;

    /** A line feed, two hyphens and the boundary: the shortest thing that ends the part. */
    private final byte[] end;

    private final int[] strides;
    private final byte[] buffer = new byte[BUFFER_LENGTH];
    private int position;
    private int limit;

    /** Up to here the buffer is known to be content. */
    private int contentLimit;

    private boolean ended;

    private MultipartPush(InputStream body, String boundary) {
        this.body = body;
        this.end = ("\n--" + boundary).getBytes(ISO_8859_1);
        this.strides = strides(end);
    }

    /** As Horspool searches: how far the end may lie behind a place, by the last byte there. */
    private static int[] strides(byte[] end) {
        var strides = new int[1 << Byte.SIZE];
        Arrays.fill(strides, end.length);
        for (var i = 0; i < end.length - 1; i++) {
            strides[Byte.toUnsignedInt(end[i])] = end.length - 1 - i;
        }
        return strides;
    }

    /**
     * Reads up to where the package begins.
     *
     * @param body the request's body; closing it is the caller's
     * @param contentType the request's {@code Content-Type}, or empty if it has none
     * @throws UploadBrokenException if the body is no such form
     */
    public static MultipartPush open(InputStream body, String contentType) throws IOException {
        if (!TYPE.matcher(contentType.strip()).matches()) {
            throw new UploadBrokenException(
                    "A package is pushed as multipart/form-data, as NuGet clients do; this request"
                            + " has another Content-Type.");
        }
        var boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            throw new UploadBrokenException(
                    "The Content-Type multipart/form-data lacks a boundary of 1 to 70 characters.");
        }
        var quoted = boundary.group(1);
        var push = new MultipartPush(body, quoted != null ? quoted : boundary.group(2));
        push.skipToContent();
        return push;
    }

    @Override
    public int read() throws IOException {
        return hasContent() ? Byte.toUnsignedInt(buffer[position++]) : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!hasContent()) {
            return -1;
        }
        var count = Math.min(length, contentLimit - position);
        System.arraycopy(buffer, position, into, from, count);
        position += count;
        return count;
    }

    /** Whether content is left, reading on as far as is needed to know. */
    private boolean hasContent() throws IOException {
        while (position == contentLimit && !ended) {
            findContent();
        }
        return position < contentLimit;
    }

    private void findContent() throws IOException {
        var at = indexOfEnd();
        if (at >= 0) {
            ended = true;
            contentLimit = at > position && buffer[at - 1] == '\r' ? at - 1 : at;
            return;
        }
        // What may be the beginning of the end waits, with the carriage return before it.
        contentLimit = Math.max(position, limit - end.length);
        if (position == contentLimit && !fill()) {
            throw new UploadBrokenException(
                    "The upload ends within the package: the boundary that ought to follow it is"
                            + " missing. Send it again.");
        }
    }

    /** Where the buffer has the line feed of the part's end, or -1. */
    private int indexOfEnd() {
        for (var at = position; at <= limit - end.length; ) {
            if (isEndAt(at)) {
                return at;
            }
            at += strides[Byte.toUnsignedInt(buffer[at + end.length - 1])];
        }
        return -1;
    }

    private boolean isEndAt(int at) {
        return Arrays.equals(buffer, at, at + end.length, end, 0, end.length);
    }

    /** Moves what is left to the front and reads more behind it; false at the body's end. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, position, buffer, 0, limit - position);
        limit -= position;
        contentLimit = 0;
        position = 0;
        var read = body.read(buffer, limit, buffer.length - limit);
        if (read > 0) {
            limit += read;
        }
        return read >= 0;
    }

    /** Passes the first boundary and the part's headers, which end with an empty line. */
    private void skipToContent() throws IOException {
        var left = HEADERS_LENGTH_MAX;
        var inPart = false;
        while (true) {
            var line = line(left);
            left -= line.length();
            var text = line.stripTrailing();
            if (inPart && text.isEmpty()) {
                contentLimit = position;
                return;
            }
            inPart |= text.equals(new String(end, 1, end.length - 1, ISO_8859_1));
        }
    }

    private String line(int lengthMax) throws IOException {
        var line = new StringBuilder();
        while (true) {
            if (position == limit && !fill()) {
                throw new UploadBrokenException("The form ends before its first part begins.");
            }
            if (position < limit) {
                var character = (char) Byte.toUnsignedInt(buffer[position++]);
                line.append(character);
                if (character == '\n') {
                    return line.toString();
                }
                if (line.length() >= lengthMax) {
                    throw new UploadBrokenException(
                            "The first part of the form does not begin within "
                                    + HEADERS_LENGTH_MAX
                                    + " bytes.");
                }
            }
        }
    }
}
