package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.IngestLimits;
import stagecoach.packages.server.ingest.Ingestion;
import stagecoach.packages.server.ingest.PackageIngest;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

class FlatContainerTest {

    private static final PackageId ID = new PackageId("Shop.Web");
    private static final PackageVersion VERSION = new PackageVersion("1.0.0-Beta");

    @TempDir Path root;
    private FolderBlobStore blobs;
    private FolderIndex index;
    private PackageIngest ingest;
    private FlatContainer container;

    @BeforeEach
    void open() throws IOException {
        blobs = FolderBlobStore.open(root.resolve("store"));
        index = FolderIndex.open(root.resolve("index"), blobs::has);
        ingest = new PackageIngest(blobs, index, IngestLimits.defaults());
        container = new FlatContainer(blobs, index, ArchiveLimits.defaults());
    }

    @AfterEach
    void close() throws IOException {
        index.close();
        blobs.close();
    }

    @Test
    void versions_are_told_in_lower_case_and_order_without_metadata() throws IOException {
        push("Shop.Web", "1.10");
        push("Shop.Web", "1.2.0+build.7");
        push("Shop.Web", "1.2-RC.1");

        assertThat(container.versions(new PackageId("shop.web")).orElseThrow())
                .asString(UTF_8)
                .isEqualTo("{\"versions\":[\"1.2.0-rc.1\",\"1.2.0\",\"1.10.0\"]}");
        assertThat(container.versions(new PackageId("shop.api"))).isEmpty();
    }

    @Test
    void a_package_and_its_nuspec_are_found_by_id_and_version() throws IOException {
        push("Shop.Web", "1.0-Beta");

        var entry = container.nupkg(ID, VERSION).orElseThrow();
        assertThat(blobs.size(entry.pin().sha512())).hasValue(entry.pin().size());
        assertThat(container.nuspec(ID, VERSION).orElseThrow())
                .asString(UTF_8)
                .isEqualTo(Archive.nuspec("Shop.Web", "1.0-Beta"));
        assertThat(container.nupkg(ID, new PackageVersion("2.0"))).isEmpty();
        assertThat(container.nuspec(ID, new PackageVersion("2.0"))).isEmpty();
    }

    @Test
    void a_nuspec_whose_package_rotted_is_a_failure_and_not_an_answer() throws IOException {
        push("Shop.Web", "1.0-Beta");
        Files.writeString(
                blobs.file(container.nupkg(ID, VERSION).orElseThrow().pin().sha512()), "rotten");

        assertThatThrownBy(() -> container.nuspec(ID, VERSION)).isInstanceOf(IOException.class);
    }

    @Test
    void paths_are_understood_as_clients_write_them_and_in_any_other_spelling() {
        assertThat(FlatPath.parse("shop.web/index.json")).hasValue(new FlatPath.Versions(ID));
        assertThat(FlatPath.parse(FlatPath.of(ID, VERSION)))
                .hasValue(new FlatPath.Nupkg(ID, VERSION));
        assertThat(FlatPath.of(ID, VERSION))
                .isEqualTo("shop.web/1.0.0-beta/shop.web.1.0.0-beta.nupkg");
        assertThat(FlatPath.parse("shop.web/1.0.0-beta/shop.web.nuspec"))
                .hasValue(new FlatPath.Nuspec(ID, VERSION));
        assertThat(FlatPath.parse("Shop.Web/1.0-BETA/Shop.Web.1.0-Beta.nupkg"))
                .hasValue(new FlatPath.Nupkg(ID, VERSION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "index.json",
                "shop.web",
                "shop.web/",
                "shop.web/index.html",
                "/shop.web/index.json",
                "shop.web/index.json/",
                "../index.json",
                "shop web/index.json",
                "shop.web/1.0.0",
                "shop.web/1.0.0/",
                "shop.web/1.0.0/other.1.0.0.nupkg",
                "shop.web/1.0.0/shop.web.1.0.1.nupkg",
                "shop.web/1.0.0/shop.web.1.0.0.nupkg.sha512",
                "shop.web/one/shop.web.one.nupkg",
                "shop.web/1.0.0/../shop.web.1.0.0.nupkg",
                "shop.web/1.0.0/other.nuspec",
            })
    void there_is_nothing_at_any_other_path(String path) {
        assertThat(FlatPath.parse(path)).isEmpty();
    }

    private void push(String id, String version) throws IOException {
        assertThat(
                        ingest.upload(
                                new ByteArrayInputStream(Archive.of(id, version)),
                                Instant.parse("2026-11-23T06:00:00Z")))
                .isInstanceOf(Ingestion.Added.class);
    }
}
