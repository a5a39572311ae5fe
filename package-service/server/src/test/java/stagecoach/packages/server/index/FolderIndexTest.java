package stagecoach.packages.server.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class FolderIndexTest {

    private static final PackageDetails DETAILS =
            new PackageDetails(
                    "The \"shop\"",
                    "web face",
                    "https://shop.example",
                    "http://shop.example/licence",
                    true,
                    "2.12",
                    true,
                    List.of("Dependency"),
                    List.of(
                            new DependencyGroup(
                                    "net45",
                                    List.of(
                                            new Dependency(
                                                    new PackageId("Shop.Core"),
                                                    new DependencyRange("[1.0,2.0)")))),
                            new DependencyGroup("", List.of())));

    @TempDir Path folder;
    private FolderIndex index;

    @BeforeEach
    void open() throws IOException {
        index = FolderIndex.open(folder, FolderIndexTest::isHeld);
    }

    @AfterEach
    void close() throws IOException {
        index.close();
    }

    @Test
    void what_was_added_is_found_in_any_spelling() throws IOException {
        var entry = entry("Shop.Web", "1.0.0", "a");

        assertThat(index.add(entry)).isEqualTo(new AddOutcome.Added(entry));

        assertThat(index.find(new PackageId("shop.web"), new PackageVersion("1.0")))
                .hasValue(entry);
        assertThat(index.find(new PackageId("shop.web"), new PackageVersion("2.0"))).isEmpty();
        assertThat(index.find(new PackageId("shop"), new PackageVersion("1.0"))).isEmpty();
        assertThat(index.versions(new PackageId("shop"))).isEmpty();
    }

    @Test
    void versions_are_told_from_the_oldest_to_the_newest() throws IOException {
        for (var version : new String[] {"1.10.0", "1.2.0", "1.2.0-rc.1"}) {
            index.add(entry("Shop.Web", version, version));
        }
        assertThat(index.versions(new PackageId("Shop.Web")))
                .map(entry -> entry.pin().version().value())
                .containsExactly("1.2.0-rc.1", "1.2.0", "1.10.0");
    }

    @Test
    void ids_are_told_in_the_spelling_of_the_newest_version() throws IOException {
        index.add(entry("shop.web", "1.0.0", "a"));
        index.add(entry("Shop.Web", "2.0.0", "b"));
        index.add(entry("Owner", "1.0.0", "c"));
        assertThat(index.ids()).map(PackageId::value).containsExactly("Owner", "Shop.Web");
    }

    @Test
    void whoever_comes_first_keeps_the_version() throws IOException {
        var first = entry("Shop.Web", "1.0.0", "a");
        index.add(first);

        assertThat(index.add(entry("shop.web", "1.0", "a")))
                .isEqualTo(new AddOutcome.SameBytes(first));
        assertThat(index.add(entry("shop.web", "1.0", "b")))
                .isEqualTo(new AddOutcome.OtherBytes(first));
        assertThat(index.find(new PackageId("shop.web"), new PackageVersion("1.0")))
                .hasValue(first);
    }

    @Test
    void of_many_that_race_for_a_version_exactly_one_is_added() throws Exception {
        var start = new CyclicBarrier(8);
        var racers = new ArrayList<Callable<AddOutcome>>();
        for (var racer = 0; racer < 8; racer++) {
            var entry = entry("Shop.Web", "1.0.0", "content " + racer);
            racers.add(
                    () -> {
                        start.await();
                        return index.add(entry);
                    });
        }

        var added = new ArrayList<PackageEntry>();
        var told = new ArrayList<PackageEntry>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var outcome : threads.invokeAll(racers)) {
                told.add(outcome.get().entry());
                if (outcome.get() instanceof AddOutcome.Added(var entry)) {
                    added.add(entry);
                }
            }
        }

        assertThat(added).hasSize(1);
        assertThat(told).containsOnly(added.getFirst());
        restart(FolderIndexTest::isHeld);
        assertThat(index.versions(new PackageId("Shop.Web"))).isEqualTo(added);
    }

    @Test
    void a_restart_finds_everything_again() throws IOException {
        var entry =
                new PackageEntry(
                        entry("Shop.Web", "1.0.0-Beta", "a").pin(),
                        Instant.parse("2026-11-23T06:00:00.123456789Z"),
                        false,
                        "Ä \"quoted\" author",
                        "two\nlines",
                        DETAILS);
        index.add(entry);

        restart(FolderIndexTest::isHeld);

        assertThat(index.versions(new PackageId("shop.web"))).containsExactly(entry);
        assertThat(index.problems()).isEmpty();
    }

    @Test
    void a_removed_version_is_free_again() throws IOException {
        index.add(entry("Shop.Web", "1.0.0", "a"));
        index.add(entry("Shop.Web", "1.1.0", "b"));

        assertThat(index.remove(new PackageId("shop.web"), new PackageVersion("1.0"))).isTrue();
        assertThat(index.remove(new PackageId("shop.web"), new PackageVersion("1.0"))).isFalse();

        assertThat(index.add(entry("Shop.Web", "1.0.0", "c"))).isInstanceOf(AddOutcome.Added.class);
        restart(FolderIndexTest::isHeld);
        assertThat(index.versions(new PackageId("Shop.Web"))).hasSize(2);
    }

    @Test
    void an_id_whose_last_version_went_is_gone() throws IOException {
        index.add(entry("Shop.Web", "1.0.0", "a"));
        index.remove(new PackageId("shop.web"), new PackageVersion("1.0"));
        assertThat(index.ids()).isEmpty();
        restart(FolderIndexTest::isHeld);
        assertThat(index.ids()).isEmpty();
    }

    @Test
    void a_file_that_a_crash_left_half_written_is_removed() throws IOException {
        index.add(entry("Shop.Web", "1.0.0", "a"));
        var unfinished = folder.resolve("shop.web/1.1.0.json.new");
        Files.writeString(unfinished, "{\"form");

        restart(FolderIndexTest::isHeld);

        assertThat(unfinished).doesNotExist();
        assertThat(index.problems()).isEmpty();
        assertThat(index.versions(new PackageId("Shop.Web"))).hasSize(1);
    }

    @Test
    void a_damaged_file_is_told_and_left_out_until_it_is_added_again() throws IOException {
        var entry = entry("Shop.Web", "1.0.0", "a");
        index.add(entry);
        for (var damage :
                new String[] {"", "{", "[]", "{\"format\":2}", "{\"format\":1,\"id\":\"../x\"}"}) {
            Files.writeString(folder.resolve("shop.web/1.0.0.json"), damage);

            restart(FolderIndexTest::isHeld);

            assertThat(index.problems()).hasSize(1);
            assertThat(index.problems().getFirst()).contains("1.0.0.json cannot be read");
            assertThat(index.ids()).isEmpty();
        }
        assertThat(index.add(entry)).isInstanceOf(AddOutcome.Added.class);
        restart(FolderIndexTest::isHeld);
        assertThat(index.problems()).isEmpty();
    }

    @Test
    void a_file_under_another_packages_name_is_told_and_left_out() throws IOException {
        index.add(entry("Shop.Web", "1.0.0", "a"));
        Files.move(folder.resolve("shop.web/1.0.0.json"), folder.resolve("shop.web/2.0.0.json"));

        restart(FolderIndexTest::isHeld);

        assertThat(index.problems()).singleElement().asString().contains("another package");
        assertThat(index.ids()).isEmpty();
    }

    @Test
    void a_package_whose_bytes_are_gone_is_not_offered() throws IOException {
        var kept = entry("Shop.Web", "1.0.0", "a");
        var gone = entry("Shop.Web", "2.0.0", "b");
        index.add(kept);
        index.add(gone);

        restart(digest -> !digest.equals(gone.pin().sha512()));

        assertThat(index.versions(new PackageId("Shop.Web"))).containsExactly(kept);
        assertThat(index.problems()).singleElement().asString().contains("2.0.0.json");
    }

    @Test
    void a_second_process_is_kept_out_with_a_sentence() {
        assertThatThrownBy(() -> FolderIndex.open(folder, FolderIndexTest::isHeld))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another process");
    }

    private static boolean isHeld(Sha512 ignored) {
        return true;
    }

    private void restart(Predicate<Sha512> held) throws IOException {
        index.close();
        index = FolderIndex.open(folder, held);
    }

    private static PackageEntry entry(String id, String version, String content) {
        var bytes = content.getBytes(UTF_8);
        return new PackageEntry(
                new PackagePin(
                        new PackageId(id),
                        new PackageVersion(version),
                        Sha512.hashOf(bytes),
                        bytes.length),
                Instant.parse("2026-11-23T06:00:00Z"),
                true,
                "Shop",
                "",
                PackageDetails.NONE);
    }
}
