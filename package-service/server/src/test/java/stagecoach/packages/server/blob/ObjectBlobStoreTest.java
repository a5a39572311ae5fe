package stagecoach.packages.server.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.IngestLimits;
import stagecoach.packages.server.ingest.Ingestion;
import stagecoach.packages.server.ingest.PackageIngest;
import stagecoach.packages.server.nuget.FlatContainer;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** An object storage fits behind the interface, and a server works on it. */
class ObjectBlobStoreTest extends BlobStoreContract {
    private static final Instant NOW = Instant.parse("2026-11-30T06:00:00Z");

    @TempDir Path folder;
    private final ObjectsInMemory objects = new ObjectsInMemory();
    private final ObjectBlobStore store = new ObjectBlobStore(objects);

    @Override
    protected BlobStore store() {
        return store;
    }

    @Override
    protected List<String> held() {
        return objects.held();
    }

    @Override
    protected void damage(Sha512 digest, byte[] content) throws IOException {
        String upload = objects.begin(ObjectBlobStore.key(digest));
        objects.part(upload, content);
        objects.complete(upload);
    }

    @Test
    void who_reads_what_is_replaced_meanwhile_fails_and_gets_no_mixture() throws IOException {
        store.put(DIGEST, stream(CONTENT));
        try (var reading = store.open(DIGEST).orElseThrow()) {
            assertThat(reading.read(ByteBuffer.allocate(5))).isEqualTo(5);
            damage(DIGEST, new byte[CONTENT.length]);

            assertThatThrownBy(() -> reading.read(ByteBuffer.allocate(5)))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("412");
        }
    }

    @Test
    void packages_are_taken_in_and_given_away_again() throws IOException {
        byte[] archive = Archive.of("Shop.Web", "1.0");
        try (var index = FolderIndex.open(folder, store::hasUnchecked)) {
            var ingest = new PackageIngest(store, index, IngestLimits.defaults());

            assertThat(ingest.upload(stream(archive), NOW)).isInstanceOf(Ingestion.Added.class);
            assertThat(ingest.upload(stream(archive), NOW)).isInstanceOf(Ingestion.Repeated.class);

            var container = new FlatContainer(store, index, ArchiveLimits.defaults());
            var id = new PackageId("Shop.Web");
            var version = new PackageVersion("1.0");
            var pin = container.nupkg(id, version).orElseThrow().pin();
            assertThat(store.read(pin.sha512(), 0, pin.size()).orElseThrow())
                    .hasBinaryContent(archive);
            assertThat(container.nuspec(id, version).orElseThrow())
                    .asString(UTF_8)
                    .isEqualTo(Archive.nuspec("Shop.Web", "1.0"));
            assertThat(held()).containsExactly(ObjectBlobStore.key(pin.sha512()));
        }
    }

    @Test
    void a_package_that_is_refused_leaves_no_object_and_no_upload() throws IOException {
        try (var index = FolderIndex.open(folder, store::hasUnchecked)) {
            var ingest = new PackageIngest(store, index, IngestLimits.defaults());

            assertThat(ingest.upload(stream(CONTENT), NOW)).isInstanceOf(Ingestion.Refused.class);
            assertThat(ingest.upload(stream(new byte[0]), NOW))
                    .isInstanceOf(Ingestion.Refused.class);
        }
        assertThat(held()).isEmpty();
    }
}
