package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.runtime.test.StagecoachResource;

/** The server as it is shipped, on a disk of a few megabytes; skipped where none can be made. */
class DiskFullIT {
    private static final int TOO_LARGE = 12 << 20;

    @TempDir Path folder;

    @Test
    void a_push_that_finds_no_room_is_answered_507_and_leaves_nothing() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 8)) {
            pushes(disk);
        }
    }

    private static void pushes(SmallDisk disk) throws Exception {
        var engines = new StagecoachResource();
        var keys = new PackageServiceResource();
        try {
            engines.init(Map.of("schema", "packages"));
            var environment = new HashMap<String, String>();
            engines.start().forEach((name, value) -> put(environment, name, value));
            keys.start().forEach((name, value) -> put(environment, name, value));
            environment.put("STAGECOACH_PACKAGE_DIR", disk.root().resolve("packages").toString());
            try (var central =
                    new CentralProcess(
                            environment,
                            Files.createTempFile(Path.of("target"), "central-", ".log"))) {
                central.start();
                long before = Files.getFileStore(disk.root()).getUsableSpace();

                var refused =
                        Http.send(
                                Http.push(
                                        Packages.of(Packages.freshId(), "1.0.0", TOO_LARGE)
                                                .bytes()));

                assertThat(refused.statusCode()).isEqualTo(507);
                assertThat(refused.body()).contains("disk of packages is full", "push it again");
                assertThat(Files.getFileStore(disk.root()).getUsableSpace()).isEqualTo(before);
                assertThat(Http.pushed(Packages.of(Packages.freshId(), "1.0.0", 1000).bytes()))
                        .isEqualTo(201);
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
