package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packs files into a NuGet package. */
public final class Nupkg {
    private Nupkg() {}

    /**
     * Writes {@code folder/<id>.<version>.nupkg}.
     *
     * @param files name in the package to the file whose bytes it gets; they are stored as they are
     * @return the package file
     */
    public static Path pack(Path folder, String id, String version, Map<String, Path> files)
            throws IOException {
        Path nupkg = folder.resolve("%s.%s.nupkg".formatted(id, version));
        Files.createDirectories(folder);
        try (OutputStream out = Files.newOutputStream(nupkg);
                var zip = new ZipOutputStream(out)) {
            // Jars and the like are compressed already.
            zip.setLevel(Deflater.NO_COMPRESSION);
            zip.putNextEntry(new ZipEntry(id + ".nuspec"));
            zip.write(nuspec(id, version).getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                Files.copy(file.getValue(), zip);
                zip.closeEntry();
            }
        }
        return nupkg;
    }

    private static String nuspec(String id, String version) {
        return """
                <?xml version="1.0" encoding="utf-8"?>
                <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
                  <metadata>
                    <id>%s</id>
                    <version>%s</version>
                    <authors>Stagecoach demo</authors>
                    <description>Made by the demo.</description>
                  </metadata>
                </package>
                """
                .formatted(id, version);
    }
}
