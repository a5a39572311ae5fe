package stagecoach.tentacle.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.install.InstallPackageWork;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.journal.Work;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.RunScriptWork;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.CuttingRelay;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.tentacle.testing.Running;
import stagecoach.tentacle.testing.SmallDisk;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.Syntax;

/** What a script collects comes to the server whole, or it is said why it does not. */
@Timeout(120)
class KeepArtifactsTest {
    private static final UploadRules QUICK =
            new UploadRules(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(20),
                    Duration.ofMillis(50),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30));

    private static final UploadRules IMPATIENT =
            new UploadRules(
                    QUICK.connectMax(),
                    QUICK.stallMax(),
                    QUICK.backoffFirst(),
                    QUICK.backoffMax(),
                    Duration.ofMillis(500),
                    QUICK.givenUpAfterTimeOut());

    private static final Work DONE_AGAIN =
            live -> {
                throw new AssertionError("done again: " + live.ticket());
            };

    private static final int PAGE = 4096;

    @TempDir Path folder;
    TestTickets tickets;
    ScriptRun runs;
    Identity far;
    Identity own;
    Shelf shelf;
    Path trace;
    UploadRules rules = QUICK;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        runs = new ScriptRun(ScriptTools.install(tickets.home()));
        far = Identity.loadOrCreate(folder.resolve("far"), "gateway");
        own = Identity.loadOrCreate(folder.resolve("own"), "machine");
        shelf = new Shelf(far);
        trace = folder.resolve("trace");
    }

    @AfterEach
    void close() {
        shelf.close();
    }

    private KeepArtifacts.Shared shared(Optional<URI> bytes) {
        return new KeepArtifacts.Shared(
                // The server is the second of two gateways that are trusted.
                new Settings(
                        Deliveries.AGENT,
                        new Settings.Listening("127.0.0.1", 1, List.of(far.thumbprint())),
                        bytes,
                        own.thumbprint()),
                () -> Set.of(far.thumbprint()),
                () -> own,
                Routes.DIRECT,
                rules);
    }

    private LiveTicket accept(Syntax syntax, String body) throws Exception {
        return tickets.accept(
                Deliveries.script(Deliveries.ticket(), syntax, body, Map.of(), List.of("hunter2")));
    }

    private CommandResult perform(LiveTicket live) throws Exception {
        return perform(live, Optional.of(shelf.uri()));
    }

    private CommandResult perform(LiveTicket live, Optional<URI> bytes) throws Exception {
        var work = new RunScriptWork(runs, (RunScript) live.command());
        return new KeepArtifacts(shared(bytes), work).perform(live);
    }

    private CommandResult perform(LiveTicket live, Work work) throws Exception {
        return new KeepArtifacts(shared(Optional.of(shelf.uri())), work).perform(live);
    }

    private CommandResult end(LiveTicket live) throws Exception {
        live.end(perform(live));
        return live.result().orElseThrow();
    }

    private static String pathOf(LiveTicket live, Artifact artifact) {
        return "/artifacts/%s/%s".formatted(live.ticket(), artifact.sha256());
    }

    private String kept(LiveTicket live, Artifact artifact) {
        return new String(shelf.kept().get(pathOf(live, artifact)), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "BASH => set -eu; printf 'all well' >report.txt; new_stagecoach_artifact report.txt",
                "BASH => set -eu; printf 'all well' >-x; new_stagecoach_artifact -x report.txt",
                "SH => set -eu; printf 'all well' >'a b'; new_stagecoach_artifact 'a b' report.txt",
                "PYTHON => import subprocess; open('report.txt','w').write('all well'); subprocess.run(['new_stagecoach_artifact','report.txt'],check=True)"
            })
    void a_file_that_is_collected_from_bash_sh_or_python_comes_whole(Syntax syntax, String body)
            throws Exception {
        LiveTicket live = accept(syntax, body);
        CommandResult result = end(live);
        assertThat(result.succeeded()).as("%s", result).isTrue();
        Digest sha256 = Digest.of("all well");
        assertThat(result.artifacts()).containsExactly(new Artifact("report.txt", 8, sha256));
        assertThat(kept(live, result.artifacts().getFirst())).isEqualTo("all well");
        assertThat(shelf.asked())
                .containsExactly(
                        "PUT /artifacts/%s/%s %s"
                                .formatted(live.ticket(), sha256, own.thumbprint().value()));
        assertThat(tickets.afterRestart(live).result()).contains(result);
    }

    @Test
    void megabytes_and_nothing_at_all_are_files_too() throws Exception {
        byte[] bytes = new byte[5_000_001];
        new Random(3).nextBytes(bytes);
        Files.write(folder.resolve("big"), bytes);
        LiveTicket live =
                accept(
                        Syntax.SH,
                        "new_stagecoach_artifact %s; : >empty; new_stagecoach_artifact empty"
                                .formatted(folder.resolve("big")));
        CommandResult result = end(live);
        assertThat(result.artifacts())
                .containsExactly(
                        new Artifact("big", 5_000_001, Digest.of(bytes)),
                        new Artifact("empty", 0, Digest.of("")));
        assertThat(shelf.kept().get(pathOf(live, result.artifacts().getFirst()))).isEqualTo(bytes);
    }

    @Test
    void it_is_kept_as_it_was_when_it_was_collected() throws Exception {
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        set -eu
                        echo one >f; new_stagecoach_artifact f
                        echo two >f; new_stagecoach_artifact f
                        rm f
                        """);
        CommandResult result = end(live);
        assertThat(result.artifacts()).extracting(Artifact::name).containsExactly("f", "f");
        assertThat(result.artifacts().stream().map(artifact -> kept(live, artifact)))
                .containsExactly("one\n", "two\n");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiterString = " => ",
            value = {
                "mkdir d; new_stagecoach_artifact d => 'd' is a folder. Pack it",
                "new_stagecoach_artifact nowhere => there is no file 'nowhere'.",
                "mkfifo p; new_stagecoach_artifact p => 'p' is no regular file.",
                "truncate -s 1073741825 h; new_stagecoach_artifact h => larger than 1073741824 bytes",
                "echo a >f; new_stagecoach_artifact f ../f => '../f' is no name of a file.",
                "echo a >f; new_stagecoach_artifact f \"$(printf 'a\\tb')\" => is no name of a file.",
                "new_stagecoach_artifact => write new_stagecoach_artifact PATH [NAME]",
                "echo a >f; for i in $(seq 100); do mkdir $stagecoach_script_folder/artifacts/$i; done; new_stagecoach_artifact f => a script may collect 100 files."
            })
    void what_cannot_be_collected_is_said_to_the_script_at_once(String body, String words)
            throws Exception {
        LiveTicket live = accept(Syntax.BASH, body);
        CommandResult result = end(live);
        assertThat(result.succeeded()).isFalse();
        assertThat(TestTickets.lines(live, OutputKind.ERR))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("new_stagecoach_artifact: ")
                                        .contains(words));
        assertThat(Artifact.BYTES_MAX).isEqualTo(1_073_741_824);
    }

    @Test
    void names_that_mean_more_than_a_name_or_hold_a_secret_are_told_as_others() throws Exception {
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        set -eu
                        echo a >f
                        new_stagecoach_artifact f hunter2.txt
                        new_stagecoach_artifact f plain
                        printf '../../x' >"$stagecoach_script_folder/artifacts/2/name"
                        """);
        assertThat(end(live).artifacts())
                .extracting(Artifact::name)
                .containsExactly(Masks.SHOWN.replace('*', '_') + ".txt", "_._.._x");
    }

    @Test
    void what_a_script_puts_there_itself_leads_nowhere_else() throws Exception {
        Files.writeString(folder.resolve("other"), "of somebody else");
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        set -eu
                        cd "$stagecoach_script_folder/artifacts"
                        mkdir 1 2 x; printf n >1/name; ln -s %1$s 1/content
                        mkfifo 2/content; printf n >2/name
                        ln -s x 3
                        """
                                .formatted(folder.resolve("other")));
        CommandResult result = end(live);
        assertThat(result.artifacts()).isEmpty();
        assertThat(shelf.asked()).isEmpty();
        assertThat(result.reason())
                .hasValueSatisfying(r -> assertThat(r).contains("no regular file"));
    }

    @Test
    void a_tentacle_that_ends_in_between_sends_the_rest_and_runs_nothing_again() throws Exception {
        shelf.answers(n -> n == 2 ? Shelf.NEVER : Shelf.KEEP, "");
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        set -eu
                        echo ran >>%s
                        for n in 1 2 3; do echo $n >f; new_stagecoach_artifact f $n; done
                        """
                                .formatted(trace));
        Running work = Running.of(() -> perform(live));
        await().atMost(30, TimeUnit.SECONDS).until(() -> shelf.asked().size() == 2);
        work.cutOff();
        LiveTicket again = tickets.afterRestart(live);
        CommandResult result = end(again);
        assertThat(result.artifacts()).extracting(Artifact::name).containsExactly("1", "2", "3");
        assertThat(shelf.kept()).hasSize(3);
        assertThat(shelf.asked()).hasSize(4);
        assertThat(trace).hasContent("ran");
    }

    static List<CommandResult> ends() {
        Map<String, String> outputs = Map.of("RemovedReleases", "1.0.0", "Dir", "/srv/hunter2");
        return List.of(
                Results.done(outputs),
                Results.exited(7, outputs, "no room for hunter2"),
                Results.timedOut(Optional.of(137), "ran longer than hunter2 allows"));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void what_work_came_to_is_said_by_the_next_process_which_does_none_of_it_again(
            CommandResult end) throws Exception {
        shelf.answers(_ -> Shelf.NEVER, "");
        LiveTicket live = accept(Syntax.BASH, "echo why >f; new_stagecoach_artifact f");
        var script = new RunScriptWork(runs, (RunScript) live.command());
        Running work =
                Running.of(
                        () ->
                                perform(
                                        live,
                                        at -> {
                                            assertThat(script.perform(at).succeeded()).isTrue();
                                            return end;
                                        }));
        await().atMost(30, TimeUnit.SECONDS).until(() -> !shelf.asked().isEmpty());
        work.cutOff();
        assertThat(filesThatHold("hunter2", live.folder())).isEmpty();
        shelf.answers(_ -> Shelf.KEEP, "");
        LiveTicket again = tickets.afterRestart(live);
        CommandResult result = perform(again, DONE_AGAIN);
        assertThat(result.artifacts()).extracting(Artifact::name).containsExactly("f");
        assertThat(result.withArtifacts(List.of())).isEqualTo(end);
    }

    @Test
    void a_disk_that_is_full_while_files_are_sent_changes_nothing_of_what_is_said()
            throws Exception {
        try (SmallDisk disk = SmallDisk.at(folder.resolve("disk"))) {
            tickets = new TestTickets(disk.path().resolve("home"));
            runs = new ScriptRun(ScriptTools.install(tickets.home()));
            LiveTicket live =
                    accept(
                            Syntax.SH,
                            "head -c 100000 /dev/zero >f; new_stagecoach_artifact f && rm f");
            var script = new RunScriptWork(runs, (RunScript) live.command());
            CommandResult result =
                    perform(
                            live,
                            at -> {
                                CommandResult done = script.perform(at);
                                endJustBeforeNextPage(at);
                                assertThat(disk.fill()).hasMessageContaining("No space left");
                                return done;
                            });
            assertThat(result.succeeded()).as("%s", result).isTrue();
            assertThat(result.artifacts()).hasSize(1);

            // What was sent has made room to write it down.
            LiveTicket again = tickets.afterRestart(live);
            assertThat(perform(again, DONE_AGAIN)).isEqualTo(result);
            assertThat(shelf.asked()).hasSize(1);
        }
    }

    /** So that the next that is written needs more of the disk. */
    private static void endJustBeforeNextPage(LiveTicket live) throws IOException {
        Path journal = live.folder().resolve("journal");
        while (PAGE - Files.size(journal) % PAGE > 150) {
            live.record(new JournalEntry.Reached(live.now(), "x"));
        }
    }

    private static List<Path> filesThatHold(String text, Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walked = Files.walk(folder)) {
            for (Path file : walked.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    @Test
    void an_installation_that_failed_says_why_also_behind_a_restart() throws Exception {
        shelf.answers(_ -> Shelf.NEVER, "");
        PackagePin pin =
                new Nupkg()
                        .with(
                                "PostDeploy.sh",
                                "echo why >f; new_stagecoach_artifact f; echo no room >&2; exit 7")
                        .heldIn(tickets.home());
        var installations =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        runs,
                        List.of(),
                        RemovalLog.open(tickets.home()));
        LiveTicket live =
                tickets.accept(
                        Deliveries.install(
                                pin,
                                new CommandPayload.Install(
                                        "applications/prod/Shop.Web/1.0.0",
                                        List.of(),
                                        Map.of(),
                                        List.of())));
        var install = new InstallPackageWork(installations, (InstallPackage) live.command());
        Running work = Running.of(() -> perform(live, install));
        await().atMost(30, TimeUnit.SECONDS).until(() -> !shelf.asked().isEmpty());
        work.cutOff();
        shelf.answers(_ -> Shelf.KEEP, "");
        CommandResult result = perform(tickets.afterRestart(live), install);
        assertThat(result.exitCode()).contains(7);
        assertThat(result.reason()).contains("no room");
        assertThat(result.artifacts()).hasSize(1);
    }

    @Test
    void a_server_in_trouble_is_asked_again() throws Exception {
        shelf.answers(n -> n < 3 ? 503 : Shelf.KEEP, "");
        LiveTicket live = accept(Syntax.BASH, "echo a >f; new_stagecoach_artifact f");
        assertThat(end(live).artifacts()).hasSize(1);
        assertThat(shelf.asked()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "507 => disk-full-words => is not kept: disk-full-words",
                "405 => '' => is not kept: this server's version keeps no files of scripts.",
                "503 => '' => is not kept: the server answered 503, again and again."
            })
    void a_step_that_went_well_fails_if_what_it_has_collected_is_lost(
            int status, String detail, String words) throws Exception {
        shelf.answers(n -> n == 1 ? Shelf.KEEP : status, detail);
        rules = status == 503 ? IMPATIENT : QUICK;
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        set_stagecoach_variable A b
                        for n in kept lost; do echo $n >f; new_stagecoach_artifact f $n; done
                        """);
        CommandResult result = end(live);
        assertThat(result.succeeded()).isFalse();
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(result.exitCode()).contains(1);
        assertThat(result.reason())
                .hasValueSatisfying(
                        r ->
                                assertThat(r)
                                        .startsWith("The file lost that the script")
                                        .contains(words));
        assertThat(result.outputs()).containsEntry("A", "b");
        assertThat(result.artifacts()).extracting(Artifact::name).containsExactly("kept");
    }

    @Test
    void who_is_away_for_good_is_not_waited_for_again_for_each_file() throws Exception {
        shelf.answers(_ -> 503, "");
        rules = IMPATIENT;
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        "echo a >f; for n in 1 2 3; do new_stagecoach_artifact f $n; done");
        CommandResult result = end(live);
        assertThat(result.artifacts()).isEmpty();
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .filteredOn(line -> line.endsWith("could not be reached for the one before it."))
                .hasSize(2);
    }

    @Test
    void a_gateway_that_ends_in_the_middle_of_a_handshake_is_asked_again() throws Exception {
        try (var relay = new CuttingRelay(shelf.uri().getPort())) {
            // Before the server has said its first word to the end.
            relay.cutAfter(600);
            LiveTicket live = accept(Syntax.BASH, "echo a >f; new_stagecoach_artifact f");
            CommandResult result = perform(live, Optional.of(relay.uri()));
            assertThat(result.artifacts()).as("%s", result).hasSize(1);
        }
    }

    @Test
    void what_is_no_gateway_of_ours_is_not_asked_again() throws Exception {
        try (var other = new Shelf(Identity.loadOrCreate(folder.resolve("other"), "gateway"))) {
            LiveTicket live = accept(Syntax.BASH, "echo a >f; new_stagecoach_artifact f");
            CommandResult result = perform(live, Optional.of(other.uri()));
            assertThat(result.reason())
                    .hasValueSatisfying(r -> assertThat(r).contains("no trust in the server"));
        }
    }

    @Test
    void a_script_that_fails_has_its_files_kept_and_its_own_reason_told() throws Exception {
        shelf.answers(n -> n == 1 ? Shelf.KEEP : 507, "full");
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        "for n in a b; do echo $n >f; new_stagecoach_artifact f; done; echo broken >&2; exit 3");
        CommandResult result = end(live);
        assertThat(result.exitCode()).contains(3);
        assertThat(result.reason()).contains("broken");
        assertThat(result.artifacts()).hasSize(1);
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .contains("The file f that the script has collected is not kept: full");
    }

    @Test
    void a_script_that_ran_too_long_has_its_files_kept() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.script(
                                Deliveries.ticket(),
                                new CommandPayload.Script(
                                        Syntax.BASH,
                                        "echo why >f; new_stagecoach_artifact f; sleep 60",
                                        Map.of(),
                                        List.of()),
                                Deliveries.ALONE,
                                Optional.of(Duration.ofSeconds(8)),
                                Instant.now().plusSeconds(600)));
        CommandResult result = end(live);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
        assertThat(result.artifacts())
                .extracting(artifact -> kept(live, artifact))
                .contains("why\n");
    }

    @Test
    void a_cancel_ends_the_sending_and_says_what_is_lost() throws Exception {
        shelf.answers(n -> Shelf.NEVER, "");
        LiveTicket live = accept(Syntax.BASH, "echo a >f; new_stagecoach_artifact f");
        Running work = Running.of(() -> perform(live));
        await().atMost(30, TimeUnit.SECONDS).until(() -> !shelf.asked().isEmpty());
        live.askStop(Cause.CANCEL, Duration.ofSeconds(1), Duration.ofSeconds(1));
        CommandResult result = work.get();
        assertThat(result.artifacts()).isEmpty();
        assertThat(result.reason())
                .contains(
                        "The file f that the script has collected is not kept: it was cancelled meanwhile.");
    }

    @Test
    void a_machine_that_knows_no_bytes_endpoint_says_so() throws Exception {
        LiveTicket live = accept(Syntax.BASH, "echo a >f; new_stagecoach_artifact f");
        assertThat(perform(live, Optional.empty()).reason())
                .hasValueSatisfying(
                        r ->
                                assertThat(r)
                                        .contains("run its tentacle with --bytes")
                                        .contains("with a new enrolment")
                                        .contains("with listen, if the gateway dials it."));
    }
}
