package stagecoach.packages.server.nuget;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One range of bytes as a request asks for it.
 *
 * @param first the first byte, or how many from the end where {@code last} says so
 * @param last the last byte, {@link #TO_THE_END} or {@link #FROM_THE_END}
 */
record ByteRange(long first, long last) {

    static final long TO_THE_END = Long.MAX_VALUE;
    static final long FROM_THE_END = -1;

    private static final Pattern SINGLE =
            Pattern.compile("bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", Pattern.CASE_INSENSITIVE);

    /**
     * Reads a {@code Range} header; empty for what is to be ignored: another unit, several ranges,
     * or no range at all.
     */
    static Optional<ByteRange> parse(String header) {
        var matcher = SINGLE.matcher(header.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var first = matcher.group(1);
        var last = matcher.group(2);
        if (first.isEmpty()) {
            return last.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ByteRange(number(last), FROM_THE_END));
        }
        var range = new ByteRange(number(first), last.isEmpty() ? TO_THE_END : number(last));
        return range.last < range.first ? Optional.empty() : Optional.of(range);
    }

    /** What of content with that many bytes is meant. */
    Delivery of(String etag, long size) {
        var from = last == FROM_THE_END ? Math.max(0, size - first) : first;
        var to = last == FROM_THE_END ? size - 1 : Math.min(last, size - 1);
        return from > to
                ? new Delivery.Unsatisfiable(etag, size)
                : new Delivery.Part(etag, from, to - from + 1, size);
    }

    /** However many digits: what is greater than any content is as good as the greatest number. */
    private static long number(String digits) {
        return new BigInteger(digits).min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }
}
