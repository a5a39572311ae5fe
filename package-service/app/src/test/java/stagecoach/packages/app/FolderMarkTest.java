package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.configuration.ConfigurationDocument.CachesKept;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.copies.CopySweep;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;

/** A folder is known again, whatever is mounted in its place. */
@PackageServiceTest
class FolderMarkTest {
    private static final CacheId SHARE = new CacheId("marked-1");
    private static final String MARK = "stagecoach-cache.txt";
    private static final CachesKept ALL = new CachesKept(Optional.empty(), Optional.empty());

    @Inject CopySweep sweep;
    @Inject CacheCatalog caches;
    @Inject UnitOfWork unitOfWork;

    private final Deployment deployment = new Deployment();
    private Path folder = Path.of("unset");
    private Path share = Path.of("unset");
    private int run = 1;

    @BeforeEach
    void prepare() throws Exception {
        folder = Files.createTempDirectory("marked-");
        share = Files.createDirectory(folder.resolve("share"));
        Configured.region("marked", true, 1);
        Configured.region("marked-too", true, 1);
        put(SHARE, "marked", share);
    }

    @AfterEach
    void end() throws Exception {
        deployment.close();
        PathUtils.deleteDirectory(folder);
    }

    private static void put(CacheId cache, String region, Path root) throws Exception {
        var made =
                Http.put(
                        "/api/v1/caches/" + cache,
                        "{\"kind\":\"FOLDER\",\"region\":\"%s\",\"url\":\"file://%s\"}"
                                .formatted(region, root));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
    }

    private static Nupkg pushed() throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", 10_000);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        return nupkg;
    }

    private Nupkg written() throws Exception {
        Nupkg nupkg = pushed();
        assertThat(filled(nupkg)).isEqualTo(nupkg.bytes().length);
        return nupkg;
    }

    /** How many bytes had to be written. */
    private long filled(Nupkg nupkg) {
        started(nupkg, "marked");
        long bytes = deployment.event(run, PackageReplicated.class).bytes();
        deployment.acquireAll(run, 1, new ServedBy(ServedBy.Kind.CACHE, Optional.of(SHARE)));
        deployment.ended(run);
        return bytes;
    }

    /** Why it could not be. */
    private String refused(Nupkg nupkg, String region) {
        started(nupkg, region);
        String reason = deployment.event(run, ReplicationFailed.class).reason();
        deployment.acquireAll(run, 1, new ServedBy(ServedBy.Kind.SERVER, Optional.empty()));
        deployment.ended(run);
        return reason;
    }

    private void started(Nupkg nupkg, String region) {
        run++;
        deployment.start(
                run, false, Deployment.nearest(nupkg.pin(), Deployment.target("m-1", region)));
    }

    private void sweepIt() throws Exception {
        OnVirtualThread.call(
                () -> {
                    CacheRow row = unitOfWork.run(tx -> caches.find(tx, SHARE)).orElseThrow();
                    sweep.sweep(row, ALL, Instant.now());
                    return true;
                });
    }

    private int rows(String sql, Object... values) throws Exception {
        return OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.rows(sql, values).size()));
    }

    private boolean isKnown(Nupkg nupkg) throws Exception {
        return rows(
                        "SELECT 1, 0 FROM replicated WHERE cache = 'marked-1' AND sha512 = ?1",
                        nupkg.sha512().value())
                == 1;
    }

    private Path blob(Nupkg nupkg) {
        return share.resolve("blobs").resolve(nupkg.sha512().value());
    }

    private static List<String> names(Path root) throws IOException {
        try (var files = Files.list(root)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void a_mount_point_without_its_share_is_left_alone_and_the_share_is_still_known()
            throws Exception {
        Nupkg nupkg = written();
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE replicated SET used_at = now() - interval '1 day' WHERE cache = 'marked-1'")));
        Path mounted = Files.move(share, folder.resolve("mounted"));
        Files.createDirectory(share);

        String reason = refused(pushed(), "marked");
        sweepIt();

        assertThat(reason)
                .contains(
                        "the folder " + share,
                        "is its file system mounted?",
                        "make an empty file " + MARK);
        assertThat(share).isEmptyDirectory();
        assertThat(isKnown(nupkg)).isTrue();
        Files.delete(share);
        Files.move(mounted, share);
        assertThat(filled(nupkg)).isZero();
    }

    @Test
    void what_was_emptied_on_purpose_is_written_anew_when_somebody_says_so() throws Exception {
        Nupkg nupkg = written();
        PathUtils.cleanDirectory(share);
        assertThat(refused(nupkg, "marked")).contains("If it was emptied on purpose");

        Files.createFile(share.resolve(MARK));

        assertThat(filled(nupkg)).isEqualTo(nupkg.bytes().length);
        assertThat(Files.readString(share.resolve(MARK))).contains(" marked-1\n");
    }

    @Test
    void a_folder_that_an_older_server_has_filled_is_marked_by_what_lies_in_it() throws Exception {
        Nupkg nupkg = written();
        Files.delete(share.resolve(MARK));
        OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.execute("DELETE FROM folder_mark")));

        sweepIt();

        assertThat(share.resolve(MARK)).exists();
        assertThat(filled(nupkg)).isZero();
    }

    @Test
    void a_folder_of_another_stagecoach_is_refused_and_nothing_is_written_to_it() throws Exception {
        Files.writeString(
                share.resolve(MARK), "stagecoach-cache %s theirs\n".formatted(UUID.randomUUID()));

        String reason = refused(pushed(), "marked");

        assertThat(reason)
                .contains(
                        "the folder %s belongs to the cache \"theirs\" of another Stagecoach"
                                .formatted(share),
                        "remove " + share.resolve(MARK));
        assertThat(names(share)).containsExactly(MARK);
    }

    @Test
    void a_second_cache_that_reaches_the_folder_by_another_path_is_refused() throws Exception {
        written();
        var second = new CacheId("marked-2");
        Path other = Files.createSymbolicLink(folder.resolve("other"), share);
        put(second, "marked-too", other);

        String reason = refused(pushed(), "marked-too");

        assertThat(reason)
                .contains(
                        "the folder %s belongs to the cache \"marked-1\", whose pushUrl is file://%s"
                                .formatted(other, share));
        assertThat(
                        Http.send(
                                        Http.request("/api/v1/caches/marked-2", TestKeys.CONFIGURE)
                                                .DELETE())
                                .statusCode())
                .isEqualTo(204);
    }

    @Test
    void a_folder_that_was_mounted_elsewhere_is_known_again_there() throws Exception {
        Nupkg nupkg = written();
        String mark = Files.readString(share.resolve(MARK));
        share = Files.move(share, folder.resolve("new-place"));
        put(SHARE, "marked", share);

        assertThat(filled(nupkg)).isZero();

        assertThat(share.resolve(MARK)).hasContent(mark);
        assertThat(blob(nupkg)).hasBinaryContent(nupkg.bytes());
    }
}
