package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.configuration.ConfigurationDocument.PackagesKept;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.app.keeping.PackageSweep;
import stagecoach.packages.app.transfer.Scrubber;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.app.upstream.Deadline;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

/** NuGet clients compare no digest, so that what they are given must be right. */
@PackageServiceTest
@Timeout(240)
class SoundReadsTest {
    private static int count;

    @Inject UnitOfWork unitOfWork;
    @Inject FolderBlobStore blobs;
    @Inject StoreCheck store;
    @Inject Scrubber scrubber;
    @Inject PackageSweep sweep;

    private FeedOutside outside;
    private String feed = "";

    @BeforeEach
    void a_feed_outside() throws IOException {
        outside = new FeedOutside();
        feed = "sound-" + ++count;
    }

    @AfterEach
    void remove() throws Exception {
        outside.close();
        Http.send(Http.request("/api/v1/feeds/" + feed, TestKeys.CONFIGURE).DELETE());
    }

    private Packages.Nupkg readThrough() throws Exception {
        var nupkg = Packages.of("Sound%d.%s".formatted(count, Packages.freshId()), "1.0.0", 1000);
        outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
        assertThat(
                        Http.put("/api/v1/feeds/" + feed, outside.settings(nupkg.id().value()))
                                .statusCode())
                .isEqualTo(201);
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        return nupkg;
    }

    private static HttpResponse<byte[]> download(Packages.Nupkg nupkg) throws Exception {
        return Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ));
    }

    private void damage(Packages.Nupkg nupkg, byte[] other) throws IOException {
        Files.write(blobs.file(nupkg.sha512()), other);
    }

    private static byte[] flipped(Packages.Nupkg nupkg) {
        byte[] flipped = nupkg.bytes().clone();
        flipped[flipped.length / 2] ^= 1;
        return flipped;
    }

    @Test
    void a_damaged_package_that_nobody_else_has_is_not_given_to_anybody() throws Exception {
        var nupkg = Packages.fresh();
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        damage(nupkg, flipped(nupkg));
        // As it is after a start.
        store.doubt(nupkg.sha512());

        HttpResponse<byte[]> first = download(nupkg);
        assertThat(first.statusCode()).isEqualTo(503);
        assertThat(new String(first.body(), UTF_8))
                .contains(
                        "package-damaged",
                        nupkg.id() + " 1.0.0 is damaged or gone",
                        "there is no other one yet");
        assertThat(download(nupkg).statusCode()).isEqualTo(404);

        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
    }

    private static HttpResponse<byte[]> nuspec(Packages.Nupkg nupkg) throws Exception {
        String folder = nupkg.flatPath().substring(0, nupkg.flatPath().lastIndexOf('/'));
        return Http.bytes(
                Http.request("%s/%s.nuspec".formatted(folder, nupkg.id().lower()), TestKeys.READ));
    }

    @Test
    void the_nuspec_is_not_read_out_of_a_damaged_package_either() throws Exception {
        var pushed = Packages.fresh();
        assertThat(Http.pushed(pushed.bytes())).isEqualTo(201);
        damage(pushed, flipped(pushed));
        store.doubt(pushed.sha512());
        assertThat(nuspec(pushed).statusCode()).isEqualTo(503);

        Packages.Nupkg read = readThrough();
        byte[] nuspec = nuspec(read).body();
        damage(read, flipped(read));
        store.doubt(read.sha512());
        assertThat(nuspec(read).body()).isEqualTo(nuspec);
        assertThat(Files.readAllBytes(blobs.file(read.sha512()))).isEqualTo(read.bytes());
    }

    /** Seen by that damage is not found which came later. */
    @Test
    void what_was_compared_as_it_came_is_not_read_again_before_it_is_given() throws Exception {
        var pushed = Packages.fresh();
        assertThat(Http.pushed(pushed.bytes())).isEqualTo(201);
        Packages.Nupkg fetched = readThrough();
        for (Packages.Nupkg nupkg : List.of(pushed, fetched)) {
            damage(nupkg, flipped(nupkg));
            assertThat(download(nupkg).body()).isEqualTo(flipped(nupkg));
        }
    }

    @Test
    void a_part_of_a_package_is_not_given_for_all_of_it_even_if_it_was_whole_before()
            throws Exception {
        var nupkg = Packages.fresh();
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
        damage(nupkg, Arrays.copyOf(nupkg.bytes(), nupkg.bytes().length - 1));
        assertThat(download(nupkg).statusCode()).isEqualTo(503);
    }

    @Test
    void whoever_reads_what_a_feed_outside_still_has_gets_the_right_bytes() throws Exception {
        Packages.Nupkg nupkg = readThrough();
        damage(nupkg, flipped(nupkg));
        // As it is after a start.
        store.doubt(nupkg.sha512());

        var gate = new CountDownLatch(1);
        outside.gate = gate;
        var request = Http.request(nupkg.flatPath(), TestKeys.READ).build();
        List<CompletableFuture<HttpResponse<byte[]>>> readers = new ArrayList<>();
        for (int reader = 0; reader < 10; reader++) {
            readers.add(Http.CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
        }
        gate.countDown();
        for (CompletableFuture<HttpResponse<byte[]>> reader : readers) {
            assertThat(reader.get().body()).isEqualTo(nupkg.bytes());
        }
        assertThat(outside.downloads()).isEqualTo(2);
    }

    @Test
    void that_bytes_were_right_is_not_said_of_those_that_come_after_they_were_removed()
            throws Exception {
        Packages.Nupkg nupkg = readThrough();
        OnVirtualThread.call(
                () -> {
                    sweep.sweep(
                            new PackagesKept(Optional.empty(), Optional.of(1), Optional.empty()),
                            new DiskRoom(100, 100),
                            Instant.now().plus(Duration.ofDays(2)));
                    return true;
                });
        assertThat(blobs.has(nupkg.sha512())).isFalse();
        damage(nupkg, flipped(nupkg));
        assertThat(download(nupkg).body()).isEqualTo(nupkg.bytes());
    }

    @Test
    void what_only_builds_read_is_read_again_and_again_too_but_not_missed() throws Exception {
        Packages.Nupkg damaged = readThrough();
        damage(damaged, flipped(damaged));
        ScrubRound.run(unitOfWork, scrubber);
        assertThat(Files.readAllBytes(blobs.file(damaged.sha512()))).isEqualTo(damaged.bytes());

        blobs.delete(damaged.sha512());
        ScrubRound.run(unitOfWork, scrubber);
        assertThat(blobs.has(damaged.sha512())).isFalse();
        assertThat(download(damaged).body()).isEqualTo(damaged.bytes());
    }

    /** What a reader waits for is read from a pipe, which gives nothing until it is closed. */
    @Test
    void no_deployment_waits_behind_readers() throws Exception {
        var slow = Packages.fresh();
        var deployed = Packages.fresh();
        assertThat(Http.pushed(slow.bytes())).isEqualTo(201);
        assertThat(Http.pushed(deployed.bytes())).isEqualTo(201);
        Path pipe = blobs.file(slow.sha512());
        Files.delete(pipe);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        var request = Http.request(slow.flatPath(), TestKeys.READ).build();
        var reader = Http.CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        // It can be opened as soon as somebody reads it.
        try (var _ = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
            assertThat(
                            OnVirtualThread.call(
                                    () ->
                                            store.check(
                                                    new PinnedPackage(
                                                            FeedId.BUILT_IN,
                                                            deployed.pin(),
                                                            AcquisitionLocation.EXECUTION_TARGET,
                                                            PackageSource.NEAREST_CACHE),
                                                    true)))
                    .isEmpty();
            assertThat(reader.isDone()).isFalse();
            // Whoever has little patience left is told so, and does not begin to wait anew.
            assertThat(
                            OnVirtualThread.call(
                                    () ->
                                            store.checkForReaders(
                                                    FeedId.BUILT_IN,
                                                    slow.pin(),
                                                    Deadline.in(Duration.ofMillis(1)))))
                    .hasValueSatisfying(said -> assertThat(said).contains("is being read again"));
            // Whoever reads it once more must not wait.
            Files.delete(pipe);
            damage(slow, flipped(slow));
        }
        assertThat(reader.get().statusCode()).isEqualTo(503);
    }

    @Test
    void whether_a_package_is_there_is_told_without_reading_it() throws Exception {
        var nupkg = Packages.fresh();
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        damage(nupkg, flipped(nupkg));
        var head =
                Http.send(
                        Http.request(nupkg.flatPath(), TestKeys.READ)
                                .method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(blobs.has(nupkg.sha512())).isTrue();
    }
}
