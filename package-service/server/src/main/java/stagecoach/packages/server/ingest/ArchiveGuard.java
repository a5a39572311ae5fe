package stagecoach.packages.server.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static stagecoach.packages.server.ingest.Refusal.Code.ARCHIVE_DAMAGED;
import static stagecoach.packages.server.ingest.Refusal.Code.COMPRESSION_BOMB;
import static stagecoach.packages.server.ingest.Refusal.Code.CONTENT_TOO_LARGE;
import static stagecoach.packages.server.ingest.Refusal.Code.ENCRYPTED;
import static stagecoach.packages.server.ingest.Refusal.Code.NO_NUSPEC;
import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_INVALID;
import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_NOT_AT_ROOT;
import static stagecoach.packages.server.ingest.Refusal.Code.SEVERAL_NUSPECS;
import static stagecoach.packages.server.ingest.Refusal.Code.SPECIAL_FILE;
import static stagecoach.packages.server.ingest.Refusal.Code.UNSUPPORTED_COMPRESSION;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Reads a package's archive as if its sender meant harm. What it passes can be extracted by any zip
 * reader, into one folder, within the limits; it extracts nothing itself.
 */
public final class ArchiveGuard {

    private static final String NUSPEC = ".nuspec";
    private static final int NUSPEC_BYTES_MAX = 1 << 20;
    private static final int LOCAL_HEADER_LENGTH = 30;

    private final ArchiveLimits limits;

    public ArchiveGuard(ArchiveLimits limits) {
        this.limits = limits;
    }

    private interface Reading<T> {
        T read(ZipFile zip, List<ZipArchiveEntry> entries)
                throws IOException, PackageRefusedException;
    }

    /**
     * Reads all of a package, to its last byte, and returns its nuspec. Closes the channel.
     *
     * @throws PackageRefusedException if anything about it is wrong
     * @throws IOException if the storage fails
     */
    public Nuspec inspect(SeekableByteChannel archive) throws IOException, PackageRefusedException {
        return reading(
                archive,
                (zip, entries) -> {
                    checkContent(zip, entries, archive.size());
                    ZipArchiveEntry nuspec = nuspec(entries);
                    checkManifest(zip, entries, name(nuspec));
                    return NuspecReader.read(bytes(zip, nuspec));
                });
    }

    /**
     * The nuspec's bytes; of the rest only the list of entries is read. Closes the channel.
     *
     * @throws PackageRefusedException if the archive is wrong, or there is not exactly one nuspec
     * @throws IOException if the storage fails
     */
    public byte[] nuspec(SeekableByteChannel archive) throws IOException, PackageRefusedException {
        return reading(archive, (zip, entries) -> bytes(zip, nuspec(entries)));
    }

    private <T> T reading(SeekableByteChannel archive, Reading<T> reading)
            throws IOException, PackageRefusedException {
        try (var channel = new WatchedChannel(archive)) {
            try {
                var end = EndOfArchive.read(channel, limits);
                try (var zip = open(channel)) {
                    // In the order of their bytes; duplicates among them.
                    var entries = Collections.list(zip.getEntriesInPhysicalOrder());
                    checkEntries(entries, channel, end);
                    return reading.read(zip, entries);
                }
            } catch (IOException | RuntimeException failed) {
                channel.rethrowFailure();
                // The library meets damage with exceptions of all kinds.
                throw new PackageRefusedException(
                        ARCHIVE_DAMAGED,
                        "The archive is damaged: it cannot be read to its end. Build it again.",
                        failed);
            }
        }
    }

    private static ZipFile open(WatchedChannel channel) throws IOException {
        return ZipFile.builder()
                .setSeekableByteChannel(channel)
                .setCharset(UTF_8)
                // A second name beside the first one is what other readers do not see.
                .setUseUnicodeExtraFields(false)
                .get();
    }

    private void checkEntries(
            List<ZipArchiveEntry> entries, WatchedChannel channel, EndOfArchive end)
            throws IOException, PackageRefusedException {
        var names = new EntryNames();
        var free = 0L;
        for (var entry : entries) {
            var name = name(entry);
            names.add(name);
            checkKind(entry, name);
            if (entry.getLocalHeaderOffset() < free || !hasSameLocalName(entry, channel)) {
                throw damaged(name, "its bytes lie where another entry's do, or are another's");
            }
            free = entry.getDataOffset() + entry.getCompressedSize();
            if (free > end.directoryStart()) {
                throw damaged(name, "some of its bytes are missing");
            }
        }
        if (entries.isEmpty() || entries.getFirst().getLocalHeaderOffset() != 0) {
            throw new PackageRefusedException(
                    ARCHIVE_DAMAGED, "The archive is damaged: its first entry is not listed.");
        }
    }

    private static void checkKind(ZipArchiveEntry entry, String name)
            throws PackageRefusedException {
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw new PackageRefusedException(
                    ENCRYPTED,
                    "The entry " + EntryNames.shown(name) + " is encrypted; send it in the clear.");
        }
        if (entry.getMethod() != ZipArchiveEntry.STORED
                && entry.getMethod() != ZipArchiveEntry.DEFLATED) {
            throw new PackageRefusedException(
                    UNSUPPORTED_COMPRESSION,
                    "The entry "
                            + EntryNames.shown(name)
                            + " is compressed by method "
                            + entry.getMethod()
                            + "; packages use 'deflate' or none.");
        }
        // Not only where the entry says that it comes from Unix: some readers do not ask.
        var type = (int) (entry.getExternalAttributes() >> 16) & UnixStat.FILE_TYPE_FLAG;
        // Maven's archivers used to mark some folders with all bits, which is no kind of file.
        var isFolderOfMaven = name.endsWith("/") && type == UnixStat.FILE_TYPE_FLAG;
        if (type != 0
                && type != UnixStat.FILE_FLAG
                && type != UnixStat.DIR_FLAG
                && !isFolderOfMaven) {
            throw new PackageRefusedException(
                    SPECIAL_FILE,
                    "The entry "
                            + EntryNames.shown(name)
                            + " is a link or another special file; a package holds files and"
                            + " folders only.");
        }
    }

    /** Readers that stream believe the name before an entry's bytes, not the one in the list. */
    private static boolean hasSameLocalName(ZipArchiveEntry entry, WatchedChannel channel)
            throws IOException {
        var listed = entry.getRawName();
        var header =
                channel.readAt(entry.getLocalHeaderOffset(), LOCAL_HEADER_LENGTH + listed.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        return header.limit() == LOCAL_HEADER_LENGTH + listed.length
                && Short.toUnsignedInt(header.getShort(26)) == listed.length
                && header.slice(LOCAL_HEADER_LENGTH, listed.length).equals(ByteBuffer.wrap(listed));
    }

    /** Unpacks everything into nowhere: sizes and checksums are believed only when seen. */
    private void checkContent(ZipFile zip, List<ZipArchiveEntry> entries, long archiveBytes)
            throws IOException, PackageRefusedException {
        var total = 0L;
        for (var entry : entries) {
            if (entry.getSize() > limits.entryBytesMax()) {
                throw tooLarge(name(entry));
            }
            total += checkEntry(zip, entry, total, archiveBytes);
        }
    }

    private long checkEntry(ZipFile zip, ZipArchiveEntry entry, long before, long archiveBytes)
            throws IOException, PackageRefusedException {
        var checksum = new CRC32();
        var buffer = new byte[1 << 16];
        var size = 0L;
        try (var content = zip.getInputStream(entry)) {
            for (var read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                checksum.update(buffer, 0, read);
                size += read;
                if (limits.isBomb(before + size, archiveBytes)) {
                    throw new PackageRefusedException(
                            COMPRESSION_BOMB,
                            "The archive unpacks to more than "
                                    + limits.ratioMax()
                                    + " times its own size; it is taken for an attack.");
                }
                if (size > limits.entryBytesMax() || before + size > limits.contentBytesMax()) {
                    throw tooLarge(name(entry));
                }
            }
        }
        if (size != entry.getSize() || checksum.getValue() != entry.getCrc()) {
            throw damaged(name(entry), "its length or checksum is another than listed");
        }
        return size;
    }

    /**
     * The only one at the root. What it is called says nothing: clients take any name, nuget.org
     * has packages whose file is called otherwise than their id, and the id is what is within.
     */
    private static ZipArchiveEntry nuspec(List<ZipArchiveEntry> entries)
            throws PackageRefusedException {
        var all =
                entries.stream()
                        .filter(entry -> name(entry).toLowerCase(Locale.ROOT).endsWith(NUSPEC))
                        .toList();
        var atRoot = new ArrayList<>(all);
        atRoot.removeIf(entry -> name(entry).indexOf('/') >= 0);
        if (all.isEmpty()) {
            throw new PackageRefusedException(
                    NO_NUSPEC, "The archive has no .nuspec file, so it is no NuGet package.");
        }
        if (atRoot.isEmpty()) {
            throw new PackageRefusedException(
                    NUSPEC_NOT_AT_ROOT,
                    "The only .nuspec is "
                            + EntryNames.shown(name(all.getFirst()))
                            + "; put it at the root of the archive.");
        }
        if (atRoot.size() > 1) {
            throw new PackageRefusedException(
                    SEVERAL_NUSPECS,
                    "The archive has several .nuspec files at its root, "
                            + EntryNames.shown(name(atRoot.get(0)))
                            + " and "
                            + EntryNames.shown(name(atRoot.get(1)))
                            + "; keep one.");
        }
        return atRoot.getFirst();
    }

    /** One package for old clients and another one for new ones nobody needs. */
    private static void checkManifest(ZipFile zip, List<ZipArchiveEntry> entries, String nuspec)
            throws IOException, PackageRefusedException {
        for (var entry : entries) {
            if (EntryNames.leads(NuspecReader.RELATIONS, name(entry))) {
                for (var manifest : NuspecReader.manifests(bytes(zip, entry))) {
                    if (!EntryNames.leads(manifest, nuspec)) {
                        throw new PackageRefusedException(
                                SEVERAL_NUSPECS,
                                "The archive's "
                                        + NuspecReader.RELATIONS
                                        + " says that its manifest is "
                                        + EntryNames.shown(manifest)
                                        + ", and its .nuspec is "
                                        + EntryNames.shown(nuspec)
                                        + "; old clients would read another one than new ones."
                                        + " Pack it again.");
                    }
                }
            }
        }
    }

    private static byte[] bytes(ZipFile zip, ZipArchiveEntry entry)
            throws IOException, PackageRefusedException {
        try (var content = zip.getInputStream(entry)) {
            var bytes = content.readNBytes(NUSPEC_BYTES_MAX + 1);
            if (bytes.length > NUSPEC_BYTES_MAX) {
                throw new PackageRefusedException(
                        NUSPEC_INVALID,
                        "The entry "
                                + EntryNames.shown(name(entry))
                                + " is longer than "
                                + NUSPEC_BYTES_MAX
                                + " bytes.");
            }
            return bytes;
        }
    }

    /** As it stands in the file: the library turns some backslashes into slashes. */
    private static String name(ZipArchiveEntry entry) {
        return new String(entry.getRawName(), UTF_8);
    }

    private PackageRefusedException tooLarge(String name) {
        return new PackageRefusedException(
                CONTENT_TOO_LARGE,
                "Unpacked, the package is too large at the entry "
                        + EntryNames.shown(name)
                        + ": allowed are "
                        + limits.entryBytesMax()
                        + " bytes an entry and "
                        + limits.contentBytesMax()
                        + " in all.");
    }

    private static PackageRefusedException damaged(String name, String how) {
        return new PackageRefusedException(
                ARCHIVE_DAMAGED,
                "The archive is damaged at the entry " + EntryNames.shown(name) + ": " + how + ".");
    }
}
