package stagecoach.packages.server.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.apache.commons.io.input.BrokenInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class PackageIngestTest {

    private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");
    private static final PackageId ID = new PackageId("Shop.Web");
    private static final PackageVersion VERSION = new PackageVersion("1.0");

    @TempDir Path root;
    private FolderBlobStore blobs;
    private FolderIndex index;
    private PackageIngest ingest;

    @BeforeEach
    void open() throws IOException {
        blobs = FolderBlobStore.open(root.resolve("store"));
        index = FolderIndex.open(root.resolve("index"), blobs::has);
        ingest =
                new PackageIngest(
                        blobs, index, new IngestLimits(1 << 20, ArchiveLimits.defaults()));
    }

    @AfterEach
    void close() throws IOException {
        index.close();
        blobs.close();
    }

    @Test
    void an_upload_is_pinned_indexed_and_kept() throws IOException {
        var archive = Archive.of("Shop.Web", "1.0");

        var entry = added(ingest.upload(stream(archive), NOW));

        assertThat(entry)
                .isEqualTo(
                        new PackageEntry(
                                new PackagePin(ID, VERSION, Sha512.hashOf(archive), archive.length),
                                NOW,
                                true,
                                "Shop",
                                "The shop's face",
                                PackageDetails.NONE));
        assertThat(index.find(ID, VERSION)).hasValue(entry);
        assertThat(blobs.read(entry.pin().sha512(), 0, archive.length).orElseThrow())
                .hasBinaryContent(archive);
    }

    @Test
    void the_same_upload_again_is_told_apart_from_another_one() throws IOException {
        var archive = Archive.of("Shop.Web", "1.0");
        var entry = added(ingest.upload(stream(archive), NOW));

        assertThat(ingest.upload(stream(archive), NOW.plusSeconds(1)))
                .isEqualTo(new Ingestion.Repeated(entry));
        var other = Archive.good().file("another", "file").bytes();
        assertThat(refused(ingest.upload(stream(other), NOW)))
                .satisfies(
                        refusal -> {
                            assertThat(refusal.code()).isEqualTo(Refusal.Code.VERSION_EXISTS);
                            assertThat(refusal.code().kind()).isEqualTo(Refusal.Kind.CONFLICT);
                            assertThat(refusal.sentence()).contains("Shop.Web 1.0.0");
                        });
        assertThat(blobs.list()).containsExactly(entry.pin().sha512());
    }

    @Test
    void the_same_upload_again_brings_back_bytes_that_were_lost() throws IOException {
        var archive = Archive.of("Shop.Web", "1.0");
        var entry = added(ingest.upload(stream(archive), NOW));
        blobs.delete(entry.pin().sha512());

        assertThat(ingest.upload(stream(archive), NOW)).isEqualTo(new Ingestion.Repeated(entry));

        assertThat(blobs.has(entry.pin().sha512())).isTrue();
    }

    @Test
    void of_many_that_race_for_a_version_one_wins_and_only_its_bytes_stay() throws Exception {
        var start = new CyclicBarrier(8);
        var racers = new ArrayList<Callable<Ingestion>>();
        for (var racer = 0; racer < 8; racer++) {
            // Four packages, each sent twice at once.
            var archive = Archive.good().file("racer", "no " + racer / 2).bytes();
            racers.add(
                    () -> {
                        start.await();
                        return ingest.upload(stream(archive), NOW);
                    });
        }

        var outcomes = new ArrayList<Ingestion>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var outcome : threads.invokeAll(racers)) {
                outcomes.add(outcome.get());
            }
        }

        assertThat(outcomes).filteredOn(Ingestion.Added.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(Ingestion.Repeated.class::isInstance).hasSize(1);
        assertThat(outcomes).filteredOn(Ingestion.Refused.class::isInstance).hasSize(6);
        assertThat(blobs.list())
                .containsExactly(index.find(ID, VERSION).orElseThrow().pin().sha512());
    }

    @Test
    void a_refusal_leaves_nothing_on_the_disk() throws IOException {
        assertRefused(Refusal.Code.EMPTY, new byte[0]);
        assertRefused(Refusal.Code.NOT_AN_ARCHIVE, "no archive".getBytes(UTF_8));
        assertRefused(Refusal.Code.UNSAFE_NAME, Archive.good().file("../x", "x").bytes());
        assertRefused(Refusal.Code.NUSPEC_INVALID, Archive.withNuspec("<x/>").bytes());
        assertRefused(Refusal.Code.NO_NUSPEC, Archive.empty().file("a", "x").bytes());
    }

    @Test
    void a_package_does_not_wait_for_much_larger_ones_that_are_being_inspected() throws Exception {
        var atWork = new CountDownLatch(1);
        try (var inspecting = new Inspections(50_000, 2);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var ingest =
                    new PackageIngest(
                            blobs,
                            index,
                            new IngestLimits(1 << 20, ArchiveLimits.defaults()),
                            inspecting);
            // Large ones take all the threads that inspect such.
            for (int n = 0; n < 2; n++) {
                inspecting.apply(1 << 20).execute(() -> awaited(atWork));
            }
            var large = Archive.good().file("noise", noise(900_000)).bytes();
            var middling =
                    Archive.withNuspec(Archive.nuspec("b", "1"))
                            .file("noise", noise(100_000))
                            .bytes();
            var third = threads.submit(() -> ingest.upload(stream(large), NOW));
            try {
                var small = threads.submit(() -> ingest.upload(stream(Archive.of("a", "1")), NOW));
                added(small.get(30, SECONDS));
                added(threads.submit(() -> ingest.upload(stream(middling), NOW)).get(30, SECONDS));
                assertThat(third).isNotDone();
            } finally {
                atWork.countDown();
            }
            added(third.get(30, SECONDS));
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_package_over_the_limit_is_refused_and_the_rest_of_it_is_not_read() throws IOException {
        var large = Archive.good().file("noise", noise((1 << 20) + 100_000)).bytes();
        var rest = stream(large);

        var refusal = refused(ingest.upload(rest, NOW));

        assertThat(refusal.code()).isEqualTo(Refusal.Code.PACKAGE_TOO_LARGE);
        assertThat(refusal.code().kind()).isEqualTo(Refusal.Kind.TOO_LARGE);
        assertThat(rest.available()).isEqualTo(large.length - (1 << 20) - 1);
        assertThat(files()).isEmpty();
    }

    @Test
    void a_package_of_exactly_the_limit_is_taken() throws IOException {
        var archive = Archive.good().file("noise", noise(1000)).bytes();
        var exact =
                new PackageIngest(
                        blobs, index, new IngestLimits(archive.length, ArchiveLimits.defaults()));
        assertThat(exact.upload(stream(archive), NOW)).isInstanceOf(Ingestion.Added.class);
    }

    @Test
    void a_sender_that_goes_away_leaves_nothing() {
        var gone = new BrokenInputStream(() -> new IOException("connection reset"));
        var half = new SequenceInputStream(stream(Archive.of("a", "1")), gone);

        assertThatThrownBy(() -> ingest.upload(half, NOW)).hasMessage("connection reset");

        assertThat(files()).isEmpty();
    }

    @Test
    void an_upload_that_is_broken_in_form_is_refused_with_its_own_sentence() throws IOException {
        var broken = new BrokenInputStream(() -> new UploadBrokenException("It has no end."));

        assertThat(refused(ingest.upload(broken, NOW)))
                .isEqualTo(new Refusal(Refusal.Code.UPLOAD_BROKEN, "It has no end."));

        assertThat(files()).isEmpty();
    }

    @Test
    void bytes_that_came_another_way_are_named_by_their_pin() throws IOException {
        var archive = Archive.of("Shop.Web", "1.0");
        var pin = new PackagePin(ID, VERSION, Sha512.hashOf(archive), archive.length);
        blobs.put(pin.sha512(), stream(archive));

        var entry = added(ingest.adopt(pin, NOW));

        assertThat(entry.pin()).isEqualTo(pin);
        assertThat(entry.description()).isEqualTo("The shop's face");
        assertThat(ingest.adopt(pin, NOW)).isEqualTo(new Ingestion.Repeated(entry));
    }

    @Test
    void bytes_that_name_another_package_or_have_another_length_are_not_adopted()
            throws IOException {
        var archive = Archive.of("Shop.Web", "1.0");
        var digest = Sha512.hashOf(archive);
        blobs.put(digest, stream(archive));
        for (var wrong :
                List.of(
                        new PackagePin(new PackageId("Shop.Api"), VERSION, digest, archive.length),
                        new PackagePin(ID, new PackageVersion("1.1"), digest, archive.length),
                        new PackagePin(ID, VERSION, digest, archive.length + 1))) {
            assertThat(refused(ingest.adopt(wrong, NOW)).code())
                    .isEqualTo(Refusal.Code.OTHER_PACKAGE);
        }
        assertThat(index.ids()).isEmpty();
    }

    @Test
    void bytes_that_are_not_there_cannot_be_adopted() {
        var pin = new PackagePin(ID, VERSION, Sha512.hashOf(new byte[0]), 0);
        assertThatThrownBy(() -> ingest.adopt(pin, NOW))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("Shop.Web 1.0.0");
    }

    private void assertRefused(Refusal.Code code, byte[] archive) throws IOException {
        assertThat(refused(ingest.upload(stream(archive), NOW)).code()).isEqualTo(code);
        assertThat(files()).isEmpty();
    }

    private static PackageEntry added(Ingestion ingestion) {
        return assertThat(ingestion).asInstanceOf(type(Ingestion.Added.class)).actual().entry();
    }

    private static Refusal refused(Ingestion ingestion) {
        return assertThat(ingestion).asInstanceOf(type(Ingestion.Refused.class)).actual().refusal();
    }

    private List<Path> files() {
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("locks") && !file.endsWith(".owner"))
                    .toList();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    private static byte[] noise(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static InputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }
}
