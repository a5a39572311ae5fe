package stagecoach.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** A package as it ought to come to machines, with a file {@code noise.bin}. */
record Packed(PackagePin pin, Path file) {
    /** One in the version 1.0.0, of about so many bytes that no compression makes fewer. */
    static Packed of(Path folder, String id, int size) throws IOException {
        byte[] noise = new byte[size];
        new Random(id.hashCode()).nextBytes(noise);
        Path content = Files.write(folder.resolve(id + ".bin"), noise);
        Path file = Nupkg.pack(folder, id, "1.0.0", Map.of("noise.bin", content));
        byte[] bytes = Files.readAllBytes(file);
        return new Packed(
                new PackagePin(
                        new PackageId(id),
                        new PackageVersion("1.0.0"),
                        Sha512.hashOf(bytes),
                        bytes.length),
                file);
    }

    byte[] bytes() throws IOException {
        return Files.readAllBytes(file);
    }
}
