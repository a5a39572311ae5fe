package stagecoach.packages.app.artifact;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.folder.FolderBlobStore;

/** Opens the folder of collected files, {@code artifacts} in that of the packages. */
@Singleton
class ArtifactFolder {
    private final FolderBlobStore blobs;

    ArtifactFolder(@ConfigProperty(name = "STAGECOACH_PACKAGE_DIR") Optional<String> folder)
            throws IOException {
        this.blobs =
                FolderBlobStore.open(
                        Path.of(
                                        folder.orElseThrow(
                                                () ->
                                                        new IllegalStateException(
                                                                "Set STAGECOACH_PACKAGE_DIR, the folder that packages are kept in.")))
                                .resolve("artifacts"));
    }

    @PreDestroy
    void stop() throws IOException {
        blobs.close();
    }

    /** What lies in it. */
    PackageStore blobs() {
        return blobs;
    }
}
