package stagecoach.tentacle.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.script.DeafScripts;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.trash.Trash;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.Ticket;

@Timeout(120)
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
        Desk desk = desk(home);
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

    @Test
    void a_command_that_the_disk_does_not_take_is_refused_in_words_and_never_begun()
            throws Exception {
        Home home = Home.open(folder.resolve("home"));
        Desk desk = desk(home);
        Trash.delete(home.work());
        Files.createFile(home.work());
        Deliver delivered = Deliveries.bash("touch " + folder.resolve("begun"));
        Ticket ticket = delivered.command().ticket();
        assertThat(desk.deliver(delivered)).isEqualTo(Desk.Delivered.REPEATED);
        assertThat(desk.answers().get(ticket))
                .returns(CommandOutcome.REFUSED, CommandResult::outcome)
                .satisfies(
                        said ->
                                assertThat(said.reason().orElseThrow())
                                        .contains("could not write the command down"));
        // Its result is safe: that needs no room on the disk either.
        desk.complete(ticket);
        assertThat(desk.answers()).isEmpty();
        assertThat(desk.open()).isEmpty();
        assertThat(folder.resolve("begun")).doesNotExist();
    }

    @Test
    void the_epoch_is_written_over_the_one_before() throws Exception {
        Home home = Home.open(folder.resolve("home"));
        assertThat(home.epoch()).isZero();
        Path file = home.root().resolve("epoch");
        Files.writeString(file, "7\n");
        Object before = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        home.epoch(8);
        assertThat(home.epoch()).isEqualTo(8);
        home.epoch(Long.MAX_VALUE);
        assertThat(home.epoch()).isEqualTo(Long.MAX_VALUE);
        assertThat(Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                .isEqualTo(before);
    }

    private static Desk desk(Home home) throws Exception {
        Bell news = new Bell();
        return new Desk(
                Deliveries.AGENT,
                new TicketJournal(home, InstantSource.system(), news::ring),
                Workshop.open(
                        home,
                        new Settings(
                                Deliveries.AGENT,
                                URI.create("https://127.0.0.1:1"),
                                Optional.empty(),
                                new Thumbprint("ab".repeat(32))),
                        home.certificates(),
                        Routes.DIRECT,
                        FetchRules.USUAL,
                        DeafScripts.on(home)),
                news);
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
