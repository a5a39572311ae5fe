package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

@Timeout(120)
class FolderCacheTest {
    private static final CacheId SHARE = new CacheId("share-1");
    private static final CacheId OTHER = new CacheId("share-2");

    @TempDir Path folder;
    private byte[] bytes;
    private PackagePin pin;
    private TestTickets tickets;
    private Path mount;

    @BeforeEach
    void open() throws Exception {
        bytes = new byte[700_000];
        new Random(42).nextBytes(bytes);
        pin = AcquirePackageTest.pin(bytes);
        tickets = new TestTickets(folder.resolve("home"));
        mount = mount("mnt");
    }

    private Path mount(String name) throws IOException {
        Path made = folder.resolve(name);
        Files.createDirectories(made.resolve("blobs"));
        return made;
    }

    private static FetchRules waiting(Duration mountedMax) {
        return new FetchRules(
                3,
                20,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                1,
                Duration.ofMillis(20),
                Duration.ofMinutes(1),
                mountedMax,
                FetchRules.USUAL.leftAfter(),
                FetchRules.USUAL.givenUpAfter());
    }

    private CommandResult acquire(Duration mountedMax, Source... sources) throws Exception {
        var far = Identity.loadOrCreate(folder.resolve("far"), "gateway");
        var shared =
                new AcquirePackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new Settings(
                                Deliveries.AGENT,
                                URI.create("https://127.0.0.1:1"),
                                Optional.empty(),
                                far.thumbprint()),
                        tickets.home().certificates(),
                        Routes.DIRECT,
                        waiting(mountedMax),
                        List.of(),
                        RemovalLog.open(tickets.home()));
        LiveTicket live = tickets.accept(Deliveries.acquire(pin, false, List.of(), sources));
        return new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
    }

    private static Source at(CacheId id, Path mounted) {
        return new Source.Folder(id, mounted.toUri().toString());
    }

    private Path blob(Path mounted) {
        return mounted.resolve("blobs").resolve(pin.sha512().value());
    }

    private void put(Path mounted, byte[] content) throws IOException {
        Path beside = Files.write(mounted.resolve("beside"), content);
        Files.move(
                beside,
                blob(mounted),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static AcquisitionResult got(CommandResult result) {
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        return result.acquisition().orElseThrow();
    }

    private Path held() {
        return folder.resolve("home/packages/" + pin.sha512().value());
    }

    @Test
    void what_lies_in_the_mounted_folder_is_read_and_verified() throws Exception {
        put(mount, bytes);

        AcquisitionResult got = got(acquire(Duration.ofSeconds(2), at(SHARE, mount)));

        assertThat(got)
                .isEqualTo(
                        new AcquisitionResult(
                                new ServedBy(ServedBy.Kind.CACHE, Optional.of(SHARE)),
                                bytes.length,
                                0,
                                1,
                                List.of()));
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    /** The file system brings the right bytes after a while. */
    private CompletableFuture<Void> broughtSoon() {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        put(mount, bytes);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                CompletableFuture.delayedExecutor(700, TimeUnit.MILLISECONDS));
    }

    @Test
    void it_is_waited_for_while_the_file_system_brings_it() throws Exception {
        Files.write(blob(mount), Arrays.copyOf(bytes, 1000));
        CompletableFuture<Void> brought = broughtSoon();

        AcquisitionResult got = got(acquire(Duration.ofSeconds(30), at(SHARE, mount)));

        brought.join();
        assertThat(got.broken()).isEmpty();
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void wrong_bytes_that_become_right_while_they_are_waited_for_are_right() throws Exception {
        put(mount, new byte[bytes.length]);
        CompletableFuture<Void> brought = broughtSoon();

        AcquisitionResult got = got(acquire(Duration.ofSeconds(30), at(SHARE, mount)));

        brought.join();
        assertThat(got.broken()).isEmpty();
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void wrong_bytes_are_passed_over_and_told() throws Exception {
        put(mount, new byte[bytes.length]);
        Path other = mount("other");
        put(other, bytes);

        AcquisitionResult got =
                got(acquire(Duration.ofSeconds(1), at(SHARE, mount), at(OTHER, other)));

        assertThat(got.servedBy().cache()).contains(OTHER);
        assertThat(got.broken())
                .singleElement()
                .satisfies(told -> assertThat(told).startsWith("cache share-1 gave bytes with"));
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void what_does_not_come_in_time_and_what_is_not_mounted_is_told_in_words() throws Exception {
        CommandResult result =
                acquire(
                        Duration.ofMillis(300),
                        at(SHARE, folder.resolve("nowhere")),
                        at(OTHER, mount));

        assertThat(result.succeeded()).isFalse();
        assertThat(result.reason().orElseThrow())
                .contains("cache share-1: there is no folder")
                .contains("cache share-2: the package has not come to " + mount);
    }

    @Test
    void neither_links_nor_folders_in_the_place_of_a_package_are_followed() throws Exception {
        Path secret = Files.write(folder.resolve("secret"), bytes);
        Files.createSymbolicLink(blob(mount), secret);
        CommandResult linked = acquire(Duration.ofMillis(300), at(SHARE, mount));
        Path other = mount("other");
        Files.createDirectory(blob(other));
        CommandResult nested = acquire(Duration.ofMillis(300), at(OTHER, other));

        assertThat(linked.reason().orElseThrow()).contains("something else than a file");
        assertThat(nested.reason().orElseThrow()).contains("something else than a file");
        assertThat(held()).doesNotExist();
    }

    @Test
    void an_address_that_means_no_folder_is_passed_over() throws Exception {
        CommandResult result =
                acquire(
                        Duration.ofMillis(300),
                        new Source.Folder(SHARE, "file:///mnt/../etc"),
                        new Source.Folder(OTHER, "https://files.example/packages"));

        assertThat(result.reason().orElseThrow())
                .contains("cache share-1: ", "without . and ..", "cache share-2: ", "is no folder");
    }
}
