package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.Interpreter;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.tentacle.trash.Trash;
import stagecoach.vocabulary.packages.PackagePin;

@Timeout(120)
class InstallPackageTest {
    private static final String DIRECTORY = "applications/prod/Shop.Web/current";

    @TempDir Path folder;
    TestTickets tickets;
    InstallPackageWork.Shared shared;
    Path home;
    Path trace;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        home = tickets.home().root();
        trace = folder.resolve("trace");
        shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new ScriptRun(ScriptTools.install(tickets.home())),
                        List.of(),
                        RemovalLog.open(tickets.home()));
    }

    private static CommandPayload.Install payload(String directory, String... substituteIn) {
        return new CommandPayload.Install(
                directory,
                List.of(substituteIn),
                Map.of("Db.Url", "jdbc:prod", "Password", "hunter2"),
                List.of("hunter2"));
    }

    private LiveTicket accept(PackagePin pin, CommandPayload.Install payload) throws Exception {
        return tickets.accept(Deliveries.install(pin, payload));
    }

    private CommandResult perform(LiveTicket live) throws Exception {
        return new InstallPackageWork(shared, (InstallPackage) live.command()).perform(live);
    }

    private CommandResult install(Nupkg nupkg, String... substituteIn) throws Exception {
        return perform(accept(nupkg.heldIn(tickets.home()), payload(DIRECTORY, substituteIn)));
    }

    private Path installed(String file) {
        return home.resolve(DIRECTORY).resolve(file);
    }

    private List<String> versionsBeside() throws IOException {
        try (Stream<Path> listed =
                Files.list(home.resolve("applications/prod/Shop.Web/.stagecoach"))) {
            return listed.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void files_come_out_as_they_are_and_the_packages_own_papers_stay_behind() throws Exception {
        CommandResult result =
                install(
                        new Nupkg()
                                .with(
                                        "bin/run",
                                        "#!/bin/sh".getBytes(StandardCharsets.UTF_8),
                                        0100755)
                                .with("a%20b/c%2b.txt", "escaped")
                                .with("win\\dows.txt", "backslash")
                                .with("100%.txt", "percent")
                                .with("docs/package/x.nuspec", "not ours"));
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        assertThat(result.outputs())
                .containsEntry("InstallDirectory", home.resolve(DIRECTORY).toString());
        assertThat(Files.isExecutable(installed("bin/run"))).isTrue();
        assertThat(installed("a b/c+.txt")).hasContent("escaped");
        assertThat(installed("win/dows.txt")).hasContent("backslash");
        assertThat(installed("100%.txt")).hasContent("percent");
        assertThat(installed("docs/package/x.nuspec")).exists();
        assertThat(installed("Shop.Web.nuspec")).doesNotExist();
        assertThat(installed("_rels")).doesNotExist();
        assertThat(installed("package")).doesNotExist();
        assertThat(installed("[Content_Types].xml")).doesNotExist();
    }

    @Test
    void variables_are_put_in_where_the_step_says_and_nowhere_else() throws Exception {
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with("app.properties", "\uFEFFurl=#{Db.Url}\r\nkeep=#{No.Such}\n")
                                .with("conf/deep/b.properties", "url=#{ Db.Url }")
                                .with("other.txt", "url=#{Db.Url}")
                                .heldIn(tickets.home()),
                        payload(DIRECTORY, "**/*.properties", "*.none"));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(Files.readString(installed("app.properties")))
                .isEqualTo("\uFEFFurl=jdbc:prod\r\nkeep=#{No.Such}\n");
        assertThat(installed("conf/deep/b.properties")).hasContent("url=jdbc:prod");
        assertThat(installed("other.txt")).hasContent("url=#{Db.Url}");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .contains(
                        "app.properties: no value here for #{No.Such}, left as written.",
                        "substituteIn '*.none' matches no file of the package.");
    }

    @Test
    void a_file_that_a_secret_went_into_is_not_for_others() throws Exception {
        CommandResult result =
                install(
                        new Nupkg()
                                .with("secret.conf", "password=#{Password}")
                                .with("encoded.conf", "password=#{Password | ToBase64}")
                                .with("open.conf", "url=#{Db.Url}"),
                        "*.conf");
        assertThat(result.succeeded()).as("%s", result).isTrue();
        for (String secret : List.of("secret.conf", "encoded.conf")) {
            assertThat(PosixFilePermissions.toString(mode(secret))).matches("r.-[r-]-----");
        }
        assertThat(installed("encoded.conf")).hasContent("password=aHVudGVyMg==");
        Path usual = Files.writeString(folder.resolve("usual"), "");
        assertThat(mode("open.conf")).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void a_file_is_for_no_more_people_than_in_its_package() throws Exception {
        byte[] text = "x".getBytes(StandardCharsets.UTF_8);
        CommandResult result =
                install(
                        new Nupkg()
                                .with("key.pem", text, 0100600)
                                .with("group.conf", text, 0100640)
                                .with("own/", new byte[0], 040700)
                                .with("own/run", text, 0100700)
                                .with("as/root", text, 0104755)
                                .with("read-only", text, 0100444)
                                .with("nothing-said", text, 0100000));
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(shown("key.pem")).isEqualTo("rw-------");
        assertThat(shown("group.conf")).isIn("rw-r-----", "rw-------");
        assertThat(shown("own")).isEqualTo("rwx------");
        assertThat(shown("own/run")).isEqualTo("rwx------");
        assertThat(shown("as/root")).matches("rwx[r-]-[x-][r-]-[x-]");
        assertThat(shown("read-only")).startsWith("rw-");
        Path usual = Files.writeString(folder.resolve("usual"), "");
        assertThat(mode("nothing-said")).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    private String shown(String file) throws IOException {
        return PosixFilePermissions.toString(mode(file));
    }

    private Set<PosixFilePermission> mode(String file) throws IOException {
        return Files.getPosixFilePermissions(installed(file));
    }

    @Test
    void the_journal_vouches_for_the_new_folder_only_once_all_of_it_is_on_disk() throws Exception {
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with("conf/deep/b.properties", "url=#{Db.Url}")
                                .with("run.sh", "true")
                                .heldIn(tickets.home()),
                        payload(DIRECTORY, "**/*.properties"));
        Set<String> onDiskBefore = ConcurrentHashMap.newKeySet();
        installOn(
                live,
                path -> {
                    if (!hasReached(live, "unpacked")) {
                        onDiskBefore.add(path.getFileName() + " " + Files.isDirectory(path));
                        if (path.endsWith("b.properties")) {
                            assertThat(path).hasContent("url=jdbc:prod");
                        }
                    }
                });
        assertThat(hasReached(live, "unpacked")).isTrue();
        assertThat(onDiskBefore)
                .containsExactlyInAnyOrder(
                        "b.properties false",
                        "deep true",
                        "conf true",
                        "run.sh false",
                        installed("").toRealPath().getFileName() + " true",
                        ".stagecoach true");
    }

    @Test
    void what_a_script_wrote_is_on_disk_before_the_installation_is_done() throws Exception {
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with("PostDeploy.sh", "echo 1 > written")
                                .heldIn(tickets.home()),
                        payload(DIRECTORY));
        Set<String> onDisk = ConcurrentHashMap.newKeySet();
        installOn(live, path -> onDisk.add(String.valueOf(path.getFileName())));
        assertThat(onDisk).contains("written");
    }

    @Test
    void a_disk_that_fails_fails_the_installation_and_the_version_before_stays() throws Exception {
        install(new Nupkg().with("app.txt", "old"));
        LiveTicket live =
                accept(
                        new Nupkg().with("app.txt", "new").heldIn(tickets.home()),
                        payload(DIRECTORY));
        CommandResult result =
                installOn(
                        live,
                        path -> {
                            throw new IOException("Input/output error");
                        });
        assertThat(result.succeeded()).isFalse();
        assertThat(hasReached(live, "unpacked")).isFalse();
        assertThat(installed("app.txt")).hasContent("old");
    }

    private CommandResult installOn(LiveTicket live, FolderSync.Force disk) throws Exception {
        shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new ScriptRun(ScriptTools.install(tickets.home())),
                        List.of(),
                        RemovalLog.open(tickets.home()),
                        FolderSync.by(disk),
                        Trash.onDisk());
        return perform(live);
    }

    private static boolean hasReached(LiveTicket live, String point) {
        return live.entries().stream()
                .anyMatch(
                        entry ->
                                entry instanceof JournalEntry.Reached reached
                                        && reached.point().equals(point));
    }

    @Test
    void what_is_no_text_is_not_substituted_in() throws Exception {
        CommandResult result =
                install(new Nupkg().with("logo.png", new byte[] {(byte) 0x89, 'P'}, 0), "*.png");
        assertThat(result.reason().orElseThrow()).contains("logo.png, which is no UTF-8 text");
        assertThat(home.resolve(DIRECTORY)).doesNotExist();
    }

    @Test
    void convention_scripts_run_in_order_in_the_new_folder_whatever_their_mode() throws Exception {
        String line = "echo %s \"$STAGECOACH_DB_URL\" $(basename \"$PWD\") >> " + trace + "\n";
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with(
                                        "PostDeploy.py",
                                        "open('%s','a').write('post\\n')".formatted(trace))
                                .with(
                                        "Deploy.sh",
                                        line.formatted("deploy")
                                                + "set_stagecoach_variable Port 80")
                                .with(
                                        "PreDeploy.sh",
                                        // As Windows writes it.
                                        line.formatted("pre").replace("\n", "\r\n")
                                                + "echo $STAGECOACH_PASSWORD\r\n")
                                .with("PreDeploy.ps1", "throw 'the shell script comes first'")
                                .heldIn(tickets.home()),
                        payload(DIRECTORY));
        CommandResult result = perform(live);
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        String content = "current-" + live.ticket();
        assertThat(Files.readString(trace))
                .isEqualTo("pre jdbc:prod %1$s\ndeploy jdbc:prod %1$s\npost\n".formatted(content));
        assertThat(result.outputs()).containsEntry("Port", "80").containsKey("InstallDirectory");
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("********");
    }

    @Test
    void of_several_scripts_of_one_name_the_first_runs_that_the_machine_can_run() throws Exception {
        List<Interpreter> brought = List.of(Interpreter.BASH, Interpreter.POWERSHELL);
        assertThat(ConventionScript.choice("Deploy", brought, _ -> true))
                .contains(Interpreter.BASH);
        assertThat(ConventionScript.choice("Deploy", brought, Interpreter.POWERSHELL::equals))
                .contains(Interpreter.POWERSHELL);
        assertThat(ConventionScript.choice("Deploy", List.of(), _ -> false)).isEmpty();
        assertThatThrownBy(() -> ConventionScript.choice("Deploy", brought, _ -> false))
                .hasMessageContaining("no bash for Deploy.sh, no powershell for Deploy.ps1");
    }

    @Test
    void what_the_machine_lacks_for_the_last_script_is_said_before_the_first_begins()
            throws Exception {
        assumeTrue(Interpreter.POWERSHELL.program().isEmpty(), "this machine has PowerShell");
        assertThat(install(new Nupkg().with("version", "1")).succeeded()).isTrue();
        CommandResult result =
                install(
                        new Nupkg()
                                .with("version", "2")
                                .with("PreDeploy.sh", "echo begun > " + trace)
                                .with("PostDeploy.ps1", "exit 0"));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason().orElseThrow()).contains("no powershell for PostDeploy.ps1");
        assertThat(trace).doesNotExist();
        assertThat(installed("version")).hasContent("1");
    }

    @Test
    void a_disk_that_fails_while_a_script_runs_does_not_end_its_installation() throws Exception {
        Path say = folder.resolve("say");
        Path go = folder.resolve("go");
        String script =
                "until [ -e %s ]; do sleep 0.05; done; echo said; until [ -e %s ]; do sleep 0.05; done; echo once >> %s"
                        .formatted(say, go, trace);
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with("version", "1")
                                .with("Deploy.sh", script)
                                .heldIn(tickets.home()),
                        payload(DIRECTORY));
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                failure.completeExceptionally(
                                        new AssertionError(perform(live).toString()));
                            } catch (Exception e) {
                                failure.complete(e);
                            }
                        });
        await().atMost(Duration.ofSeconds(30)).until(() -> ScriptRun.isAlive(live));
        live.output().close();
        Files.createFile(say);
        assertThat(failure.get(60, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        assertThat(ScriptRun.isAlive(live)).isTrue();
        assertThat(installed("version")).hasContent("1");
        Files.createFile(go);
        CommandResult result = perform(tickets.afterRestart(live));
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        assertThat(trace).hasContent("once");
    }

    @Test
    void a_failed_script_leaves_the_old_version_in_place() throws Exception {
        assertThat(install(new Nupkg().with("version", "1")).succeeded()).isTrue();
        for (String failing : List.of("PreDeploy.sh", "Deploy.sh", "PostDeploy.sh")) {
            CommandResult result =
                    install(
                            new Nupkg()
                                    .with("version", "2")
                                    .with(failing, "echo 'no licence' >&2; exit 9"));
            assertThat(result.exitCode()).contains(9);
            assertThat(result.reason()).contains("no licence");
            assertThat(installed("version")).hasContent("1");
            assertThat(versionsBeside()).hasSize(1);
        }
    }

    @Test
    void deploy_sees_the_new_version_and_a_first_one_that_fails_leaves_nothing() throws Exception {
        CommandResult result =
                install(
                        new Nupkg()
                                .with("version", "2")
                                .with(
                                        "Deploy.sh",
                                        "cat %s > %s; exit 1"
                                                .formatted(installed("version"), trace)));
        assertThat(result.exitCode()).contains(1);
        assertThat(trace).hasContent("2");
        assertThat(Files.exists(home.resolve(DIRECTORY), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void the_current_version_and_the_one_before_are_kept() throws Exception {
        for (int n = 1; n <= 4; n++) {
            assertThat(install(new Nupkg().with("version", "" + n)).succeeded()).isTrue();
        }
        assertThat(installed("version")).hasContent("4");
        assertThat(versionsBeside()).hasSize(2);
    }

    @Test
    void what_others_have_put_there_is_not_touched() throws Exception {
        Path mine = Files.createDirectories(home.resolve(DIRECTORY));
        Files.writeString(mine.resolve("precious"), "x");
        CommandResult result = install(new Nupkg().with("version", "1"));
        assertThat(result.reason().orElseThrow()).contains("was not installed by Stagecoach");
        assertThat(mine.resolve("precious")).hasContent("x");
        Files.delete(mine.resolve("precious"));
        assertThat(install(new Nupkg().with("version", "1")).succeeded()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "a/../../evil",
                "/etc/evil",
                "a//evil",
                "./evil",
                "..%2fevil",
                "C:\\evil",
                "a\\..\\..\\evil",
                "evil\u0001",
                "%2e%2e/evil",
                "a:stream"
            })
    void a_name_that_leads_out_is_refused(String name) throws Exception {
        CommandResult result = install(new Nupkg().with("good", "x").with(name, "y"));
        assertThat(result.exitCode()).contains(1);
        assertThat(result.reason().orElseThrow())
                .contains("would lead out of the install directory");
        assertThat(home.resolve(DIRECTORY)).doesNotExist();
        assertThat(versionsBeside()).isEmpty();
    }

    @Test
    void a_name_that_the_machine_cannot_spell_is_refused_in_words() {
        assertThatThrownBy(() -> ExtractPackage.resolve(folder, List.of("lib", "half\uD800")))
                .isInstanceOf(InstallFailed.class)
                .hasMessageContaining("cannot spell");
    }

    @Test
    void a_directory_with_a_secret_in_its_name_is_told_to_later_steps_only() throws Exception {
        LiveTicket live =
                accept(
                        new Nupkg().with("version", "1").heldIn(tickets.home()),
                        payload("applications/hunter2/current"));
        live.end(perform(live));
        CommandResult said = live.result().orElseThrow();
        assertThat(said.succeeded()).as("%s", said).isTrue();
        assertThat(said.toString()).doesNotContain("hunter2");
        assertThat(said.sensitiveOutputs()).containsExactly("InstallDirectory");
        assertThat(live.secrets())
                .containsEntry(
                        "InstallDirectory",
                        home.resolve("applications/hunter2/current").toString());
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .contains(
                        "The output variable InstallDirectory holds a secret, so it is passed on as a sensitive one.");
    }

    @Test
    void what_a_later_script_sets_as_sensitive_an_earlier_one_has_not_set_plainly()
            throws Exception {
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with("PreDeploy.sh", "set_stagecoach_variable Token first-value")
                                .with(
                                        "Deploy.sh",
                                        "set_stagecoach_variable Token first-value --sensitive")
                                .heldIn(tickets.home()),
                        payload(DIRECTORY));
        live.end(perform(live));
        CommandResult said = live.result().orElseThrow();
        assertThat(said.outputs()).containsOnlyKeys("InstallDirectory");
        assertThat(said.sensitiveOutputs()).containsExactly("Token");
    }

    @Test
    void what_a_filter_makes_of_a_secret_in_a_packages_script_is_masked_also_after_a_restart()
            throws Exception {
        LiveTicket live =
                accept(
                        new Nupkg()
                                .with("PreDeploy.sh", "echo #{Password | ToBase64}")
                                .heldIn(tickets.home()),
                        payload(DIRECTORY, "*.sh"));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("********");
        assertThat(tickets.afterRestart(live).masks().apply("aHVudGVyMg==")).isEqualTo("********");
    }

    @Test
    void links_doubles_and_case_clashes_are_refused() throws Exception {
        assertThat(
                        install(
                                        new Nupkg()
                                                .with(
                                                        "link",
                                                        "/etc/passwd"
                                                                .getBytes(StandardCharsets.UTF_8),
                                                        0120777))
                                .reason()
                                .orElseThrow())
                .contains("'link' is a link");
        assertThat(install(new Nupkg().with("a", "1").with("A", "2")).reason().orElseThrow())
                .contains("upper and lower case only");
        assertThat(install(new Nupkg().with("a", "1").with("a/b", "2")).reason().orElseThrow())
                .contains("is there twice");
        assertThat(install(new Nupkg().with("a", "1").with("a", "2")).reason().orElseThrow())
                .contains("is there twice");
    }

    @Test
    void a_bomb_is_stopped() throws Exception {
        byte[] zeros = new byte[90 << 20];
        CommandResult result = install(new Nupkg().with("zeros", zeros, 0));
        assertThat(result.reason().orElseThrow()).contains("more than 200 times as big");
        assertThat(versionsBeside()).isEmpty();
    }

    @Test
    void rubbish_is_no_archive_and_what_is_missing_is_said() throws Exception {
        CommandResult rubbish =
                perform(accept(Nupkg.held(tickets.home(), new byte[100]), payload(DIRECTORY)));
        assertThat(rubbish.reason().orElseThrow()).contains("could not be installed");
        CommandResult missing = perform(accept(Nupkg.pin(new byte[7]), payload(DIRECTORY)));
        assertThat(missing.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(missing.reason().orElseThrow())
                .isEqualTo("Shop.Web 1.0.0 is not on this machine. Acquire it, then retry.");
    }

    @Test
    void a_directory_that_leaves_the_home_is_refused_and_an_absolute_one_is_taken()
            throws Exception {
        PackagePin pin = new Nupkg().with("x", "y").heldIn(tickets.home());
        assertThat(perform(accept(pin, payload("../out"))).reason().orElseThrow())
                .contains("leaves the tentacle's home");
        Path absolute = folder.resolve("opt/shop");
        assertThat(perform(accept(pin, payload(absolute.toString()))).outputs())
                .containsEntry("InstallDirectory", absolute.toString());
        assertThat(absolute.resolve("x")).hasContent("y");
    }

    @Test
    void a_restart_before_the_scripts_begins_again_and_one_among_them_goes_on() throws Exception {
        PackagePin pin =
                new Nupkg()
                        .with("version", "2")
                        .with("PreDeploy.sh", "echo pre >> " + trace)
                        .with(
                                "Deploy.sh",
                                "echo deploy >> %1$s; while [ ! -e %1$s.go ]; do sleep 0.05; done; exit 0"
                                        .formatted(trace))
                        .heldIn(tickets.home());
        LiveTicket live = accept(pin, payload(DIRECTORY));
        Path half =
                Files.createDirectories(
                        home.resolve(
                                "applications/prod/Shop.Web/.stagecoach/current-" + live.ticket()));
        Files.writeString(half.resolve("half"), "left by a crash");
        var first = running(live);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.readString(trace).contains("deploy"));
        LiveTicket second = tickets.afterRestart(live);
        // The first process is gone in earnest; here it only looks on while the second works.
        var attached = running(second);
        Files.createFile(Path.of(trace + ".go"));
        assertThat(attached.get().succeeded()).as(attached.get().toString()).isTrue();
        assertThat(first.get()).isNotNull();
        assertThat(Files.readString(trace)).isEqualTo("pre\ndeploy\n");
        assertThat(installed("half")).doesNotExist();
        assertThat(installed("version")).hasContent("2");
    }

    private CompletableFuture<CommandResult> running(LiveTicket live) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return perform(live);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                command -> Thread.ofVirtual().start(command));
    }

    @Test
    void a_time_out_ends_the_script_and_leaves_the_old_version() throws Exception {
        assertThat(install(new Nupkg().with("version", "1")).succeeded()).isTrue();
        PackagePin pin =
                new Nupkg()
                        .with("version", "2")
                        .with("Deploy.sh", "sleep 600")
                        .heldIn(tickets.home());
        LiveTicket live =
                tickets.accept(
                        Deliveries.install(
                                Deliveries.ticket(),
                                pin,
                                payload(DIRECTORY),
                                Optional.of(Duration.ofSeconds(2))));
        CommandResult result = perform(live);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
        assertThat(installed("version")).hasContent("1");
    }
}
