package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
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
import stagecoach.packages.app.mount.CacheFolders;
import stagecoach.packages.app.mount.SharedFolder;
import stagecoach.packages.server.blob.SmallDisk;
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
    @Inject CacheFolders folders;
    @Inject UnitOfWork unitOfWork;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

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

    private static void remove(CacheId cache) throws Exception {
        var gone = Http.send(Http.request("/api/v1/caches/" + cache, TestKeys.CONFIGURE).DELETE());
        assertThat(gone.statusCode()).as(gone.body()).isEqualTo(204);
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

    private static final String FORGET = "DELETE FROM replicated WHERE cache = 'marked-1'";

    private void execute(String sql, Object... values) throws Exception {
        OnVirtualThread.call(() -> unitOfWork.run(tx -> tx.execute(sql, values)));
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
        execute(
                "UPDATE replicated SET used_at = now() - interval '1 day' WHERE cache = 'marked-1'");
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
        asOfAnOlderServer();

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
        remove(second);
    }

    @Test
    void a_folder_whose_last_cache_is_removed_is_not_missed_there_and_known_elsewhere()
            throws Exception {
        Nupkg nupkg = written();
        var second = new CacheId("marked-3");
        put(second, "marked-too", share);
        remove(second);
        Path other = Files.move(share, folder.resolve("other"));
        Files.createDirectory(share);
        assertThat(refused(pushed(), "marked")).contains("its file system mounted?");

        remove(SHARE);
        put(SHARE, "marked", share);
        written();

        put(SHARE, "marked", other);
        assertThat(filled(nupkg)).isZero();
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

    private void asOfAnOlderServer() throws Exception {
        Files.delete(share.resolve(MARK));
        execute("DELETE FROM folder_mark WHERE push_url = ?1", "file://" + share);
    }

    @Test
    void a_marked_folder_is_missed_even_if_nothing_is_known_to_lie_in_it() throws Exception {
        Nupkg nupkg = written();
        execute(FORGET);
        Path mounted = Files.move(share, folder.resolve("mounted"));
        Files.createDirectory(share);

        String reason = refused(pushed(), "marked");
        sweepIt();

        assertThat(reason)
                .contains(
                        "the folder %s has lost its mark: is its file system mounted?"
                                .formatted(share),
                        "make an empty file " + MARK);
        assertThat(share).isEmptyDirectory();
        Files.delete(share);
        Files.move(mounted, share);
        assertThat(filled(nupkg)).isZero();
    }

    @Test
    void a_folder_with_any_mark_of_its_place_is_the_right_one_whatever_lies_in_it()
            throws Exception {
        Nupkg nupkg = written();
        execute(
                "INSERT INTO folder_mark (mark, push_url) VALUES (?1, ?2)",
                UUID.randomUUID().toString(),
                "file://" + share);
        Files.delete(blob(nupkg));

        assertThat(filled(nupkg)).isEqualTo(nupkg.bytes().length);
    }

    @Test
    void a_mark_that_was_given_and_never_written_is_not_missed() throws Exception {
        execute(
                "INSERT INTO folder_mark (mark, push_url) VALUES (?1, ?2)",
                UUID.randomUUID().toString(),
                "file://" + share);

        written();

        assertThat(share.resolve(MARK)).exists();
    }

    @Test
    void a_mark_that_an_older_server_has_written_is_missed_once_it_was_seen() throws Exception {
        Nupkg nupkg = written();
        execute("UPDATE folder_mark SET written_at = NULL WHERE push_url = ?1", "file://" + share);
        assertThat(filled(nupkg)).isZero();
        execute(FORGET);

        Files.delete(share.resolve(MARK));

        assertThat(refused(nupkg, "marked")).contains("has lost its mark");
    }

    @Test
    void everybody_may_read_the_mark() throws Exception {
        written();

        assertThat(Files.getPosixFilePermissions(share.resolve(MARK)))
                .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void an_older_folder_with_too_little_room_for_a_mark_goes_on_and_gets_it_later()
            throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 4)) {
            share = disk.root();
            put(SHARE, "marked", share);
            Nupkg nupkg = written();
            asOfAnOlderServer();
            disk.fill();

            assertThat(filled(nupkg)).isZero();
            assertThat(refused(pushed(), "marked")).contains("too little room at " + share);
            assertThat(names(share)).containsExactlyInAnyOrder("blobs", "incoming", "filler");

            disk.empty();
            assertThat(filled(nupkg)).isZero();
            assertThat(share.resolve(MARK)).exists();
            assertThat(rows("SELECT 1, 0 FROM folder_mark WHERE push_url = ?1", "file://" + share))
                    .isEqualTo(1);
        }
    }

    @Test
    void an_empty_folder_without_room_for_a_mark_is_said_to_have_too_little() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 4)) {
            share = disk.root();
            put(SHARE, "marked", share);
            disk.fill();

            assertThat(refused(pushed(), "marked"))
                    .contains("too little room at " + share, "nothing can go");
        }
    }

    @Test
    void of_many_that_write_to_a_new_folder_at_once_none_misses_a_mark() throws Exception {
        for (int round = 0; round < 20; round++) {
            var row = new CacheRow();
            row.id = SHARE.value();
            row.pushUrl = "file://" + Files.createDirectory(folder.resolve("new-" + round));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var begun =
                        IntStream.range(0, 8)
                                .mapToObj(_ -> threads.submit(() -> folders.owned(row, PATIENCE)))
                                .toList();
                for (Future<SharedFolder> each : begun) {
                    assertThat(each.get()).isNotNull();
                }
            }
        }
    }
}
