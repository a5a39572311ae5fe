package stagecoach.packages.app.index;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.server.blob.FolderBlobStore;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.IngestLimits;
import stagecoach.packages.server.ingest.PackageIngest;
import stagecoach.packages.server.nuget.FlatContainer;
import stagecoach.packages.server.nuget.Registrations;
import stagecoach.packages.server.nuget.Searches;
import stagecoach.packages.server.odata.ODataFeed;

/** Opens the folder of packages that the environment names, and what works on it. */
@Singleton
class PackageFolder {
    // Threads of the system, as many as there are processors, and no more.
    private final ExecutorService inspecting =
            Executors.newFixedThreadPool(
                    Runtime.getRuntime().availableProcessors(),
                    Thread.ofPlatform().name("inspect-", 0).daemon().factory());

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
    PackageIngest ingest(FolderBlobStore blobs, PostgresIndex index) {
        return new PackageIngest(blobs, index, IngestLimits.defaults(), inspecting);
    }

    @PreDestroy
    void stop() {
        inspecting.shutdownNow();
    }

    @Produces
    @Singleton
    FlatContainer flatContainer(FolderBlobStore blobs, PostgresIndex index) {
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
