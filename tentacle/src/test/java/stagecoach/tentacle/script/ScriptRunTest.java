package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.tentacle.home.Boot;
import stagecoach.tentacle.journal.JournalEntry;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Running;
import stagecoach.vocabulary.process.Action.Syntax;

@Timeout(120)
class ScriptRunTest {
    @TempDir Path folder;
    TestTickets tickets;
    ScriptRun runs;
    Path trace;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        runs = new ScriptRun(ScriptTools.install(tickets.home()));
        trace = folder.resolve("trace");
    }

    private CommandResult run(LiveTicket live) throws Exception {
        return new RunScriptWork(runs, (RunScript) live.command()).perform(live);
    }

    private CommandResult run(Deliver delivered) throws Exception {
        return run(tickets.accept(delivered));
    }

    private Running running(LiveTicket live) {
        return Running.of(() -> run(live));
    }

    private void awaitTrace(String text) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.readString(trace).contains(text));
    }

    private static Deliver with(Syntax syntax, String body) {
        return Deliveries.script(Deliveries.ticket(), syntax, body, Map.of(), List.of());
    }

    @Test
    void the_exit_code_is_the_scripts_and_the_reason_its_last_error_line() throws Exception {
        CommandResult result =
                run(Deliveries.bash("echo fine; echo first >&2; echo 'disk is full' >&2; exit 3"));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(result.exitCode()).contains(3);
        assertThat(result.reason()).contains("disk is full");
        assertThat(run(Deliveries.bash("exit 4")).reason()).contains("ended with exit code 4");
    }

    @Test
    void output_keeps_its_order_and_its_last_line_without_an_end() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash("for i in $(seq 3000); do echo $i; done; printf tail"));
        assertThat(run(live).succeeded()).isTrue();
        List<String> lines = TestTickets.lines(live, OutputKind.OUT);
        assertThat(lines).hasSize(3001).startsWith("1", "2").endsWith("3000", "tail");
    }

    @Test
    void a_script_that_was_written_on_windows_runs() throws Exception {
        Map<Syntax, String> scripts =
                Map.of(
                        Syntax.BASH, "if true; then\r\n  echo fine\r\nfi\r\nexit 7\r\n",
                        Syntax.SH, "case a in\r\n  a) echo fine ;;\r\nesac\r\nexit 7\r\n",
                        Syntax.PYTHON, "if True:\r\n    print('fine')\r\nexit(7)\r\n");
        for (var script : scripts.entrySet()) {
            LiveTicket live = tickets.accept(with(script.getKey(), script.getValue()));
            assertThat(run(live).exitCode()).as("%s", script.getKey()).contains(7);
            assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("fine");
        }
    }

    @Test
    void of_files_only_scripts_that_windows_has_written_are_changed_and_their_mode_stays()
            throws Exception {
        Map<String, String> files =
                Map.of(
                        "written on Windows\r\n\r\nlast", "written on Windows\n\nlast",
                        "unix\nprintf 'a\r\nb'\n", "unix\nprintf 'a\r\nb'\n",
                        "an archive\r\n\0\r\n", "an archive\r\n\0\r\n",
                        "caf\u00e9\r\n", "caf\u00e9\n",
                        "", "");
        for (var each : files.entrySet()) {
            Path file = folder.resolve("script.sh");
            Files.writeString(file, each.getKey(), StandardCharsets.ISO_8859_1);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-x---"));
            LineEnds.makeUnix(file);
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .isEqualTo(each.getValue());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r-xr-x---");
            Files.delete(file);
        }
    }

    @Test
    void variables_are_in_the_environment_and_secrets_are_not_in_the_output() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                """
                                echo "$STAGECOACH_DB_URL" "$STAGECOACH_TARGET_ID"
                                get_stagecoach_variable Db.Url
                                echo "pass: $STAGECOACH_DB_PASSWORD"; echo "${STAGECOACH_DB_PASSWORD}" >&2
                                get_stagecoach_variable Nope || echo "none"
                                exit 1
                                """,
                                Map.of(
                                        "Db.Url", "jdbc:a b",
                                        "Stagecoach.Target.Id", "web-1",
                                        "Db.Password", "hunter2"),
                                List.of("hunter2")));
        CommandResult result = run(live);
        assertThat(TestTickets.lines(live, OutputKind.OUT))
                .containsExactly("jdbc:a b web-1", "jdbc:a b", "pass: " + Masks.SHOWN, "none");
        assertThat(TestTickets.lines(live, OutputKind.ERR))
                .containsExactly(
                        Masks.SHOWN, "get_stagecoach_variable: there is no variable 'Nope' here.");
        assertThat(result.reason().orElseThrow()).doesNotContain("hunter2");
    }

    @Test
    void outputs_are_set_from_bash_sh_and_python_and_hide_secrets() throws Exception {
        CommandResult bash =
                run(
                        Deliveries.bash(
                                "set -eu; set_stagecoach_variable App.Port 8080; set_stagecoach_variable Text $'two\\nlines'; set_stagecoach_variable App.Port 8081"));
        assertThat(bash.outputs())
                .containsOnly(Map.entry("App.Port", "8081"), Map.entry("Text", "two\nlines"));
        assertThat(run(with(Syntax.SH, "set_stagecoach_variable From sh")).outputs())
                .containsEntry("From", "sh");
        CommandResult python =
                run(
                        with(
                                Syntax.PYTHON,
                                "import subprocess\nsubprocess.check_call(['set_stagecoach_variable','From','python'])\nprint('done')"));
        assertThat(python.outputs()).containsEntry("From", "python");
        CommandResult secret =
                run(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                "set_stagecoach_variable Token \"x$STAGECOACH_T\"",
                                Map.of("T", "hunter2"),
                                List.of("hunter2")));
        assertThat(secret.outputs()).containsEntry("Token", "x" + Masks.SHOWN);
    }

    @Test
    void whatever_a_script_puts_among_its_outputs_only_so_much_of_it_is_read() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash(
                                """
                                set -eu
                                set_stagecoach_variable Good yes
                                folder=$(dirname "$(find '%s' -path '*/outputs/Good')")
                                truncate -s 3G "$folder/Huge"
                                mkfifo "$folder/Pipe"
                                mkdir "$folder/Folder"
                                """
                                        .formatted(tickets.home().root())));
        CommandResult result = run(live);
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(result.outputs()).containsOnly(Map.entry("Good", "yes"));
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .anySatisfy(line -> assertThat(line).startsWith("The output variable Huge is left"))
                .anySatisfy(
                        line -> assertThat(line).startsWith("The output variable Pipe is left"));
    }

    @Test
    void subshells_that_set_one_output_at_once_do_not_disturb_each_other() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash(
                                """
                                for i in $(seq 40); do
                                  (set_stagecoach_variable Port 80 || echo failed) &
                                  (set_stagecoach_variable Port 80 || echo failed) &
                                done
                                wait
                                """));
        CommandResult result = run(live);
        assertThat(result.outputs()).containsOnly(Map.entry("Port", "80"));
        assertThat(TestTickets.lines(live, OutputKind.OUT)).isEmpty();
        assertThat(TestTickets.lines(live, OutputKind.ERR)).isEmpty();
    }

    @Test
    void a_bad_name_and_too_many_words_are_refused_in_words() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash(
                                "set_stagecoach_variable ../x y --sensitive; set_stagecoach_variable one two three"));
        CommandResult result = run(live);
        assertThat(result.exitCode()).contains(64);
        assertThat(result.outputs()).isEmpty();
        assertThat(TestTickets.lines(live, OutputKind.ERR))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).contains("'../x' is no name"))
                .anySatisfy(line -> assertThat(line).contains("--sensitive behind it"));
    }

    @Test
    void what_the_machine_lacks_is_said_at_once() throws Exception {
        assumeTrue(Interpreter.POWERSHELL.program().isEmpty(), "this machine has PowerShell");
        CommandResult result = run(with(Syntax.POWERSHELL, "Write-Host hi"));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason().orElseThrow()).contains("no powershell");
    }

    @Test
    void a_variable_too_long_for_an_environment_is_refused_in_words() throws Exception {
        CommandResult result =
                run(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                "true",
                                Map.of("Big", "x".repeat(200_000)),
                                List.of()));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason().orElseThrow()).contains("variables are long");
    }

    @Test
    void a_cancel_terminates_what_listens_and_kills_what_does_not() throws Exception {
        LiveTicket polite =
                tickets.accept(
                        Deliveries.bash(
                                "trap 'echo bye; exit 0' TERM; echo up > %s; while :; do sleep 0.05; done"
                                        .formatted(trace)));
        var politeResult = running(polite);
        awaitTrace("up");
        polite.askStop(Cause.CANCEL, Duration.ofSeconds(30), Duration.ofSeconds(30));
        assertThat(politeResult.get().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(TestTickets.lines(polite, OutputKind.OUT)).contains("bye");

        Files.delete(trace);
        LiveTicket deaf =
                tickets.accept(
                        Deliveries.bash(
                                "trap '' TERM; sleep 600 & echo $! up > %s; while :; do sleep 0.05; done"
                                        .formatted(trace)));
        var deafResult = running(deaf);
        awaitTrace("up");
        long child = Long.parseLong(Files.readString(trace).split(" ", 2)[0]);
        deaf.askStop(Cause.CANCEL, Duration.ofMillis(300), Duration.ofSeconds(30));
        assertThat(deafResult.get().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(deafResult.get().mayStillRun()).isFalse();
        assertThat(ProcessMark.of(child)).as("the script's child").isEmpty();
    }

    @Test
    void what_cannot_be_killed_is_abandoned_and_said_to_run_perhaps() throws Exception {
        ScriptRun powerless =
                new ScriptRun(ScriptTools.install(tickets.home()), (signal, group) -> {});
        LiveTicket live =
                tickets.accept(Deliveries.bash("echo $$ up > %s; exec sleep 600".formatted(trace)));
        var result =
                Running.of(
                        () ->
                                new RunScriptWork(powerless, (RunScript) live.command())
                                        .perform(live));
        awaitTrace("up");
        live.askStop(Cause.CANCEL, Duration.ofMillis(50), Duration.ofMillis(50));
        assertThat(result.get().outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(result.get().mayStillRun()).isTrue();
        long pid = Long.parseLong(Files.readString(trace).split(" ", 2)[0]);
        ProcessHandle script = ProcessHandle.of(pid).orElseThrow();
        ProcessHandle wrapper = script.parent().orElseThrow();
        assertThat(script.destroyForcibly()).isTrue();
        // It writes the exit code down before it ends, into the folder that goes with this test.
        wrapper.onExit().get();
    }

    /** The bound of the step, not ten seconds: the script is deaf to TERM. */
    @Test
    void a_time_out_kills_when_the_command_says_so() throws Exception {
        Deliver told =
                Deliveries.script(
                        Deliveries.ticket(),
                        new CommandPayload.Script(
                                Syntax.BASH,
                                "trap '' TERM; while :; do sleep 0.05; done",
                                Map.of(),
                                List.of()),
                        Deliveries.ALONE,
                        Optional.of(Duration.ofMillis(300)),
                        Instant.now().plusSeconds(60));
        var script = (RunScript) told.command();
        LiveTicket live =
                tickets.accept(
                        new Deliver(
                                new RunScript(
                                        script.ticket(),
                                        script.agent(),
                                        script.context(),
                                        script.payloadDigest(),
                                        script.mutex(),
                                        script.timeout(),
                                        script.expiresAt(),
                                        script.packages(),
                                        script.reachWithin(),
                                        Optional.of(
                                                new StopBounds(
                                                        Duration.ofMillis(200),
                                                        Duration.ofSeconds(30)))),
                                told.payload(),
                                List.of()));
        CommandResult result = run(live);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
        var stop = live.stop().orElseThrow();
        assertThat(stop.killAfter()).isEqualTo(Duration.ofMillis(200));
        assertThat(stop.abandonAfter()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void a_time_out_ends_the_script() throws Exception {
        CommandResult result =
                run(
                        Deliveries.script(
                                Deliveries.ticket(),
                                new CommandPayload.Script(
                                        Syntax.BASH, "sleep 600", Map.of(), List.of()),
                                Deliveries.ALONE,
                                Optional.of(Duration.ofMillis(300)),
                                Instant.now().plusSeconds(60)));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
        assertThat(result.mayStillRun()).isFalse();
    }

    @Test
    void a_cancel_that_comes_too_late_changes_nothing() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("echo up >> %s; exit 6".formatted(trace)));
        assertThat(run(live).exitCode()).contains(6);
        Path exit = live.folder().resolve("scripts/main/exit");
        Files.setLastModifiedTime(exit, FileTime.from(Instant.now().minusSeconds(5)));
        live.askStop(Cause.CANCEL, Duration.ofSeconds(10), Duration.ofSeconds(10));
        CommandResult result = run(tickets.afterRestart(live));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(result.exitCode()).contains(6);
    }

    @Test
    void what_a_script_leaves_running_on_purpose_runs_on() throws Exception {
        CommandResult result =
                run(
                        Deliveries.bash(
                                "nohup sleep 600 >/dev/null 2>&1 & echo $! > %s".formatted(trace)));
        assertThat(result.succeeded()).isTrue();
        long left = Long.parseLong(Files.readString(trace).strip());
        assertThat(ProcessMark.of(left)).isPresent();
        assertThat(ProcessHandle.of(left).orElseThrow().destroyForcibly()).isTrue();
    }

    @Test
    void a_restarted_tentacle_attaches_to_what_runs_and_to_what_has_ended() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash(
                                "echo once >> %1$s; echo before; while [ ! -e %1$s.go ]; do sleep 0.05; done; echo after; exit 5"
                                        .formatted(trace)));
        var first = running(live);
        awaitTrace("once");
        // Two at once would write into each other's files.
        first.cutOff();
        LiveTicket second = tickets.afterRestart(live);
        var attached = running(second);
        Files.createFile(Path.of(trace + ".go"));
        assertThat(attached.get().exitCode()).contains(5);
        LiveTicket third = tickets.afterRestart(live);
        assertThat(run(third).exitCode()).contains(5);
        assertThat(TestTickets.lines(third, OutputKind.OUT)).endsWith("after");
        assertThat(Files.readString(trace)).isEqualTo("once\n");
    }

    @Test
    void a_process_that_never_began_is_started_and_one_that_has_won_its_claim_is_not()
            throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("echo once >> %s".formatted(trace)));
        Files.createDirectories(live.folder().resolve("scripts/main"));
        live.starting("main", 1);
        LiveTicket again = tickets.afterRestart(live);
        assertThat(run(again).succeeded()).isTrue();
        assertThat(Files.readString(trace)).isEqualTo("once\n");
        assertThat(live.folder().resolve("scripts/main/claim-1")).exists();
        assertThat(live.folder().resolve("scripts/main/claim-2")).exists();
    }

    @Test
    void what_began_under_an_earlier_version_is_attached_to() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("echo again >> %s".formatted(trace)));
        Path main = Files.createDirectories(live.folder().resolve("scripts/main"));
        Files.createDirectories(main.resolve("outputs"));
        live.starting("main", 1);
        // It won its claim by making a folder of it.
        Files.createDirectory(main.resolve("claim-1"));
        Files.writeString(main.resolve("stdout"), "before\n");
        Files.createFile(main.resolve("stderr"));
        ProcessHandle me = ProcessHandle.current();
        Files.writeString(main.resolve("process"), Boot.id() + "\n" + me.pid() + "\n");
        LiveTicket after = tickets.afterRestart(live);
        var attached = running(after);
        Files.writeString(main.resolve("exit.part"), "9\n");
        Files.move(main.resolve("exit.part"), main.resolve("exit"));
        assertThat(attached.get().exitCode()).contains(9);
        assertThat(TestTickets.lines(after, OutputKind.OUT)).containsExactly("before");
        assertThat(trace).doesNotExist();
    }

    @Test
    void after_the_machine_itself_restarted_nothing_is_run_again() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("echo once >> %s".formatted(trace)));
        Files.createDirectories(live.folder().resolve("scripts/main"));
        live.record(
                new JournalEntry.Starting(live.now(), "main", 1, "another-boot", Optional.empty()));
        CommandResult result = run(tickets.afterRestart(live));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.UNKNOWN);
        assertThat(trace).doesNotExist();
    }

    @Test
    void a_process_killed_from_outside_is_unknown() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash("echo $PPID up > %s; exec sleep 600".formatted(trace)));
        var result = running(live);
        awaitTrace("up");
        long wrapper = Long.parseLong(Files.readString(trace).split(" ", 2)[0]);
        long script =
                ProcessHandle.of(wrapper).orElseThrow().children().findFirst().orElseThrow().pid();
        assertThat(ProcessHandle.of(wrapper).orElseThrow().destroyForcibly()).isTrue();
        assertThat(result.get().outcome()).isEqualTo(CommandOutcome.UNKNOWN);
        assertThat(result.get().mayStillRun()).isTrue();
        assertThat(ProcessHandle.of(script).orElseThrow().destroyForcibly()).isTrue();
    }

    @Test
    void the_body_is_gone_from_the_disk_when_the_script_has_ended() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash("echo $0 > %s".formatted(trace)));
        assertThat(run(live).succeeded()).isTrue();
        assertThat(Path.of(Files.readString(trace).strip())).doesNotExist();
    }

    @Test
    void a_line_of_proc_with_a_strange_name_is_understood() {
        assertThat(
                        ProcessMark.Stat.parse(
                                "42 (a) b (c) S 1 40 41 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 777 9"))
                .contains(new ProcessMark.Stat(42, 'S', 40, 41, "777"));
        assertThat(ProcessMark.Stat.parse("rubbish")).isEmpty();
    }
}
