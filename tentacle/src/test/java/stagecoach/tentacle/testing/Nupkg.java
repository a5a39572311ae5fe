package stagecoach.tentacle.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import stagecoach.tentacle.home.Home;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** A package in the making, decent or not. */
public final class Nupkg {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipArchiveOutputStream zip;

    public Nupkg() {
        zip = new ZipArchiveOutputStream(bytes);
        zip.setLevel(Deflater.BEST_COMPRESSION);
        with("[Content_Types].xml", "<Types/>");
        with("_rels/.rels", "<Relationships/>");
        with("Shop.Web.nuspec", "<package/>");
        with("package/services/metadata/core-properties/1.psmdcp", "<coreProperties/>");
    }

    public Nupkg with(String name, String text) {
        return with(name, text.getBytes(StandardCharsets.UTF_8), 0);
    }

    public Nupkg with(String name, byte[] content, int unixMode) {
        try {
            ZipArchiveEntry entry = new ZipArchiveEntry(name);
            if (unixMode != 0) {
                entry.setUnixMode(unixMode);
            }
            zip.putArchiveEntry(entry);
            zip.write(content);
            zip.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] bytes() throws IOException {
        zip.close();
        return bytes.toByteArray();
    }

    /** Puts the package where the machine keeps what it holds. */
    public PackagePin heldIn(Home home) throws IOException {
        return held(home, bytes());
    }

    /** The same under another id. */
    public PackagePin heldIn(Home home, String id) throws IOException {
        PackagePin pin = heldIn(home);
        return new PackagePin(PackageId.parse(id), pin.version(), pin.sha512(), pin.size());
    }

    public static PackagePin held(Home home, byte[] content) throws IOException {
        PackagePin pin = pin(content);
        Path file = home.packages().resolve(pin.sha512().value());
        Files.write(file, content);
        return pin;
    }

    public static PackagePin pin(byte[] content) {
        return new PackagePin(
                PackageId.parse("Shop.Web"),
                PackageVersion.parse("1.0.0"),
                Sha512.hashOf(content),
                content.length);
    }
}
