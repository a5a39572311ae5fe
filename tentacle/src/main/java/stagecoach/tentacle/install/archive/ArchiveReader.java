package stagecoach.tentacle.install.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A zip archive, read by its list of entries from the first to the last: nothing is kept of those
 * that were read before. What an entry may be called and how much may come out is for others.
 */
public final class ArchiveReader implements Closeable {
    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_LENGTH = 56;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCATOR_64_LENGTH = 20;
    private static final int LISTED = 0x02014b50;
    private static final int LISTED_LENGTH = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int COMMENT_LENGTH_MAX = 0xffff;
    private static final int EXTRA_64 = 1;
    private static final int SEE_EXTRA = 0xffffffff;
    private static final int UNIX = 3;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int BUFFER_BYTES = 1 << 13;

    private final FileChannel file;
    private final Inflater inflater = new Inflater(true);
    private final long entries;
    private final long listEnd;
    private long at;

    private ArchiveReader(FileChannel file, long entries, long listStart, long listEnd) {
        this.file = file;
        this.entries = entries;
        this.at = listStart;
        this.listEnd = listEnd;
    }

    /**
     * One entry, as the list tells it.
     *
     * @param isFolder whether its name ends like a folder's
     * @param unixMode with the kind of the file; 0 if it does not say
     * @param isReadable whether {@link #content} can read it
     * @param packedBytes in the archive
     * @param bytes unpacked
     */
    public record Entry(
            String name,
            boolean isFolder,
            int unixMode,
            boolean isReadable,
            boolean isDeflated,
            long packedBytes,
            long bytes,
            long offset) {}

    /** Opens the archive and looks for its list. */
    public static ArchiveReader open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            return found(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static ArchiveReader found(FileChannel file) throws IOException {
        long tailStart = Math.max(0, file.size() - END_LENGTH - COMMENT_LENGTH_MAX);
        ByteBuffer tail = read(file, tailStart, (int) (file.size() - tailStart));
        for (int at = tail.limit() - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END
                    && unsigned(tail, at + 20) == tail.limit() - at - END_LENGTH) {
                long position = tailStart + at;
                long locator = position - LOCATOR_64_LENGTH;
                if (locator >= 0) {
                    ByteBuffer long64 = read(file, locator, LOCATOR_64_LENGTH);
                    if (long64.getInt(0) == LOCATOR_64) {
                        return found64(file, long64.getLong(8), locator);
                    }
                }
                long start = Integer.toUnsignedLong(tail.getInt(at + 16));
                return reader(
                        file,
                        unsigned(tail, at + 10),
                        start,
                        Integer.toUnsignedLong(tail.getInt(at + 12)),
                        position);
            }
        }
        throw new IOException("it is no zip archive: its end is not there");
    }

    private static ArchiveReader found64(FileChannel file, long at, long before)
            throws IOException {
        if (at < 0 || at > before - END_64_LENGTH) {
            throw damaged("its long end is not where it ought to be");
        }
        ByteBuffer end = read(file, at, END_64_LENGTH);
        if (end.getInt(0) != END_64) {
            throw damaged("its long end is not where it ought to be");
        }
        return reader(file, end.getLong(32), end.getLong(48), end.getLong(40), at);
    }

    private static ArchiveReader reader(
            FileChannel file, long entries, long start, long length, long before)
            throws IOException {
        if (entries < 0 || start < 0 || length < 0 || start > before - length) {
            throw damaged("its list of entries is not where it ought to be");
        }
        return new ArchiveReader(file, entries, start, start + length);
    }

    /** How many entries it says that it has. */
    public long entries() {
        return entries;
    }

    /** The next entry of the list; empty behind the last one. */
    public Optional<Entry> next() throws IOException {
        if (at >= listEnd) {
            return Optional.empty();
        }
        ByteBuffer fixed = listed(LISTED_LENGTH);
        if (fixed.getInt(0) != LISTED) {
            throw damaged("its list of entries is broken");
        }
        int nameLength = unsigned(fixed, 28);
        int extraLength = unsigned(fixed, 30);
        String name = UTF_8.decode(listed(nameLength)).toString();
        ByteBuffer extra = listed(extraLength);
        at += unsigned(fixed, 32);
        Sizes sizes = Sizes.of(fixed, extra);
        int method = unsigned(fixed, 10);
        boolean isEncrypted = (unsigned(fixed, 8) & 1) != 0;
        boolean isUnix = fixed.get(5) == UNIX;
        return Optional.of(
                new Entry(
                        name,
                        name.endsWith("/") || name.endsWith("\\"),
                        isUnix ? unsigned(fixed, 40) : 0,
                        !isEncrypted && (method == STORED || method == DEFLATED),
                        method == DEFLATED,
                        sizes.packed(),
                        sizes.unpacked(),
                        sizes.offset()));
    }

    private ByteBuffer listed(int length) throws IOException {
        if (length > listEnd - at) {
            throw damaged("its list of entries is broken");
        }
        ByteBuffer bytes = read(file, at, length);
        at += length;
        return bytes;
    }

    private record Sizes(long unpacked, long packed, long offset) {
        /** What does not fit stands, in this order, in a field of its own. */
        static Sizes of(ByteBuffer fixed, ByteBuffer extra) throws IOException {
            ByteBuffer more = extra64(extra);
            long unpacked = size(fixed.getInt(24), more);
            long packed = size(fixed.getInt(20), more);
            return new Sizes(unpacked, packed, size(fixed.getInt(42), more));
        }

        private static long size(int told, ByteBuffer more) throws IOException {
            if (told != SEE_EXTRA) {
                return Integer.toUnsignedLong(told);
            }
            if (more.remaining() < Long.BYTES) {
                throw damaged("its list of entries lacks a size");
            }
            return more.getLong();
        }

        private static ByteBuffer extra64(ByteBuffer extra) {
            int at = 0;
            while (at + 4 <= extra.limit()) {
                int length = unsigned(extra, at + 2);
                if (unsigned(extra, at) == EXTRA_64 && at + 4 + length <= extra.limit()) {
                    return extra.slice(at + 4, length).order(ByteOrder.LITTLE_ENDIAN);
                }
                at += 4 + length;
            }
            return ByteBuffer.allocate(0);
        }
    }

    /** The unpacked bytes of one entry; to be read before the next one's are asked for. */
    public InputStream content(Entry entry) throws IOException {
        ByteBuffer local = read(file, entry.offset(), LOCAL_LENGTH);
        if (local.getInt(0) != LOCAL) {
            throw damaged("an entry is not where the list says");
        }
        long start = entry.offset() + LOCAL_LENGTH + unsigned(local, 26) + unsigned(local, 28);
        InputStream packed = new Slice(file, start, entry.packedBytes());
        if (!entry.isDeflated()) {
            return packed;
        }
        inflater.reset();
        return new InflaterInputStream(packed, inflater, BUFFER_BYTES);
    }

    /** A part of the file. */
    private static final class Slice extends InputStream {
        private final FileChannel file;
        private long at;
        private long left;

        Slice(FileChannel file, long at, long left) {
            this.file = file;
            this.at = at;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = file.read(ByteBuffer.wrap(into, offset, (int) Math.min(length, left)), at);
            if (count < 0) {
                throw new EOFException("the archive is damaged: an entry's bytes are missing");
            }
            at += count;
            left -= count;
            return count;
        }
    }

    private static ByteBuffer read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (at < 0 || file.read(bytes, at + bytes.position()) < 0) {
                throw damaged("some of it is missing");
            }
        }
        return bytes.flip();
    }

    private static int unsigned(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at));
    }

    private static IOException damaged(String how) {
        return new IOException("the archive is damaged: " + how);
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        file.close();
    }
}
