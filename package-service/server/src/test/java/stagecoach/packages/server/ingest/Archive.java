package stagecoach.packages.server.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Builds packages, also such as nobody ought to send. */
public final class Archive {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

    /** An archive without anything. */
    public static Archive empty() {
        return new Archive();
    }

    /** A whole package, ready to be sent. */
    public static byte[] of(String id, String version) {
        return withNuspec(nuspec(id, version)).file("content/readme.txt", "Hello").bytes();
    }

    /** An archive with that text as its nuspec. */
    public static Archive withNuspec(String nuspec) {
        return new Archive().file("Package.nuspec", nuspec);
    }

    /** An archive with a good nuspec. */
    public static Archive good() {
        return withNuspec(nuspec("Shop.Web", "1.0.0"));
    }

    public static String nuspec(String id, String version) {
        return """
        <?xml version="1.0" encoding="utf-8"?>
        <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
          <metadata>
            <id>%s</id>
            <version>%s</version>
            <authors>Shop</authors>
            <description>The shop's face</description>
          </metadata>
        </package>
        """
                .formatted(id, version);
    }

    Archive zip64() {
        zip.setUseZip64(Zip64Mode.Always);
        return this;
    }

    Archive comment(String comment) {
        zip.setComment(comment);
        return this;
    }

    public Archive file(String name, String text) {
        return file(name, text.getBytes(UTF_8));
    }

    public Archive file(String name, byte[] content) {
        return entry(new ZipArchiveEntry(name), content);
    }

    Archive stored(String name, String text) {
        var content = text.getBytes(UTF_8);
        var entry = new ZipArchiveEntry(name);
        entry.setSize(content.length);
        entry.setCrc(checksum(content));
        entry.setMethod(ZipArchiveEntry.STORED);
        return entry(entry, content);
    }

    Archive folder(String name) {
        return entry(new ZipArchiveEntry(name), new byte[0]);
    }

    Archive unix(String name, int mode, String text) {
        var entry = new ZipArchiveEntry(name);
        entry.setUnixMode(mode);
        return entry(entry, text.getBytes(UTF_8));
    }

    Archive level(int level) {
        zip.setLevel(level);
        return this;
    }

    private Archive entry(ZipArchiveEntry entry, byte[] content) {
        try {
            zip.putArchiveEntry(entry);
            zip.write(content);
            zip.closeArchiveEntry();
            return this;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    public byte[] bytes() {
        try {
            zip.finish();
            return bytes.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Archive bestCompressed() {
        return good().level(Deflater.BEST_COMPRESSION);
    }

    private static long checksum(byte[] content) {
        var checksum = new CRC32();
        checksum.update(content);
        return checksum.getValue();
    }
}
