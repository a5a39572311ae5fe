package stagecoach.tentacle.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/**
 * Reads a growing file by lines, masked, and knows after each line how far it has come. A line that
 * grows too long is broken, but never within a hidden text.
 */
public final class LineCutter {
    /** The longest line, in bytes; chosen so that its JSON fits in a chunk, whatever it holds. */
    public static final int LINE_BYTES_MAX = 5000;

    private static final int BUFFER_BYTES = 1 << 15;

    private final FileChannel file;
    private final MaskSource source;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private Masks masks = Masks.NONE;
    private int length;
    private long consumed;
    private long readUpTo = Long.MAX_VALUE;
    private boolean inCutLine;

    /** Begins at {@code offset}, which must be where an earlier reading had come to. */
    public LineCutter(FileChannel file, long offset, MaskSource source) {
        this.file = file;
        this.source = source;
        this.consumed = offset;
    }

    /** Tells what must be hidden. */
    @FunctionalInterface
    public interface MaskSource {
        /** What must be hidden in all that was read until now. */
        Masks now() throws IOException;
    }

    /** Told of each line. */
    @FunctionalInterface
    public interface Lines {
        /**
         * One more line.
         *
         * @param offset of the file behind the line
         */
        void line(String text, long offset) throws IOException;
    }

    /**
     * Reads what is there, up to about 32 KiB.
     *
     * @param last whether nothing will follow, so that an unfinished line is one
     * @return whether there was anything new
     */
    public boolean read(boolean last, Lines lines) throws IOException {
        int before = length;
        long position = consumed + length;
        int room = Math.clamp(readUpTo - position, 0, buffer.length - length);
        int count = file.read(ByteBuffer.wrap(buffer, length, room), position);
        length += Math.max(0, count);
        if (length > 0) {
            // Behind the reading: what is written here was a secret before it was written.
            masks = source.now();
        }
        int start = 0;
        for (int at = before; at < length; at++) {
            if (buffer[at] == '\n') {
                emit(start, at, at + 1, lines);
                start = at + 1;
            }
        }
        shift(start);
        boolean nothingFollows = last && count <= 0;
        while (length >= LINE_BYTES_MAX + Masks.LENGTH_MAX
                || (nothingFollows && length > LINE_BYTES_MAX)) {
            int end = masks.breakBefore(buffer, length, LINE_BYTES_MAX);
            emit(0, end, end, lines);
            shift(end);
        }
        if (nothingFollows && length > 0) {
            emit(0, length, length, lines);
            shift(length);
        }
        return count > 0;
    }

    /**
     * Reads all that is there now, as the end of the file. What is written meanwhile is not waited
     * for, or a writer without an end would keep its reader.
     */
    public void readToEnd(Lines lines) throws IOException {
        readUpTo = file.size();
        while (read(true, lines)) {}
    }

    /**
     * Begins anew, since all that was in the file has been taken out of it. Its first line may be
     * the rest of one, of which no mask would know half a secret: it is left out.
     */
    public void restart() {
        consumed = 0;
        length = 0;
        inCutLine = true;
    }

    private void emit(int start, int end, int next, Lines lines) throws IOException {
        if (inCutLine) {
            inCutLine = next == end;
            return;
        }
        int from = start;
        // A line may be longer than allowed and yet have come at once, its end included.
        while (end - from > LINE_BYTES_MAX) {
            byte[] rest = Arrays.copyOfRange(buffer, from, end);
            int cut = masks.breakBefore(rest, rest.length, LINE_BYTES_MAX);
            lines.line(masks.apply(buffer, from, from + cut), consumed + from + cut);
            from += cut;
        }
        int textEnd = end > from && next > end && buffer[end - 1] == '\r' ? end - 1 : end;
        lines.line(masks.apply(buffer, from, textEnd), consumed + next);
    }

    private void shift(int count) {
        System.arraycopy(buffer, count, buffer, 0, length - count);
        length -= count;
        consumed += count;
    }
}
