package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.AgentCommand.ScriptPackage;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandPayload.PackagedFile;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.RunScriptWork;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.tentacle.trash.Trash;
import stagecoach.vocabulary.process.Action.Syntax;

/**
 * Scripts leave files that a tentacle without root cannot remove. Whoever runs these tests, its
 * disk refuses as it would to somebody else.
 */
@Timeout(120)
class UndeletableTest {
    private static final String DIRECTORY = "applications/prod/Shop.Web/current";
    private static final String FOREIGN = "belongs-to-root";

    @TempDir Path folder;
    Trash trash;
    TestTickets tickets;
    InstallPackageWork.Shared shared;
    ScriptRun runs;

    @BeforeEach
    void open() throws Exception {
        trash = Trash.by(UndeletableTest::deleteAsOthersWould);
        tickets = TestTickets.with(folder.resolve("home"), trash);
        runs = new ScriptRun(ScriptTools.install(tickets.home()));
        shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        runs,
                        List.of(),
                        RemovalLog.open(tickets.home()),
                        FolderSync.onDisk(),
                        trash);
    }

    private static void deleteAsOthersWould(Path path) throws IOException {
        Path parent = path.getParent();
        if (path.endsWith(FOREIGN)
                || !Files.getPosixFilePermissions(parent)
                        .contains(PosixFilePermission.OWNER_WRITE)) {
            throw new AccessDeniedException(path.toString());
        }
        Files.deleteIfExists(path);
    }

    private CommandResult install(Nupkg nupkg) throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.install(
                                nupkg.heldIn(tickets.home()),
                                new CommandPayload.Install(
                                        DIRECTORY, List.of(), Map.of(), List.of())));
        return perform(live);
    }

    private CommandResult perform(LiveTicket live) throws Exception {
        return new InstallPackageWork(shared, (InstallPackage) live.command()).perform(live);
    }

    private Path installed(String file) {
        return tickets.home().root().resolve(DIRECTORY).resolve(file);
    }

    private LiveTicket ended(String script) throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash(script));
        live.end(new RunScriptWork(runs, (RunScript) live.command()).perform(live));
        return live;
    }

    @Test
    void what_a_script_closed_to_us_is_removed_with_its_ticket() throws Exception {
        LiveTicket live = ended("mkdir -p m/n; touch m/n/x; chmod 500 m/n m");
        tickets.journal().complete(live);
        assertThat(names()).containsExactly("tombstones");
    }

    @Test
    void what_belongs_to_others_is_in_nobodys_way_now_and_at_the_next_start() throws Exception {
        LiveTicket live = ended("mkdir m; touch m/%s m/ours".formatted(FOREIGN));
        Path files = live.folder();
        tickets.journal().complete(live);
        assertThat(files).doesNotExist();
        var next = TestTickets.with(tickets.home().root(), trash);
        var found = next.journal().takeUp();
        assertThat(found.open()).isEmpty();
        assertThat(found.damaged()).isEmpty();
        // Only that stays, under a name that is no ticket's, until it lets itself be removed.
        assertThat(names()).hasSize(2);
        try (var left = Files.walk(tickets.home().work())) {
            assertThat(left.filter(Files::isRegularFile).map(Path::getFileName).map(Path::toString))
                    .contains(FOREIGN)
                    .doesNotContain("ours", "journal");
        }
        new TestTickets(tickets.home().root()).journal().takeUp();
        assertThat(names()).containsExactly("tombstones");
    }

    private List<String> names() throws Exception {
        try (var listed = Files.list(tickets.home().work())) {
            return listed.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void one_ticket_that_cannot_be_read_keeps_no_other_from_being_taken_up() throws Exception {
        LiveTicket broken = tickets.accept(Deliveries.bash("true"));
        LiveTicket sound = tickets.accept(Deliveries.bash("true"));
        Path journal = broken.folder().resolve("journal");
        Files.delete(journal);
        Files.createDirectory(journal);
        var found = TestTickets.with(tickets.home().root(), trash).journal().takeUp();
        assertThat(found.damaged()).containsExactly(broken.ticket());
        assertThat(found.open()).extracting(LiveTicket::ticket).containsExactly(sound.ticket());
    }

    @Test
    void an_old_release_that_cannot_be_removed_does_not_undo_the_new_one() throws Exception {
        String writes = "mkdir cache; touch cache/%s".formatted(FOREIGN);
        for (int n = 1; n <= 4; n++) {
            CommandResult result =
                    install(new Nupkg().with("version", "" + n).with("PostDeploy.sh", writes));
            assertThat(result.succeeded()).as("release %d: %s", n, result).isTrue();
            assertThat(installed("version")).hasContent("" + n);
        }
    }

    @Test
    void a_failed_release_that_cannot_be_removed_leaves_the_old_one_in_place_and_its_exit_code()
            throws Exception {
        assertThat(install(new Nupkg().with("version", "1")).succeeded()).isTrue();
        CommandResult result =
                install(
                        new Nupkg()
                                .with("version", "2")
                                .with("Deploy.sh", "touch %s; exit 9".formatted(FOREIGN)));
        assertThat(result.exitCode()).contains(9);
        assertThat(installed("version")).hasContent("1");
    }

    @Test
    void an_installation_that_was_undone_does_not_take_its_place_again_after_a_restart()
            throws Exception {
        assertThat(install(new Nupkg().with("version", "1")).succeeded()).isTrue();
        LiveTicket live =
                tickets.accept(
                        Deliveries.install(
                                new Nupkg()
                                        .with("version", "2")
                                        .with("PostDeploy.sh", "exit 9")
                                        .heldIn(tickets.home()),
                                new CommandPayload.Install(
                                        DIRECTORY, List.of(), Map.of(), List.of())));
        assertThat(perform(live).exitCode()).contains(9);
        assertThat(live.entries())
                .anyMatch(
                        entry ->
                                entry instanceof JournalEntry.Reached reached
                                        && reached.point().equals("undone"));
        CommandResult again = perform(tickets.afterRestart(live));
        assertThat(again.succeeded()).isFalse();
        assertThat(again.reason().orElseThrow()).contains("was undone");
        assertThat(installed("version")).hasContent("1");
    }

    @Test
    void the_exit_code_of_a_script_in_a_package_is_told_though_its_package_stays()
            throws Exception {
        var tools =
                new Nupkg()
                        .with("go.sh", "touch %s; exit 4".formatted(FOREIGN))
                        .heldIn(tickets.home(), "Shop.Tools");
        LiveTicket live =
                tickets.accept(
                        Deliveries.script(
                                new CommandPayload.Script(
                                        Syntax.BASH,
                                        "",
                                        Map.of(),
                                        List.of(),
                                        Optional.of(new PackagedFile(tools.id(), "go.sh"))),
                                new ScriptPackage(tools, true)));
        CommandResult result =
                new PackagedScriptWork(shared, (RunScript) live.command()).perform(live);
        assertThat(result.exitCode()).contains(4);
    }
}
