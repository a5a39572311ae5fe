package stagecoach.packages.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.packages.server.pull.PullStatus.Failure;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class DiskFullTest {
    private static final int SIZE = 1_000_000;

    @TempDir Path folder;

    @Test
    void pulls_under_way_do_not_count_on_the_same_room() throws Exception {
        byte[] first = new byte[2 * SIZE];
        byte[] second = new byte[2 * SIZE];
        new Random(9).nextBytes(first);
        new Random(10).nextBytes(second);
        CountDownLatch gate = new CountDownLatch(1);
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 3);
                FakeCentral of = new FakeCentral(first);
                FakeCentral other = new FakeCentral(second);
                RunningCache cache = new RunningCache(disk.root())) {
            of.then(of.stallAfter(SIZE, gate));
            var order = new PullOrder(pin(first), of.url(), "grant", "a", false, false);
            cache.order(order, 0);
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> cache.order(order, 10).bytesHere() == SIZE);

            PullStatus refused =
                    cache.pulled(
                            new PullOrder(pin(second), other.url(), "grant", "b", false, false));

            assertThat(refused.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.NO_ROOM);
            assertThat(refused.failure().orElseThrow().bytesMissing())
                    .isBetween((long) SIZE / 2, 2L * SIZE);
            assertThat(other.sent()).isZero();
            gate.countDown();
            assertThat(cache.pulled(order).state()).isEqualTo(State.HELD);
        }
    }

    private static PackagePin pin(byte[] bytes) {
        return new PackagePin(
                new PackageId("Shop.Web"),
                new PackageVersion("1.0.0"),
                Sha512.hashOf(bytes),
                bytes.length);
    }

    @Test
    void a_disk_that_is_full_in_the_middle_of_a_pull_is_said_and_the_next_one_succeeds()
            throws Exception {
        byte[] bytes = new byte[SIZE];
        new Random(9).nextBytes(bytes);
        var pin = pin(bytes);
        CountDownLatch gate = new CountDownLatch(1);
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 3);
                FakeCentral central = new FakeCentral(bytes);
                RunningCache cache = new RunningCache(disk.root())) {
            central.then(central.stallAfter(SIZE / 2, gate));
            var order = new PullOrder(pin, central.url(), "grant", "a", false, false);
            Path partial = disk.root().resolve("packages/partial/" + pin.sha512().hex());
            assertThat(cache.order(order, 0).state()).isEqualTo(State.PULLING);
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> Files.exists(partial) && Files.size(partial) > SIZE / 4);
            disk.fill();
            gate.countDown();

            PullStatus ended = cache.order(order, 20_000);

            // If the pull ended before it was asked for, another one has looked for room first.
            assertThat(ended.failure().map(Failure::reason).orElseThrow())
                    .matches("the cache's disk (failed: the disk is full|has too little room:).*");
            assertThat(ended.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.NO_ROOM);
            assertThat(ended.failure().orElseThrow().bytesMissing()).isPositive();
            assertThat(partial).doesNotExist();
            disk.empty();
            PullStatus again = cache.pulled(order);
            assertThat(again.state()).isEqualTo(State.HELD);
            assertThat(Files.readAllBytes(cache.file(pin.sha512()))).isEqualTo(bytes);
        }
    }
}
