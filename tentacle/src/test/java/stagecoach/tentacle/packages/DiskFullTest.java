package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.KeepRules;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.tentacle.testing.SmallDisk;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

@Timeout(120)
class DiskFullTest {
    private static final int SIZE = 1_000_000;

    @TempDir Path folder;
    SmallDisk disk;

    @BeforeEach
    void mount() throws Exception {
        disk = SmallDisk.at(folder.resolve("disk"));
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void a_disk_that_becomes_full_on_the_way_is_said_and_the_next_attempt_succeeds()
            throws Exception {
        byte[] bytes = new byte[SIZE];
        new Random(6).nextBytes(bytes);
        PackagePin pin = AcquirePackageTest.pin(bytes);
        var tickets = new TestTickets(folder.resolve("home"));
        var onDisk = new TestTickets(disk.path().resolve("home"));
        Identity far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        try (RawServer server =
                RawServer.tls(
                        far,
                        (request, out) -> {
                            if (request.number() == 1) {
                                assertThat(PackageRoom.isFull(disk.fill())).isTrue();
                            }
                            RawServer.serve(request, out, bytes);
                        })) {
            var shared =
                    new AcquirePackageWork.Shared(
                            PackageStore.open(onDisk.home()),
                            new Settings(
                                            Deliveries.AGENT,
                                            URI.create("https://127.0.0.1:1"),
                                            Optional.empty(),
                                            far.thumbprint())
                                    .keeping(new KeepRules(0, Optional.empty())),
                            tickets.home().certificates(),
                            FetchRules.USUAL,
                            List.of(),
                            RemovalLog.open(onDisk.home()),
                            onDisk.home()::freeBytes);
            Source cache =
                    new Source.Cache(
                            new CacheId("eu-1"),
                            server.url(),
                            Optional.of(far.thumbprint().value()));
            Path packages = onDisk.home().packages();

            CommandResult full = acquire(tickets, shared, pin, cache);
            assertThat(full.reason().orElseThrow())
                    .startsWith("Shop.Web 1.0.0 could not be got: the disk became full on the way");
            assertThat(packages.resolve(".partial").resolve(pin.sha512().value())).doesNotExist();
            CommandResult stillFull = acquire(tickets, shared, pin, cache);
            assertThat(stillFull.reason().orElseThrow()).contains("no package here can go for it");
            disk.free();
            CommandResult well = acquire(tickets, shared, pin, cache);
            assertThat(well.succeeded()).as(well.toString()).isTrue();
            assertThat(Files.readAllBytes(packages.resolve(pin.sha512().value()))).isEqualTo(bytes);
        }
    }

    private static CommandResult acquire(
            TestTickets tickets, AcquirePackageWork.Shared shared, PackagePin pin, Source cache)
            throws Exception {
        LiveTicket live = tickets.accept(Deliveries.acquire(pin, false, List.of(), cache));
        return new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
    }
}
