package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Running;

@Timeout(420)
class OutputBoundTest {
    @TempDir Path folder;

    private static CommandResult run(ScriptRun runs, LiveTicket live) throws Exception {
        return new RunScriptWork(runs, (RunScript) live.command()).perform(live);
    }

    @Test
    void a_script_that_writes_without_an_end_is_not_held_up_and_fills_no_disk() throws Exception {
        TestTickets tickets = new TestTickets(folder.resolve("home"));
        ScriptRun runs = new ScriptRun(ScriptTools.install(tickets.home()));
        Path written = folder.resolve("written");
        Path go = folder.resolve("go");
        LiveTicket live =
                tickets.accept(
                        Deliveries.bash(
                                "head -c 200000000 /dev/zero | tr '\\0' x | fold -w 4000; touch %s; while [ ! -e %s ]; do sleep 0.05; done; echo the last error >&2; exit 3"
                                        .formatted(written, go)));
        Running running = Running.of(() -> run(runs, live));
        await().atMost(120, TimeUnit.SECONDS).until(() -> Files.exists(written));
        Path stdout =
                live.folder().resolve("scripts").resolve(RunScriptWork.SCRIPT).resolve("stdout");
        await().atMost(60, TimeUnit.SECONDS).until(() -> Files.size(stdout) < 17_000_000);
        Files.createFile(go);
        CommandResult result = running.get();
        assertThat(result.exitCode()).contains(3);
        assertThat(result.reason()).contains("the last error");
        List<String> said = TestTickets.lines(live, OutputKind.INFO);
        assertThat(said)
                .containsExactly(
                        "The output is longer than 64 MiB: what follows is not passed on, and not kept.");
        assertThat(tickets.afterRestart(live).output().isFull()).isTrue();
    }
}
