package stagecoach.packages.server.ingest;

import static stagecoach.packages.server.ingest.Refusal.Code.ARCHIVE_DAMAGED;
import static stagecoach.packages.server.ingest.Refusal.Code.BYTES_AROUND_ARCHIVE;
import static stagecoach.packages.server.ingest.Refusal.Code.NOT_AN_ARCHIVE;
import static stagecoach.packages.server.ingest.Refusal.Code.TOO_MANY_ENTRIES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The records behind a zip archive's entries, read strictly: the list of entries must lie right
 * before them and they right before the end, so that every reader sees the same archive and none is
 * lured into reading more entries than are allowed.
 *
 * @param directoryStart where the list of entries begins
 */
record EndOfArchive(long directoryStart) {

    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int COMMENT_LENGTH_MAX = 0xffff;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCATOR_64_LENGTH = 20;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_LENGTH = 56;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_LENGTH = 46;
    private static final int LOCAL_ENTRY = 0x04034b50;

    /** What the end says: of the list of entries, its count, its length and where it begins. */
    private record Directory(long entries, long length, long start, long endsAt) {}

    static EndOfArchive read(WatchedChannel archive, ArchiveLimits limits)
            throws IOException, PackageRefusedException {
        var first = littleEndian(archive.readAt(0, 4));
        if (first.remaining() < 4 || first.getInt() != LOCAL_ENTRY) {
            throw new PackageRefusedException(
                    NOT_AN_ARCHIVE,
                    "This is no package: a .nupkg is a zip archive, and this does not begin like"
                            + " one.");
        }
        var directory = directory(archive);
        if (directory.start() < 0
                || directory.length() < 0
                || directory.start() + directory.length() != directory.endsAt()) {
            throw damaged("its list of entries is not where its end says");
        }
        if (directory.entries() < 0
                || directory.entries() > limits.entriesMax()
                || directory.length() > limits.directoryBytesMax()) {
            throw new PackageRefusedException(
                    TOO_MANY_ENTRIES,
                    "The archive has "
                            + Long.toUnsignedString(directory.entries())
                            + " entries in a list of "
                            + directory.length()
                            + " bytes; allowed are "
                            + limits.entriesMax()
                            + " in "
                            + limits.directoryBytesMax()
                            + ".");
        }
        if (count(archive, directory) != directory.entries()) {
            throw damaged("it has not as many entries as its end says");
        }
        return new EndOfArchive(directory.start());
    }

    private static Directory directory(WatchedChannel archive)
            throws IOException, PackageRefusedException {
        var size = archive.size();
        var tailStart = Math.max(0, size - END_LENGTH - COMMENT_LENGTH_MAX);
        var tail = littleEndian(archive.readAt(tailStart, (int) (size - tailStart)));
        var at = tail.limit() - END_LENGTH;
        while (at >= 0 && tail.getInt(at) != END) {
            at--;
        }
        if (at < 0) {
            throw new PackageRefusedException(
                    NOT_AN_ARCHIVE, "The archive has no end: it was cut off. Send the whole file.");
        }
        var comment = Short.toUnsignedInt(tail.getShort(at + 20));
        if (at + END_LENGTH + comment != tail.limit()) {
            throw new PackageRefusedException(
                    BYTES_AROUND_ARCHIVE,
                    "The archive's end is not the end of the file: there are bytes behind it, or"
                            + " some of it is missing.");
        }
        var entries = Short.toUnsignedLong(tail.getShort(at + 10));
        var length = Integer.toUnsignedLong(tail.getInt(at + 12));
        var start = Integer.toUnsignedLong(tail.getInt(at + 16));
        var disks = tail.getShort(at + 4) | tail.getShort(at + 6);
        if ((disks != 0 && disks != -1) || tail.getShort(at + 8) != tail.getShort(at + 10)) {
            throw damaged("it is one part of several");
        }
        var locatorAt = tailStart + at - LOCATOR_64_LENGTH;
        var locator = littleEndian(archive.readAt(Math.max(0, locatorAt), LOCATOR_64_LENGTH));
        if (locatorAt < 0 || locator.getInt(0) != LOCATOR_64) {
            return new Directory(entries, length, start, tailStart + at);
        }
        var directory = directory64(archive, locator.getLong(8), locatorAt);
        if (contradicts(entries, 0xffffL, directory.entries())
                || contradicts(length, 0xffffffffL, directory.length())
                || contradicts(start, 0xffffffffL, directory.start())) {
            throw damaged("its two ends contradict each other");
        }
        return directory;
    }

    private static Directory directory64(WatchedChannel archive, long at, long locatorAt)
            throws IOException, PackageRefusedException {
        if (at < 0 || at > locatorAt - END_64_LENGTH) {
            throw damaged("its long end is not where it ought to be");
        }
        var end = littleEndian(archive.readAt(at, END_64_LENGTH));
        // Its length is told without the first 12 bytes.
        if (end.getInt(0) != END_64 || end.getLong(4) != locatorAt - at - 12) {
            throw damaged("its long end is not where it ought to be");
        }
        return new Directory(end.getLong(32), end.getLong(40), end.getLong(48), at);
    }

    private static boolean contradicts(long value, long seeLongEnd, long value64) {
        return value != seeLongEnd && value != value64;
    }

    /** Counts without keeping anything: the count that the end tells may be a lie. */
    private static long count(WatchedChannel archive, Directory directory)
            throws IOException, PackageRefusedException {
        var list = littleEndian(archive.readAt(directory.start(), (int) directory.length()));
        var entries = 0L;
        var at = 0;
        while (at < list.limit()) {
            if (at > list.limit() - ENTRY_LENGTH || list.getInt(at) != ENTRY) {
                throw damaged("its list of entries is broken");
            }
            var name = unsigned(list, at + 28);
            var extra = unsigned(list, at + 30);
            var comment = unsigned(list, at + 32);
            at += ENTRY_LENGTH + name + extra + comment;
            entries++;
        }
        return entries;
    }

    private static int unsigned(ByteBuffer buffer, int at) {
        return Short.toUnsignedInt(buffer.getShort(at));
    }

    private static ByteBuffer littleEndian(ByteBuffer buffer) {
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static PackageRefusedException damaged(String how) {
        return new PackageRefusedException(ARCHIVE_DAMAGED, "The archive is damaged: " + how + ".");
    }
}
