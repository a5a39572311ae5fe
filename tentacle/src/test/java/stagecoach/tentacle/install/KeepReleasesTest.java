package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedRelease;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.releases.OlderReleases;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.process.Action.Syntax;

@Timeout(120)
class KeepReleasesTest {
    private static final String SHOP = "applications/prod/Shop.Web";

    @TempDir Path folder;
    TestTickets tickets;
    InstallPackageWork.Shared shared;
    RemovalLog log;
    Path shop;
    final List<LiveTicket> open = new CopyOnWriteArrayList<>();
    final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-29T03:00:00Z"));

    @BeforeEach
    void open() throws Exception {
        tickets =
                new TestTickets(
                        folder.resolve("home"),
                        () -> now.updateAndGet(at -> at.plus(Duration.ofSeconds(1))));
        shop = tickets.home().root().resolve(SHOP);
        log = RemovalLog.open(tickets.home());
        shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new ScriptRun(ScriptTools.install(tickets.home())),
                        open,
                        log);
    }

    private LiveTicket install(String project, String version, Optional<Integer> keep)
            throws Exception {
        return install(project, version, SHOP + "/" + version, keep);
    }

    private LiveTicket install(
            String project, String version, String directory, Optional<Integer> keep)
            throws Exception {
        PackagePin some = new Nupkg().with("version", version).heldIn(tickets.home());
        var pin =
                new PackagePin(
                        some.id(), PackageVersion.parse(version), some.sha512(), some.size());
        var payload =
                new CommandPayload.Install(
                        directory, List.of(), Map.of(), List.of(), keep, List.of());
        Deliver delivered = Deliveries.install(pin, payload);
        var asked = (InstallPackage) delivered.command();
        CommandContext context = asked.context();
        LiveTicket live =
                tickets.accept(
                        new Deliver(
                                new InstallPackage(
                                        asked.ticket(),
                                        asked.agent(),
                                        new CommandContext(
                                                context.deployment(),
                                                new ProjectId(project),
                                                context.environment(),
                                                context.run(),
                                                context.step(),
                                                context.target()),
                                        pin,
                                        asked.payloadDigest(),
                                        asked.mutex(),
                                        asked.timeout(),
                                        asked.expiresAt()),
                                delivered.payload(),
                                List.of()));
        open.add(live);
        CommandResult result =
                new InstallPackageWork(shared, (InstallPackage) live.command()).perform(live);
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        live.end(result);
        return live;
    }

    private List<String> installed() throws IOException {
        try (Stream<Path> listed = Files.list(shop)) {
            return listed.filter(Files::isSymbolicLink)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> listed = Files.list(shop.resolve(".stagecoach"))) {
            return listed.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> told(LiveTicket live) throws IOException {
        return TestTickets.lines(live, OutputKind.INFO);
    }

    @Test
    void so_many_older_releases_stay_and_what_went_is_told() throws Exception {
        for (String version : List.of("1.0.0", "1.1.0", "1.2.0")) {
            install("shop", version, Optional.of(2));
        }
        assertThat(installed()).containsExactly("1.0.0", "1.1.0", "1.2.0");
        LiveTicket last = install("shop", "1.3.0", Optional.of(1));
        assertThat(installed()).containsExactly("1.2.0", "1.3.0");
        assertThat(shop.resolve("1.2.0/version")).hasContent("1.2.0");
        assertThat(beside())
                .allMatch(name -> name.startsWith("1.2.0") || name.startsWith("1.3.0"))
                .hasSize(4);
        assertThat(last.result().orElseThrow().outputs())
                .containsEntry("RemovedReleases", "1.1.0, 1.0.0");
        assertThat(told(last)).contains("Removed Shop.Web 1.1.0, 1.0.0: keepReleases is 1.");
        Removal removal = RemovalLog.open(tickets.home()).untold(4).getFirst();
        assertThat(removal)
                .returns(Removal.Rule.RELEASES, Removal::rule)
                .returns("keepReleases is 1", Removal::reason)
                .returns(last.command().context().deployment(), Removal::deployment)
                .returns(2, Removal::count);
        assertThat(removal.releases())
                .extracting(one -> one.id() + " " + one.version() + " at " + one.directory())
                .containsExactly(
                        "Shop.Web 1.1.0 at " + shop.resolve("1.1.0"),
                        "Shop.Web 1.0.0 at " + shop.resolve("1.0.0"));
        assertThat(removal.releases()).allMatch(one -> one.bytes() > 0);
        assertThat(removal.bytes())
                .isEqualTo(removal.releases().stream().mapToLong(RemovedRelease::bytes).sum());
    }

    /** Its record says what was to go, and the disk what has. */
    @Test
    void what_went_before_the_tentacle_was_killed_is_told_by_the_next_one() throws Exception {
        LiveTicket live = install("shop", "1.0.0", Optional.empty());
        install("shop", "1.1.0", Optional.empty());
        var gone =
                new RemovedRelease(
                        new PackageId("Shop.Web"),
                        PackageVersion.parse("1.0.0"),
                        shop.resolve("1.0.0").toString(),
                        0);
        var there =
                new RemovedRelease(
                        new PackageId("Shop.Web"),
                        PackageVersion.parse("1.1.0"),
                        shop.resolve("1.1.0").toString(),
                        0);
        long number =
                log.intend(
                        new RemovalLog.Occasion(live, Removal.Rule.RELEASES, "keepReleases is 0"),
                        RemovalLog.Things.ofReleases(List.of(gone, there)));
        Files.delete(shop.resolve("1.0.0"));

        RemovalLog next = RemovalLog.open(tickets.home());

        assertThat(next.untold(4))
                .singleElement()
                .returns(number, Removal::number)
                .returns(1, Removal::count)
                .returns(List.of(gone), Removal::releases);
        next.taken(number);
        now.set(now.get().minus(Duration.ofDays(30)));
        RemovalLog third = RemovalLog.open(tickets.home());
        assertThat(third.untold(4)).isEmpty();
        install("shop", "1.2.0", Optional.empty());
        long later =
                third.intend(
                        new RemovalLog.Occasion(
                                open.getLast(), Removal.Rule.RELEASES, "the clock was set back"),
                        RemovalLog.Things.ofReleases(List.of()));
        assertThat(later).isGreaterThan(number);
    }

    @Test
    void what_a_killed_process_has_removed_is_told_with_its_bytes() throws Exception {
        install("shop", "1.0.0", Optional.empty());
        LiveTicket second = install("shop", "1.1.0", Optional.empty());
        Home next = new TestTickets(folder.resolve("next")).home();
        Path left = Files.createDirectories(next.root().resolve("removals"));
        // Asked in the middle of a removal: whoever is killed there leaves the log like this.
        var asked =
                new AbstractCollection<LiveTicket>() {
                    @Override
                    public Iterator<LiveTicket> iterator() {
                        copyLog(left);
                        return open.iterator();
                    }

                    @Override
                    public int size() {
                        return open.size();
                    }
                };
        PackagePin pin = ((InstallPackage) second.command()).pin();
        new OlderReleases(asked, log).installed(second, shop.resolve("1.1.0"), pin, Optional.of(0));

        long bytes = log.untold(4).getFirst().bytes();
        assertThat(bytes).isPositive();
        assertThat(RemovalLog.open(next).untold(4))
                .singleElement()
                .returns(bytes, Removal::bytes)
                .satisfies(
                        removal ->
                                assertThat(removal.releases())
                                        .extracting(RemovedRelease::bytes)
                                        .containsExactly(bytes));
    }

    private void copyLog(Path to) {
        Path removals = tickets.home().root().resolve("removals");
        try (Stream<Path> listed = Files.list(removals)) {
            for (Path file : listed.toList()) {
                Files.copy(
                        file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void without_a_number_all_stay_and_count_when_there_is_one() throws Exception {
        for (String version : List.of("1.0.0", "1.1.0", "1.2.0")) {
            assertThat(install("shop", version, Optional.empty()).result().orElseThrow().outputs())
                    .doesNotContainKey("RemovedReleases");
        }
        assertThat(installed()).hasSize(3);
        install("shop", "1.2.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.2.0");
    }

    @Test
    void a_release_that_was_installed_again_is_a_new_one() throws Exception {
        install("shop", "1.0.0", Optional.of(1));
        install("shop", "1.1.0", Optional.of(1));
        install("shop", "1.0.0", Optional.of(1));
        install("shop", "1.2.0", Optional.of(1));
        assertThat(installed()).containsExactly("1.0.0", "1.2.0");
    }

    @Test
    void what_another_project_installed_is_kept_for_it() throws Exception {
        install("other", "1.0.0", Optional.of(0));
        install("shop", "1.0.0", Optional.of(0));
        install("shop", "1.1.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.0.0", "1.1.0");
        install("other", "1.2.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.1.0", "1.2.0");
    }

    @Test
    void a_directory_of_ones_own_has_no_older_releases() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        LiveTicket own = install("shop", "1.1.0", "srv/shop", Optional.of(0));
        assertThat(installed()).containsExactly("1.0.0");
        assertThat(own.result().orElseThrow().outputs()).doesNotContainKey("RemovedReleases");
    }

    @Test
    void what_a_waiting_command_names_stays_until_it_has_ended() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        var script =
                new CommandPayload.Script(
                        Syntax.SH, "ls " + shop.resolve("1.0.0") + "/bin", Map.of(), List.of());
        LiveTicket waiting = tickets.accept(Deliveries.script(script));
        open.add(waiting);
        LiveTicket second = install("shop", "1.1.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.0.0", "1.1.0");
        assertThat(told(second))
                .contains(
                        "1.0.0 stays for now: a command of deployment %s uses it."
                                .formatted(waiting.command().context().deployment()));
        waiting.end(Results.cancelled(Optional.empty()));
        install("shop", "1.2.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.2.0");
    }

    @Test
    void a_version_whose_name_goes_on_is_another_one() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        var variables = Map.of("Dir", shop.resolve("1.0.0-beta").toString());
        var script = new CommandPayload.Script(Syntax.SH, ":", variables, List.of());
        open.add(tickets.accept(Deliveries.script(script)));
        install("shop", "1.1.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.1.0");
    }

    @Test
    void what_a_process_works_in_stays_until_it_has_ended() throws Exception {
        assumeThat(Path.of("/proc/self/cwd")).exists();
        install("shop", "1.0.0", Optional.of(0));
        Process service =
                new ProcessBuilder("sleep", "600")
                        .directory(shop.resolve("1.0.0").toFile())
                        .start();
        try {
            LiveTicket second = install("shop", "1.1.0", Optional.of(0));
            assertThat(told(second))
                    .contains("1.0.0 stays for now: process %d uses it.".formatted(service.pid()));
            assertThat(installed()).containsExactly("1.0.0", "1.1.0");
        } finally {
            service.destroyForcibly().waitFor();
        }
        install("shop", "1.2.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.2.0");
    }

    @Test
    void what_a_crash_has_left_of_a_removal_goes_with_the_next() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        // Killed behind the link, and in the middle of the files.
        Files.delete(shop.resolve("1.0.0"));
        Path half = Files.createDirectories(shop.resolve(".stagecoach/.0.9.0-x.gone"));
        Files.writeString(half.resolve("rest"), "x");
        install("shop", "1.1.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.1.0");
        assertThat(beside()).allMatch(name -> name.startsWith("1.1.0")).hasSize(2);
        assertThat(log.untold(4)).as("the process behind the killed one has told it").isEmpty();
    }

    @Test
    void what_fails_behind_its_end_is_told_as_removed_and_as_a_failure() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        String content =
                beside().stream().filter(name -> !name.endsWith(".releases")).findFirst().get();
        LiveTicket second = install("shop", "1.1.0", Optional.empty());
        Files.createFile(shop.resolve(".stagecoach/." + content + ".gone"));
        PackagePin pin = ((InstallPackage) second.command()).pin();
        new OlderReleases(open, log).installed(second, shop.resolve("1.1.0"), pin, Optional.of(0));
        assertThat(told(second)).anyMatch(line -> line.contains("could not be removed"));
        assertThat(installed()).containsExactly("1.1.0");
        assertThat(log.untold(4).getFirst().releases())
                .singleElement()
                .returns(shop.resolve("1.0.0").toString(), RemovedRelease::directory)
                .satisfies(one -> assertThat(one.bytes()).isPositive());
    }

    @Test
    void a_folder_that_somebody_has_put_at_the_place_of_a_release_is_not_told_as_removed()
            throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        Files.delete(shop.resolve("1.0.0"));
        Files.createDirectory(shop.resolve("1.0.0"));
        LiveTicket second = install("shop", "1.1.0", Optional.of(0));
        assertThat(shop.resolve("1.0.0")).exists();
        assertThat(log.untold(4)).isEmpty();
        assertThat(told(second)).noneMatch(line -> line.startsWith("Removed"));
    }

    @Test
    void a_strange_file_among_the_records_is_in_nobodys_way() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        Path strange = shop.resolve(".stagecoach/x.releases");
        Files.copy(shop.resolve(".stagecoach/1.0.0.releases"), strange);
        install("shop", "1.1.0", Optional.of(0));
        assertThat(installed()).containsExactly("1.1.0");
        assertThat(strange).exists();
    }

    @Test
    void a_removal_that_fails_is_told_and_the_installation_has_succeeded() throws Exception {
        install("shop", "1.0.0", Optional.of(0));
        Path record = shop.resolve(".stagecoach/1.0.0.releases");
        Files.writeString(record, "{", StandardCharsets.UTF_8);
        LiveTicket second = install("shop", "1.1.0", Optional.of(0));
        assertThat(new ArrayList<>(told(second)))
                .anyMatch(
                        line ->
                                line.contains("could not be removed")
                                        && line.contains(record.toString()));
        assertThat(Files.exists(shop.resolve("1.0.0"), LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(shop.resolve("1.1.0/version")).hasContent("1.1.0");
    }
}
