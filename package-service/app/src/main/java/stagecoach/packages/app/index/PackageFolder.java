package stagecoach.packages.app.index;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.IngestLimits;
import stagecoach.packages.server.ingest.Inspections;
import stagecoach.packages.server.ingest.PackageIngest;
import stagecoach.packages.server.nuget.FlatContainer;
import stagecoach.packages.server.nuget.Registrations;
import stagecoach.packages.server.nuget.Searches;
import stagecoach.packages.server.odata.ODataFeed;

/** Opens the folder of packages that the environment names, and what works on it. */
@Singleton
class PackageFolder {
    private final Inspections inspecting = new Inspections();

    @Produces
    @Singleton
    FolderBlobStore blobs(@ConfigProperty(name = "STAGECOACH_PACKAGE_DIR") Optional<String> folder)
            throws IOException {
        return FolderBlobStore.open(
                Path.of(
                        folder.orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "Set STAGECOACH_PACKAGE_DIR, the folder that packages are kept in."))));
    }

    void close(@Disposes FolderBlobStore blobs) throws IOException {
        blobs.close();
    }

    @Produces
    @Singleton
    PackageIngest ingest(BlobStore blobs, PostgresIndex index) {
        return new PackageIngest(blobs, index, IngestLimits.defaults(), inspecting);
    }

    @PreDestroy
    void stop() {
        inspecting.close();
    }

    @Produces
    @Singleton
    FlatContainer flatContainer(BlobStore blobs, PostgresIndex index) {
        return new FlatContainer(blobs, index, ArchiveLimits.defaults());
    }

    @Produces
    @Singleton
    Registrations registrations(PostgresIndex index) {
        return new Registrations(index);
    }

    @Produces
    @Singleton
    ODataFeed odata(PostgresIndex index) {
        return new ODataFeed(index);
    }

    @Produces
    @Singleton
    Searches searches(PostgresIndex index) {
        return new Searches(index);
    }
}
