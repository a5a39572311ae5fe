package stagecoach.tentacle.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.Bell;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.journal.TicketJournal;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.script.DeafScripts;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.trust.Thumbprint;

@Timeout(60)
class DeskTest {
    @TempDir Path folder;

    /**
     * A machine whose lock an undead process held for ever would be lost to all deployments. That
     * the process may still run is told with its result, which its deployment warns of.
     */
    @Test
    void a_script_that_cannot_be_killed_gives_its_lock_to_the_next_and_is_told_as_perhaps_running()
            throws Exception {
        Home home = Home.open(folder.resolve("home"));
        Path trace = folder.resolve("trace");
        Bell news = new Bell();
        Desk desk =
                new Desk(
                        Deliveries.AGENT,
                        new TicketJournal(home, InstantSource.system(), news::ring),
                        Workshop.open(
                                home,
                                new Settings(
                                        Deliveries.AGENT,
                                        URI.create("https://127.0.0.1:1"),
                                        Optional.empty(),
                                        new Thumbprint("ab".repeat(32))),
                                home.identity(),
                                FetchRules.USUAL,
                                DeafScripts.on(home)),
                        news);
        Deliver undead = Deliveries.bash("echo $$ up > %s; exec sleep 600".formatted(trace));
        Deliver next = Deliveries.bash("exit 5");
        desk.deliver(undead);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.readString(trace).contains("up"));
        desk.deliver(next);
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () -> TestTickets.lines(open(desk, next), OutputKind.INFO),
                        lines -> lines.stream().anyMatch(line -> line.startsWith("Waiting for")));

        desk.cancel(
                new GatewayFrame.Cancel(
                        undead.command().ticket(), Duration.ofMillis(50), Duration.ofMillis(50)));

        assertThat(ended(desk, next).exitCode()).contains(5);
        assertThat(ended(desk, undead))
                .returns(CommandOutcome.ABANDONED, CommandResult::outcome)
                .returns(true, CommandResult::mayStillRun);

        long pid = Long.parseLong(Files.readString(trace).split(" ", 2)[0]);
        ProcessHandle script = ProcessHandle.of(pid).orElseThrow();
        ProcessHandle wrapper = script.parent().orElseThrow();
        assertThat(script.destroyForcibly()).as("it ran all the while").isTrue();
        // It writes the exit code down before it ends, into the folder that goes with this test.
        wrapper.onExit().get();
    }

    private static LiveTicket open(Desk desk, Deliver delivered) {
        return desk.open().stream()
                .filter(live -> live.ticket().equals(delivered.command().ticket()))
                .findFirst()
                .orElseThrow();
    }

    private static CommandResult ended(Desk desk, Deliver delivered) {
        return await().atMost(30, TimeUnit.SECONDS)
                .until(() -> open(desk, delivered).result(), Optional::isPresent)
                .orElseThrow();
    }
}
