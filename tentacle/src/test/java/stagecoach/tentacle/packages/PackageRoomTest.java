package stagecoach.tentacle.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.tentacle.home.KeepRules;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** A disk of 10,000 bytes, of which 1,000 are to stay free, and packages of 3,000. */
@Timeout(120)
class PackageRoomTest {
    private static final long DISK = 10_000;
    private static final int SIZE = 3_000;

    @TempDir Path folder;
    TestTickets tickets;
    PackageStore store;
    RemovalLog log;
    Identity far;
    RawServer server;
    final Map<String, byte[]> served = new ConcurrentHashMap<>();
    final List<LiveTicket> open = new CopyOnWriteArrayList<>();

    /** What happens on the machine while a package comes. */
    private volatile Runnable meanwhile = () -> {};

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        store = PackageStore.open(tickets.home());
        log = RemovalLog.open(tickets.home());
        far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        server =
                RawServer.tls(
                        far,
                        (request, out) -> {
                            meanwhile.run();
                            RawServer.serve(
                                    request,
                                    out,
                                    served.entrySet().stream()
                                            .filter(one -> request.line().contains(one.getKey()))
                                            .findFirst()
                                            .orElseThrow()
                                            .getValue());
                        });
    }

    @AfterEach
    void close() throws Exception {
        server.close();
    }

    private PackagePin pin(int number) {
        byte[] bytes = new byte[SIZE];
        new Random(number).nextBytes(bytes);
        Sha512 sha512 = Sha512.hashOf(bytes);
        served.put(sha512.hex(), bytes);
        return new PackagePin(
                PackageId.parse("Shop.Web"), PackageVersion.parse(number + ".0.0"), sha512, SIZE);
    }

    private long free() throws IOException {
        try (Stream<Path> files = Files.walk(tickets.home().packages())) {
            return DISK
                    - files.filter(
                                    file ->
                                            Files.isRegularFile(file)
                                                    && !file.toString().contains(".pins"))
                            .mapToLong(
                                    file -> {
                                        try {
                                            return Files.size(file);
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    })
                            .sum();
        }
    }

    private CommandResult acquire(PackagePin pin, Optional<List<Sha512>> needed) throws Exception {
        return acquire(pin, needed, new KeepRules(1_000, Optional.empty()));
    }

    private CommandResult acquire(PackagePin pin, Optional<List<Sha512>> needed, KeepRules rules)
            throws Exception {
        var shared =
                new AcquirePackageWork.Shared(
                        store,
                        new Settings(
                                        Deliveries.AGENT,
                                        URI.create("https://127.0.0.1:1"),
                                        Optional.empty(),
                                        far.thumbprint())
                                .keeping(rules),
                        tickets.home().certificates(),
                        FetchRules.USUAL,
                        open,
                        log,
                        this::free);
        Source cache =
                new Source.Cache(
                        new CacheId("eu-1"), server.url(), Optional.of(far.thumbprint().value()));
        Deliver plain = Deliveries.acquire(pin, false, List.of(), cache);
        LiveTicket live =
                tickets.accept(new Deliver(plain.command(), Optional.empty(), List.of(), needed));
        open.add(live);
        CommandResult result =
                new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
        live.end(result);
        last = live;
        return result;
    }

    private LiveTicket last;

    private AcquisitionResult got(PackagePin pin, Sha512... needed) throws Exception {
        CommandResult result = acquire(pin, Optional.of(List.of(needed)));
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        return result.acquisition().orElseThrow();
    }

    private List<String> told() throws IOException {
        return TestTickets.lines(last, OutputKind.INFO);
    }

    /** It was last used so long ago. */
    private void age(PackagePin pin, Duration ago) throws IOException {
        Files.setLastModifiedTime(file(pin), FileTime.from(Instant.now().minus(ago)));
    }

    private Path file(PackagePin pin) {
        return tickets.home().packages().resolve(pin.sha512().value());
    }

    private List<PackagePin> full() throws Exception {
        var pins = new ArrayList<PackagePin>();
        for (int number = 1; number <= 3; number++) {
            PackagePin pin = pin(number);
            assertThat(got(pin).removed()).isEmpty();
            age(pin, Duration.ofDays(10L - number));
            pins.add(pin);
        }
        return pins;
    }

    @Test
    void what_was_not_used_for_the_longest_time_goes_and_no_more_than_must() throws Exception {
        List<PackagePin> pins = full();
        age(pins.get(0), Duration.ofDays(2));

        AcquisitionResult result = got(pin(4));

        assertThat(result.removed()).containsExactly(pins.get(1).sha512());
        assertThat(file(pins.get(0))).exists();
        assertThat(file(pins.get(1))).doesNotExist();
        assertThat(file(pins.get(2))).exists();
        assertThat(told())
                .singleElement()
                .asString()
                .startsWith("Removed Shop.Web 2.0.0 from this machine (2 KiB, last used ")
                .endsWith("): Shop.Web 4.0.0 needs the room.");
    }

    @Test
    void what_went_is_written_down_until_the_gateway_has_taken_it_also_behind_a_restart()
            throws Exception {
        PackagePin oldest = full().getFirst();
        Instant usedAt = Files.getLastModifiedTime(file(oldest)).toInstant();
        got(pin(4));

        Removal removal = RemovalLog.open(tickets.home()).untold(4).getFirst();
        assertThat(removal)
                .isEqualTo(log.untold(4).getFirst())
                .returns(Removal.Rule.DISK, Removal::rule)
                .returns("Shop.Web 4.0.0 needs the room", Removal::reason)
                .returns(last.command().context().deployment(), Removal::deployment)
                .returns(1, Removal::count)
                .returns((long) SIZE, Removal::bytes);
        assertThat(removal.packages())
                .containsExactly(
                        new RemovedPackage(
                                oldest.sha512(),
                                Optional.of(oldest.id()),
                                Optional.of(oldest.version()),
                                SIZE,
                                usedAt));
        log.taken(removal.number() - 1);
        assertThat(log.untold(4)).containsExactly(removal);
        log.taken(removal.number());
        assertThat(log.untold(4)).isEmpty();
        assertThat(RemovalLog.open(tickets.home()).untold(4)).isEmpty();
    }

    @Test
    void what_goes_for_a_fetch_that_fails_is_told_as_well() throws Exception {
        PackagePin oldest = full().getFirst();
        PackagePin wanted = pin(4);
        served.put(wanted.sha512().hex(), new byte[SIZE]);

        assertThat(acquire(wanted, Optional.of(List.of())).succeeded()).isFalse();

        assertThat(log.untold(4).getFirst().packages())
                .extracting(RemovedPackage::sha512)
                .containsExactly(oldest.sha512());
    }

    @Test
    void a_thousand_packages_that_go_at_once_are_told_by_few_removals() throws Exception {
        for (int number = 0; number < 1_000; number++) {
            Sha512 one = Sha512.hashOf(("package " + number).getBytes(UTF_8));
            Path file = tickets.home().packages().resolve(one.value());
            Files.write(file, new byte[1]);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(9))));
        }

        acquire(pin(1), Optional.of(List.of()), new KeepRules(1_000, Optional.of(8)));

        List<Removal> removals = log.untold(9);
        assertThat(removals).hasSize(2).allMatch(removal -> removal.count() == 200);
        int told = 0;
        for (List<Removal> some = removals; !some.isEmpty(); some = log.untold(9)) {
            told += some.stream().mapToInt(Removal::count).sum();
            log.taken(some.getLast().number());
        }
        assertThat(told).isEqualTo(1_000);
        assertThat(removals).allMatch(removal -> removal.rule() == Removal.Rule.AGE);
    }

    @Test
    void of_each_package_so_many_versions_stay_those_used_last() throws Exception {
        List<PackagePin> pins = full();
        age(pins.get(0), Duration.ofMinutes(90));

        CommandResult result =
                acquire(
                        pins.get(1),
                        Optional.of(List.of()),
                        new KeepRules(1_000, Optional.empty(), Optional.of(1)));

        assertThat(result.acquisition().orElseThrow().removed())
                .containsExactlyInAnyOrder(pins.get(2).sha512());
        assertThat(file(pins.get(0))).as("it was used last").exists();
        assertThat(file(pins.get(1))).as("the command is about it").exists();
        assertThat(log.untold(4))
                .singleElement()
                .returns(Removal.Rule.VERSIONS, Removal::rule)
                .returns("keep-versions is 1, and others of it were used later", Removal::reason);
    }

    @Test
    void with_a_number_and_an_age_only_what_is_beyond_both_goes() throws Exception {
        List<PackagePin> pins = full();
        acquire(
                pins.get(2),
                Optional.of(List.of()),
                new KeepRules(1_000, Optional.of(8), Optional.of(2)));
        assertThat(file(pins.get(1))).as("it is old, and one of two").exists();
        assertThat(file(pins.get(0))).as("it is old, and the third").doesNotExist();
        assertThat(log.untold(4).getFirst().reason())
                .isEqualTo(
                        "keep-versions is 2, and others of it were used later, and nobody has used it for 8 days");
    }

    @Test
    void what_deployments_need_stays_and_what_is_missing_is_said() throws Exception {
        List<PackagePin> pins = full();

        assertThat(got(pin(4), pins.get(0).sha512()).removed())
                .containsExactly(pins.get(1).sha512());
        CommandResult refused =
                acquire(pin(5), Optional.of(List.of(pins.get(0).sha512(), pins.get(2).sha512())));

        assertThat(refused.reason().orElseThrow())
                .startsWith("Shop.Web 5.0.0 needs 1 MiB and 0 MiB are to stay free")
                .endsWith("no package here can go for it. Make room, then retry.");
        assertThat(file(pins.get(0))).exists();
        assertThat(file(pins.get(2))).exists();
    }

    @Test
    void nothing_goes_where_nobody_has_told_what_is_needed() throws Exception {
        List<PackagePin> pins = full();
        CommandResult refused = acquire(pin(4), Optional.empty());
        assertThat(refused.succeeded()).isFalse();
        assertThat(pins).allMatch(pin -> Files.exists(file(pin)));
    }

    @Test
    void what_a_command_is_about_and_what_was_just_used_stays() throws Exception {
        List<PackagePin> pins = full();
        var payload = new CommandPayload.Install("apps/web", List.of(), Map.of(), List.of());
        open.add(tickets.accept(Deliveries.install(pins.get(0), payload)));
        age(pins.get(1), Duration.ofMinutes(10));

        assertThat(got(pin(4)).removed()).containsExactly(pins.get(2).sha512());
    }

    @Test
    void what_was_verified_for_somebody_counts_as_used() throws Exception {
        List<PackagePin> pins = full();
        assertThat(got(pins.get(0)).bytes()).isZero();
        assertThat(got(pin(4)).removed()).containsExactly(pins.get(1).sha512());
    }

    @Test
    void what_an_interrupted_fetch_left_goes_first() throws Exception {
        List<PackagePin> pins = full();
        Files.delete(file(pins.get(2)));
        PackagePin given_up = pin(9);
        Path partial =
                tickets.home().packages().resolve(".partial").resolve(given_up.sha512().value());
        Files.write(partial, new byte[2_000]);

        assertThat(got(pin(4)).removed()).isEmpty();
        assertThat(partial).doesNotExist();
    }

    @Test
    void what_nobody_used_for_so_many_days_goes_in_any_case() throws Exception {
        PackagePin old = pin(1);
        PackagePin needed = pin(2);
        got(old);
        got(needed);
        age(old, Duration.ofDays(31));
        age(needed, Duration.ofDays(31));
        PackagePin stale = pin(9);
        Path partial =
                tickets.home().packages().resolve(".partial").resolve(stale.sha512().value());
        Files.write(partial, new byte[10]);
        Files.setLastModifiedTime(partial, FileTime.from(Instant.now().minus(Duration.ofDays(8))));

        CommandResult result =
                acquire(
                        needed,
                        Optional.of(List.of(needed.sha512())),
                        new KeepRules(1_000, Optional.of(30)));

        assertThat(result.acquisition().orElseThrow().removed()).containsExactly(old.sha512());
        assertThat(file(needed)).exists();
        assertThat(partial).doesNotExist();
        assertThat(told()).singleElement().asString().endsWith("nobody has used it for 30 days.");
    }

    /** Guards: a late word of a removal took away the server's knowledge of what is here again. */
    @Test
    void what_another_command_has_brought_back_meanwhile_is_not_told_as_removed() throws Exception {
        PackagePin oldest = full().getFirst();
        byte[] bytes = served.get(oldest.sha512().hex());
        meanwhile =
                () -> {
                    try {
                        Files.write(file(oldest), bytes);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                };

        assertThat(got(pin(4)).removed()).isEmpty();
        assertThat(told()).anyMatch(line -> line.contains("1.0.0"));
        assertThat(log.untold(4).getFirst())
                .returns(1, Removal::count)
                .returns(List.of(), Removal::packages);
    }

    @Test
    void what_is_just_being_fetched_is_not_told_as_left() throws Exception {
        var sha512 = new Sha512("cd".repeat(64));
        Files.write(
                tickets.home().packages().resolve(".partial").resolve(sha512.value()),
                new byte[10]);
        var lock = store.lock(sha512);
        lock.lock();
        try {
            assertThat(store.begun()).isEmpty();
        } finally {
            lock.unlock();
        }
        assertThat(store.begun()).containsExactly(new BegunPackage(sha512, 10));
    }
}
