package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Running;
import stagecoach.vocabulary.process.Action.Syntax;

/** The processes that a script starts: which of them end with it, and which run on. */
@Timeout(240)
class LeftBehindTest {
    /** Who reads on until the writer stops reads for two minutes. */
    private static final Duration ENDING_MAX = Duration.ofSeconds(90);

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

    @AfterEach
    void endWhatWasLeft() throws Exception {
        if (Files.exists(trace)) {
            for (String pid : Files.readString(trace).split("\\s+", -1)) {
                if (!pid.isEmpty()) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(LeftBehindTest::end);
                }
            }
        }
    }

    /** With what it has started, which would write on without it. */
    private static void end(ProcessHandle process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private CommandResult run(LiveTicket live) throws Exception {
        return new RunScriptWork(runs, (RunScript) live.command()).perform(live);
    }

    /** The process whose number the script has written down. */
    private ProcessMark left() throws IOException {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.readString(trace).endsWith("\n"));
        return ProcessMark.of(Long.parseLong(Files.readString(trace).strip())).orElseThrow();
    }

    /** Ends by itself after two minutes, should a test fail to end it. */
    private String writerInBackground() {
        return "timeout 120 sh -c 'while :; do echo line; done' & echo $! > %s\n".formatted(trace);
    }

    @Test
    void a_server_that_a_script_leaves_behind_writing_holds_nothing_up() throws Exception {
        LiveTicket live =
                tickets.accept(Deliveries.bash("echo ready\n" + writerInBackground() + "exit 3"));
        Instant begun = Instant.now();
        CommandResult result = run(live);
        assertThat(result.exitCode()).contains(3);
        assertThat(left().isAlive()).isTrue();
        assertThat(Duration.between(begun, Instant.now())).isLessThan(ENDING_MAX);
        assertThat(TestTickets.lines(live, OutputKind.OUT)).startsWith("ready");
    }

    @Test
    void nor_does_it_for_a_tentacle_that_finds_the_script_ended() throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash(writerInBackground() + "exit 3"));
        assertThat(run(live).exitCode()).contains(3);
        assertThat(left().isAlive()).isTrue();
        LiveTicket after = tickets.afterRestart(live);
        after.askStop(Cause.CANCEL, Duration.ofSeconds(10), Duration.ofSeconds(10));
        Instant begun = Instant.now();
        run(after);
        assertThat(Duration.between(begun, Instant.now())).isLessThan(ENDING_MAX);
    }

    private void cancelReaches(String body) throws Exception {
        LiveTicket live = tickets.accept(Deliveries.bash(body));
        var result = Running.of(() -> run(live));
        ProcessMark child = left();
        live.askStop(Cause.CANCEL, Duration.ofMillis(500), Duration.ofSeconds(30));
        assertThat(result.get().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(result.get().mayStillRun()).isFalse();
        assertThat(child.isAlive()).as("the script's child").isFalse();
    }

    @Test
    void a_cancel_reaches_what_runs_under_timeout() throws Exception {
        cancelReaches("timeout 300 sh -c 'echo $$ > %s; exec sleep 300'".formatted(trace));
    }

    @Test
    void a_deaf_child_in_a_group_of_its_own_is_killed() throws Exception {
        cancelReaches(
                "set -m\n(trap '' TERM; echo $BASHPID > %s; while :; do sleep 0.05; done) &\nwait"
                        .formatted(trace));
    }

    @Test
    void who_begins_new_groups_as_fast_as_they_are_ended_is_killed_all_the_same() throws Exception {
        cancelReaches(
                "trap 'echo stopping' TERM\necho $$ > %s\nwhile :; do timeout 300 sleep 300; done"
                        .formatted(trace));
    }

    @Test
    void a_time_out_ends_a_child_in_a_group_of_its_own() throws Exception {
        CommandResult result =
                run(
                        tickets.accept(
                                Deliveries.script(
                                        Deliveries.ticket(),
                                        new CommandPayload.Script(
                                                Syntax.BASH,
                                                "set -m; sleep 300 & echo $! > %s; wait"
                                                        .formatted(trace),
                                                Map.of(),
                                                List.of()),
                                        Deliveries.ALONE,
                                        Optional.of(Duration.ofSeconds(5)),
                                        Instant.now().plusSeconds(60))));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
        assertThat(
                        ProcessMark.of(Long.parseLong(Files.readString(trace).strip()))
                                .filter(ProcessMark::isAlive))
                .isEmpty();
    }

    @Test
    void what_a_script_sends_into_a_session_of_its_own_outlives_a_cancel() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash(
                                "setsid sh -c 'echo $$ > %s; exec sleep 300' & sleep 300"
                                        .formatted(trace)));
        var result = Running.of(() -> run(live));
        ProcessMark server = left();
        live.askStop(Cause.CANCEL, Duration.ofMillis(500), Duration.ofSeconds(30));
        assertThat(result.get().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(server.isAlive()).isTrue();
    }
}
