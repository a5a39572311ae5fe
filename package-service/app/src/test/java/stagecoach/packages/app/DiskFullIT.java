package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

/** The server as it is shipped, on a disk of a few megabytes; skipped where none can be made. */
class DiskFullIT {
    private static final int TOO_LARGE = 12 << 20;

    @TempDir Path folder;

    private interface Story {
        void tell(SmallDisk disk) throws Exception;
    }

    @Test
    void a_push_that_finds_no_room_is_answered_507_and_leaves_nothing() throws Exception {
        onSmallDisk(
                disk -> {
                    long before = free(disk);

                    var refused =
                            Http.send(
                                    Http.push(
                                            Packages.of(Packages.freshId(), "1.0.0", TOO_LARGE)
                                                    .bytes()));

                    assertThat(refused.statusCode()).isEqualTo(507);
                    assertThat(refused.body())
                            .contains("disk of packages is full", "push it again");
                    awaitFree(disk, before);
                    assertThat(Http.pushed(Packages.of(Packages.freshId(), "1.0.0", 1000).bytes()))
                            .isEqualTo(201);
                });
    }

    /**
     * What came of a download whose digest is known stays for the next try, but not here; and who
     * asks again at once does not fill the disk again.
     */
    @Test
    void a_download_that_finds_no_room_is_answered_507_and_leaves_nothing() throws Exception {
        onSmallDisk(
                disk -> {
                    try (var outside = new FeedOutside()) {
                        assertThat(
                                        Http.put(
                                                        "/api/v1/feeds/outside",
                                                        outside.settings("Told", "Untold", "Small"))
                                                .statusCode())
                                .isEqualTo(201);
                        var told = Packages.of("Told", "1.0.0", TOO_LARGE);
                        outside.hold(told.pin(), told.bytes(), "Core");
                        var untold = Packages.of("Untold", "1.0.0", TOO_LARGE);
                        outside.hold(untold.pin(), untold.bytes(), "Core");
                        outside.tellNoDigest(untold.id());
                        long before = free(disk);

                        for (var tooLarge : List.of(told, untold, told)) {
                            var refused = Http.get(tooLarge.flatPath());
                            assertThat(refused.statusCode()).isEqualTo(507);
                            assertThat(refused.body())
                                    .contains(
                                            "disk-full",
                                            "disk of packages is full",
                                            tooLarge.id().lower() + " 1.0.0");
                            awaitFree(disk, before);
                        }
                        assertThat(outside.ranges).containsExactly("-", "-");

                        var small = Packages.of("Small", "1.0.0", 1000);
                        outside.hold(small.pin(), small.bytes(), "Core");
                        assertThat(Http.bytes(Http.request(small.flatPath(), TestKeys.READ)).body())
                                .isEqualTo(small.bytes());
                    }
                });
    }

    private static long free(SmallDisk disk) throws IOException {
        return Files.getFileStore(disk.root()).getUsableSpace();
    }

    /** Whoever was refused may hear it before the last file is gone. */
    private static void awaitFree(SmallDisk disk, long bytes) {
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(() -> assertThat(free(disk)).isEqualTo(bytes));
    }

    private void onSmallDisk(Story story) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 8)) {
            onDisk(disk, story);
        }
    }

    private static void onDisk(SmallDisk disk, Story story) throws Exception {
        var engines = new StagecoachResource();
        var keys = new PackageServiceResource();
        engines.init(Map.of("schema", "packages"));
        var environment = new HashMap<String, String>();
        engines.start().forEach((name, value) -> put(environment, name, value));
        keys.start().forEach((name, value) -> put(environment, name, value));
        try {
            environment.put("STAGECOACH_PACKAGE_DIR", disk.root().resolve("packages").toString());
            try (var central =
                    new CentralProcess(
                            environment,
                            Files.createTempFile(Path.of("target"), "central-", ".log"))) {
                central.start();
                story.tell(disk);
            }
        } finally {
            keys.stop();
        }
    }

    private static void put(Map<String, String> environment, String name, String value) {
        if (name.startsWith("STAGECOACH_")) {
            environment.put(name, value);
        }
    }
}
