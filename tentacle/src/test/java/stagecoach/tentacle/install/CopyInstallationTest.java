package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandPayload.CopyTo;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.tentacle.trash.Trash;

@Timeout(120)
class CopyInstallationTest {
    @TempDir Path folder;
    TestTickets tickets;
    LiveTicket live;
    Path shop;
    FolderSync disk = FolderSync.onDisk();

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        shop = folder.resolve("srv/shop");
    }

    private LiveTicket accept(Nupkg nupkg, CopyTo to) throws Exception {
        var payload =
                new CommandPayload.Install(
                        "applications/current",
                        List.of("*.conf"),
                        Map.of("Db.Url", "jdbc:prod"),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(to));
        return tickets.accept(Deliveries.install(nupkg.heldIn(tickets.home()), payload));
    }

    private CommandResult copy(Nupkg nupkg, CopyTo to) throws Exception {
        live = accept(nupkg, to);
        return perform();
    }

    private CommandResult perform() throws Exception {
        var shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new ScriptRun(ScriptTools.install(tickets.home())),
                        List.of(),
                        RemovalLog.open(tickets.home()),
                        disk,
                        Trash.onDisk());
        return new InstallPackageWork(shared, (InstallPackage) live.command()).perform(live);
    }

    private CopyTo to(Path directory) {
        return new CopyTo(directory.toString(), false, List.of());
    }

    private CopyTo purged(String... except) {
        return new CopyTo(shop.toString(), true, List.of(except));
    }

    private void there(String file) throws IOException {
        Path path = shop.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "before");
    }

    private List<String> all() throws IOException {
        try (Stream<Path> walked = Files.walk(shop)) {
            return walked.skip(1)
                    .map(path -> shop.relativize(path).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private static void fails(CommandResult result, String... words) {
        assertThat(result.succeeded()).isFalse();
        assertThat(result.reason().orElseThrow()).contains(words);
    }

    @Test
    void what_is_installed_is_copied_with_its_variables_and_modes_before_deploy_runs()
            throws Exception {
        there("app.conf");
        there("data/kept.txt");
        CommandResult result =
                copy(
                        new Nupkg()
                                .with("app.conf", "url=#{Db.Url}")
                                .with(
                                        "bin/run",
                                        "#!/bin/sh".getBytes(StandardCharsets.UTF_8),
                                        0100755)
                                .with("PreDeploy.sh", "echo made > made.txt")
                                .with("Deploy.sh", "cat " + shop + "/app.conf"),
                        to(shop));
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(result.outputs()).containsEntry("CopiedTo", shop.toString());
        assertThat(shop.resolve("app.conf")).hasContent("url=jdbc:prod");
        assertThat(shop.resolve("made.txt")).hasContent("made");
        assertThat(shop.resolve("data/kept.txt")).hasContent("before");
        assertThat(Files.isExecutable(shop.resolve("bin/run"))).isTrue();
        assertThat(all()).noneMatch(name -> name.endsWith(".part"));
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("url=jdbc:prod");
    }

    @Test
    void a_purge_removes_what_is_there_but_what_patterns_name() throws Exception {
        there("old.dll");
        there("old/deep/old.dll");
        there("logs/a/1.log");
        there("conf/mine.local");
        there("conf/theirs.xml");
        there("uploads/x");
        Files.createDirectories(shop.resolve("empty"));
        CommandResult result =
                copy(new Nupkg().with("a.txt", "a"), purged("logs/**", "**/*.local", "uploads/"));
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(all())
                .containsExactly(
                        "a.txt",
                        "conf",
                        "conf/mine.local",
                        "logs",
                        "logs/a",
                        "logs/a/1.log",
                        "uploads",
                        "uploads/x");
    }

    @Test
    void links_go_and_what_they_lead_to_stays() throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "before");
        Files.createDirectories(shop);
        Files.createSymbolicLink(shop.resolve("logs"), outside);
        Files.createSymbolicLink(shop.resolve("a.txt"), outside.resolve("precious"));

        fails(
                copy(new Nupkg().with("a.txt", "a").with("logs/precious", "new"), to(shop)),
                "logs is a folder in the package, and a file or a link there",
                "Nothing was changed there.");
        fails(
                copy(new Nupkg().with("logs/precious", "new"), purged("logs")),
                "logs is a folder in the package, and a file or a link there");
        assertThat(Files.isSymbolicLink(shop.resolve("a.txt"))).isTrue();

        assertThat(copy(new Nupkg().with("a.txt", "a"), to(shop)).succeeded()).isTrue();
        assertThat(Files.isSymbolicLink(shop.resolve("a.txt"))).isFalse();
        assertThat(copy(new Nupkg().with("logs/precious", "new"), purged()).succeeded()).isTrue();
        assertThat(Files.isDirectory(shop.resolve("logs"), LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(outside.resolve("precious")).hasContent("before");
    }

    @Test
    void a_link_that_a_script_makes_is_not_copied() throws Exception {
        fails(
                copy(new Nupkg().with("PreDeploy.sh", "ln -s /etc/passwd x"), to(shop)),
                "x, which a script has made, is a link or a device",
                "Nothing was changed there.");
        assertThat(shop).doesNotExist();
    }

    @Test
    void folders_that_others_need_are_refused_before_anything_is_done() throws Exception {
        Path home = tickets.home().root();
        Path linked = Files.createSymbolicLink(folder.resolve("linked"), folder);
        Files.writeString(folder.resolve("file"), "x");
        for (var bad :
                Map.of(
                                "/",
                                "is the root of a disk",
                                "/etc",
                                "belongs to the system",
                                "/usr/lib",
                                "belongs to the system",
                                home.toString(),
                                "the tentacle's home",
                                home + "/journal",
                                "the tentacle's home",
                                folder.toString(),
                                "the tentacle's home",
                                linked.toString(),
                                "is a link",
                                linked + "/home/journal",
                                "the tentacle's home",
                                folder.resolve("file").toString(),
                                "is no folder",
                                "shop",
                                "is not absolute")
                        .entrySet()) {
            fails(
                    copy(
                            new Nupkg().with("PreDeploy.sh", "touch " + folder + "/ran"),
                            new CopyTo(bad.getKey(), true, List.of())),
                    bad.getValue());
        }
        fails(copy(new Nupkg(), to(Path.of(folder + "/x/../y"))), "goes up with '..'");
        fails(copy(new Nupkg(), purged("[")), "copyTo.except '[' is no pattern of file names");
        assertThat(folder.resolve("ran")).doesNotExist();
    }

    @Test
    void a_copy_that_fails_says_how_far_it_came_and_the_version_before_stays_installed()
            throws Exception {
        assertThat(copy(new Nupkg().with("v", "1"), purged()).succeeded()).isTrue();
        disk =
                FolderSync.by(
                        path -> {
                            if (path.startsWith(shop)) {
                                throw new IOException("the disk is gone");
                            }
                        });
        fails(
                copy(new Nupkg().with("v", "2"), purged()),
                "could not be copied to "
                        + shop
                        + ", which is incomplete now (1 removed, 1 copied)",
                "the disk is gone");
        assertThat(tickets.home().root().resolve("applications/current/v")).hasContent("1");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .anyMatch(line -> line.contains("1 removed, 1 of 1 copied, then it ended"))
                .anyMatch(line -> line.contains(shop + " is incomplete"));
    }

    @Test
    void an_installation_that_fails_behind_its_copy_says_that_the_copy_stays() throws Exception {
        assertThat(
                        copy(new Nupkg().with("v", "2").with("Deploy.sh", "exit 3"), purged())
                                .succeeded())
                .isFalse();
        assertThat(shop.resolve("v")).hasContent("2");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .anyMatch(line -> line.startsWith(shop + " holds the files of this version"));
    }

    @Test
    void the_same_command_again_leaves_alone_what_programs_have_written_into_the_copy()
            throws Exception {
        assertThat(copy(new Nupkg().with("v", "1"), purged()).succeeded()).isTrue();
        there("written.db");
        assertThat(perform().succeeded()).isTrue();
        assertThat(all()).containsExactly("v", "written.db");
    }

    @Test
    void a_copy_that_was_cut_off_is_made_again_under_its_ticket() throws Exception {
        live = accept(new Nupkg().with("v", "1"), purged());
        live.record(new JournalEntry.Reached(live.now(), "begun"));
        live.record(new JournalEntry.Reached(live.now(), "copying"));
        there("old");
        there(".stagecoach-" + live.ticket() + ".part");
        assertThat(perform().succeeded()).isTrue();
        assertThat(all()).containsExactly("v");
    }

    @Test
    void a_pattern_that_would_keep_nothing_is_refused_before_anything_is_done() throws Exception {
        there("logs/precious");
        for (String idle : List.of("./logs/**", "logs//**", "logs/#{Tenant}/**")) {
            fails(copy(new Nupkg(), purged(idle)), "copyTo.except '" + idle + "' matches nothing");
        }
        assertThat(all()).containsExactly("logs", "logs/precious");
    }

    @Test
    void what_stays_in_the_place_of_a_file_is_told_before_anything_is_changed() throws Exception {
        there("app/deep/my.local");
        there("other");
        fails(
                copy(new Nupkg().with("app", "a file"), purged("**/*.local")),
                "app is a file in the package, and a folder there of which "
                        + Path.of("app/deep/my.local")
                        + " stays",
                "Nothing was changed there.");
        assertThat(all()).containsExactly("app", "app/deep", "app/deep/my.local", "other");
    }

    @Test
    void a_copy_that_was_cut_off_and_finds_something_in_its_way_does_not_say_that_all_is_as_before()
            throws Exception {
        live = accept(new Nupkg().with("v", "1"), to(shop));
        live.record(new JournalEntry.Reached(live.now(), "begun"));
        live.record(new JournalEntry.Reached(live.now(), "copying"));
        there("v/within");
        fails(
                perform(),
                "v is a file in the package, and a folder there",
                "An earlier try has left it incomplete.");
    }

    @Test
    void a_copy_that_has_no_room_is_refused_before_anything_is_changed() throws Exception {
        there("other");
        fails(
                copy(new Nupkg().with("PreDeploy.sh", "truncate -s 4T big"), purged()),
                "it needs 4194304 MiB, and ",
                "Nothing was changed there.");
        assertThat(all()).containsExactly("other");
    }

    @Test
    void a_folder_that_nobody_may_list_stays_if_a_pattern_names_it_and_is_told_if_not()
            throws Exception {
        live = accept(new Nupkg(), purged("logs/**"));
        var payload = (CommandPayload.Install) live.payload().orElseThrow();
        var link = VersionLink.of(tickets.home().root(), payload.directory(), live.ticket());
        var installation = new Installation(live, (InstallPackage) live.command(), payload, link);
        var logs = shop.getFileSystem().getPathMatcher("glob:logs");
        var ways = new CopyWalk(installation, shop, List.of(logs));
        List<Path> stays = new ArrayList<>();
        var outside =
                ways.new Outside() {
                    @Override
                    void goes(Path path, BasicFileAttributes is) {
                        throw new AssertionError(path + " cannot be seen");
                    }

                    @Override
                    void stays(Path relative) {
                        stays.add(relative);
                    }
                };
        var closed = new AccessDeniedException("closed");
        assertThat(outside.visitFileFailed(shop.resolve("logs"), closed))
                .isEqualTo(FileVisitResult.CONTINUE);
        assertThat(stays).containsExactly(Path.of("logs"));
        assertThatThrownBy(() -> outside.visitFileFailed(shop.resolve("data"), closed))
                .isSameAs(closed);
    }

    @Test
    void half_a_file_that_a_kill_has_left_goes_also_if_the_copy_is_cancelled_then()
            throws Exception {
        live = accept(new Nupkg(), to(shop));
        var payload = (CommandPayload.Install) live.payload().orElseThrow();
        var link = VersionLink.of(tickets.home().root(), payload.directory(), live.ticket());
        Files.createDirectories(link.content().resolve("deep"));
        for (String point : List.of("begun", "unpacked", "copying")) {
            live.record(new JournalEntry.Reached(live.now(), point));
        }
        there("deep/other");
        there("deep/.stagecoach-" + live.ticket() + ".part");
        live.askStop(JournalEntry.StopAsked.Cause.CANCEL, Duration.ZERO, Duration.ZERO);
        assertThatThrownBy(this::perform).isInstanceOf(InterruptedException.class);
        assertThat(all()).containsExactly("deep", "deep/other");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .anyMatch(line -> line.startsWith(shop + " is incomplete"));
    }
}
