package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.packages.app.transfer.Scrubber;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.CacheId;

@PackageServiceTest
class FolderCacheTest {
    private static final CacheId SHARE = new CacheId("share-1");
    private static final ServedBy BY_SHARE = new ServedBy(ServedBy.Kind.CACHE, Optional.of(SHARE));

    @Inject Patience patience;
    @Inject FolderBlobStore blobs;
    @Inject UnitOfWork unitOfWork;
    @Inject Scrubber scrubber;

    private final Deployment deployment = new Deployment();
    private Path share = Path.of("unset");
    private Packages.Nupkg nupkg;
    private PackageNeed needs;

    @BeforeEach
    void configure() throws Exception {
        share = Files.createTempDirectory("share-");
        Configured.region("isle", true, 1);
        var made =
                Http.put(
                        "/api/v1/caches/share-1",
                        """
                        {"kind":"FOLDER","region":"isle","url":"file:///mnt/isle","pushUrl":"%s"}
                        """
                                .formatted(share.toUri()));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        nupkg = Packages.of(Packages.freshId(), "1.0.0", 900_000);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        needs = Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "isle"));
    }

    @AfterEach
    void end() throws Exception {
        patience.usual();
        deployment.close();
        PathUtils.deleteDirectory(share);
    }

    private Path blob() {
        return share.resolve("blobs").resolve(nupkg.sha512().value());
    }

    private AcquirePackage told(int run) {
        return (AcquirePackage) deployment.commands(run, 1).getFirst();
    }

    private List<String> incoming() throws IOException {
        try (var files = Files.list(share.resolve("incoming"))) {
            return files.map(Path::toString).toList();
        }
    }

    @Test
    void a_package_is_written_once_and_tentacles_read_it_where_they_see_it() throws Exception {
        deployment.start(2, false, needs);
        List<Source> sources = told(2).sources();
        deployment.acquireAll(2, 1, BY_SHARE);
        deployment.ended(2);

        assertThat(sources)
                .containsExactly(new Source.Folder(SHARE, "file:///mnt/isle"), new Source.Server());
        assertThat(Files.readAllBytes(blob())).isEqualTo(nupkg.bytes());
        assertThat(incoming()).isEmpty();
        assertThat(deployment.event(2, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);

        deployment.start(3, false, needs);
        assertThat(deployment.event(3, PackageReplicated.class).bytes()).isZero();
    }

    @Test
    void what_is_damaged_at_the_server_is_got_back_from_the_folder() throws Exception {
        deployment.start(2, false, needs);
        deployment.acquireAll(2, 1, BY_SHARE);
        deployment.ended(2);
        byte[] flipped = nupkg.bytes().clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(blobs.file(nupkg.sha512()), flipped);

        ScrubRound.run(unitOfWork, scrubber);

        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
        assertThat(Http.get(nupkg.flatPath()).statusCode()).isEqualTo(200);
    }

    /** A pipe that nobody writes to keeps whoever opens it, as a file system does that is gone. */
    @Test
    void a_folder_that_does_not_answer_is_given_up_and_has_its_turn_again_when_it_does()
            throws Exception {
        deployment.start(2, false, needs);
        deployment.acquireAll(2, 1, BY_SHARE);
        deployment.ended(2);
        Files.write(blobs.file(nupkg.sha512()), new byte[nupkg.bytes().length]);
        Files.delete(blob());
        assertThat(new ProcessBuilder("mkfifo", blob().toString()).start().waitFor()).isZero();

        patience.silenceMax(Duration.ofSeconds(3));
        ScrubRound.run(unitOfWork, scrubber);

        assertThat(Http.get(nupkg.flatPath()).statusCode()).isEqualTo(404);
        // Whoever hangs there finds its end.
        Files.newOutputStream(blob(), StandardOpenOption.WRITE).close();
        Files.delete(blob());
        Files.write(blob(), nupkg.bytes());
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            ScrubRound.run(unitOfWork, scrubber);
                            return Http.get(nupkg.flatPath()).statusCode() == 200;
                        });
        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
    }

    @Test
    void wrong_bytes_that_a_tentacle_tells_of_are_written_anew() throws Exception {
        deployment.start(2, false, needs);
        AcquirePackage told = told(2);
        Files.write(blob(), new byte[nupkg.bytes().length]);
        deployment.report(
                told,
                new AcquisitionResult(
                        new ServedBy(ServedBy.Kind.SERVER, Optional.empty()),
                        nupkg.bytes().length,
                        0,
                        2,
                        List.of("cache share-1 gave bytes with the SHA-512 00…")));
        deployment.event(2, IntegrityBroken.class);
        deployment.ended(2);

        deployment.start(3, false, needs);
        assertThat(deployment.event(3, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(Files.readAllBytes(blob())).isEqualTo(nupkg.bytes());
    }

    private PackageNeed needsOfTwo() {
        return Deployment.nearest(
                nupkg.pin(),
                Deployment.target("web-1", "isle"),
                Deployment.target("web-2", "isle"));
    }

    /** Both read there; so many of them say that they got other bytes. */
    private void readByTwo(int run, int wrong) {
        deployment.start(run, false, needsOfTwo());
        int told = 0;
        for (var command : deployment.commands(run, 2)) {
            deployment.report(
                    (AcquirePackage) command,
                    told++ < wrong
                            ? new AcquisitionResult(
                                    new ServedBy(ServedBy.Kind.SERVER, Optional.empty()),
                                    nupkg.bytes().length,
                                    0,
                                    2,
                                    List.of("cache share-1 gave bytes with the SHA-512 00…"))
                            : new AcquisitionResult(
                                    BY_SHARE, nupkg.bytes().length, 0, 1, List.of()));
        }
        deployment.ended(run);
    }

    @Test
    void of_two_machines_one_alone_has_nothing_written_anew_that_is_right() throws Exception {
        readByTwo(2, 1);
        assertThat(known()).isTrue();
        Object before = Files.readAttributes(blob(), BasicFileAttributes.class).fileKey();

        readByTwo(3, 1);

        assertThat(deployment.event(3, PackageReplicated.class).bytes()).isZero();
        assertThat(Files.readAttributes(blob(), BasicFileAttributes.class).fileKey())
                .isEqualTo(before);
    }

    @Test
    void what_one_of_two_machines_tells_of_is_looked_at_and_written_anew_if_it_is_wrong()
            throws Exception {
        readByTwo(2, 1);
        Files.write(blob(), new byte[nupkg.bytes().length]);

        deployment.start(3, false, needsOfTwo());

        assertThat(deployment.event(3, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(Files.readAllBytes(blob())).isEqualTo(nupkg.bytes());
    }

    @Test
    void what_two_machines_tell_of_is_written_anew_whatever_the_server_sees() throws Exception {
        readByTwo(2, 2);
        assertThat(known()).isFalse();

        deployment.start(3, false, needsOfTwo());

        assertThat(deployment.event(3, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
    }

    @Test
    void a_folder_that_is_not_mounted_fails_in_words_and_the_server_uploads() throws Exception {
        Files.delete(share);

        deployment.start(2, false, needs);

        assertThat(deployment.event(2, ReplicationFailed.class).reason())
                .contains("there is no folder " + share);
        assertThat(told(2).sources()).containsExactly(new Source.Server());
        Files.createDirectory(share);
    }

    @Test
    void what_a_folder_was_seen_not_to_hold_is_known_to_be_there_no_more() throws Exception {
        deployment.start(2, false, needs);
        deployment.event(2, PackageReplicated.class);
        assertThat(known()).isTrue();
        PathUtils.deleteDirectory(share.resolve("blobs"));
        Files.createSymbolicLink(share.resolve("blobs"), Files.createTempDirectory("in-the-way-"));

        deployment.start(3, false, needs);

        assertThat(deployment.event(3, ReplicationFailed.class).reason()).contains("is no folder");
        assertThat(known()).isFalse();
        Files.delete(share.resolve("blobs"));
    }

    @Test
    void a_folder_that_is_away_is_still_known_to_hold_what_it_held() throws Exception {
        deployment.start(2, false, needs);
        deployment.event(2, PackageReplicated.class);
        Path away = Files.move(share, share.resolveSibling(share.getFileName() + "-away"));

        deployment.start(3, false, needs);

        assertThat(deployment.event(3, ReplicationFailed.class).reason())
                .contains("there is no folder");
        assertThat(known()).isTrue();
        Files.move(away, share);
    }

    private boolean known() throws Exception {
        return OnVirtualThread.call(
                () ->
                        !unitOfWork
                                .run(
                                        tx ->
                                                tx.rows(
                                                        "SELECT 1, 0 FROM replicated WHERE cache = 'share-1' AND sha512 = ?1",
                                                        nupkg.sha512().value()))
                                .isEmpty());
    }

    @Test
    void nothing_is_written_through_a_link_and_a_link_in_a_package_s_place_is_replaced()
            throws Exception {
        Path elsewhere = Files.createTempDirectory("elsewhere-");
        Files.createSymbolicLink(share.resolve("blobs"), elsewhere);
        deployment.start(2, false, needs);
        assertThat(deployment.event(2, ReplicationFailed.class).reason())
                .contains("is no folder: remove what lies there");
        assertThat(elsewhere).isEmptyDirectory();

        Files.delete(share.resolve("blobs"));
        Files.createDirectory(share.resolve("blobs"));
        Path victim = Files.writeString(elsewhere.resolve("victim"), "untouched");
        Files.createSymbolicLink(blob(), victim);
        deployment.start(3, false, needs);
        deployment.event(3, PackageReplicated.class);
        assertThat(victim).hasContent("untouched");
        assertThat(Files.isSymbolicLink(blob())).isFalse();
        assertThat(Files.readAllBytes(blob())).isEqualTo(nupkg.bytes());
    }

    @Test
    void what_the_store_has_lost_or_changed_reaches_no_folder() throws Exception {
        deployment.start(2, false, needs);
        deployment.event(2, PackageReplicated.class);
        Files.delete(blob());
        Files.write(blobs.file(nupkg.sha512()), new byte[nupkg.bytes().length]);

        deployment.start(3, false, needs);

        assertThat(deployment.event(3, ReplicationFailed.class).reason()).contains("damaged");
        assertThat(blob()).doesNotExist();
        assertThat(incoming()).isEmpty();
    }
}
