package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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

/** The machine's clock is put forward or back by an hour while a script runs. */
@Timeout(120)
class ClockJumpsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Duration LATER = Duration.ofMinutes(10);

    /** Says what it is asked to until it is let go. */
    private static final String TALK =
            """
            talk() {
              while [ ! -e %1$s.go ]; do
                if [ -e %1$s.say ]; then cat %1$s.say; rm %1$s.say; fi
                sleep 0.02
              done
            }
            """;

    private static final String DEAF = "trap '' TERM; echo up; while :; do sleep 0.05; done";

    @TempDir Path folder;
    private final AtomicReference<Duration> wrongBy = new AtomicReference<>(Duration.ZERO);
    TestTickets tickets;
    ScriptRun runs;
    Path signs;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"), () -> Instant.now().plus(wrongBy.get()));
        runs = new ScriptRun(ScriptTools.install(tickets.home()));
        signs = folder.resolve("sign");
    }

    @Test
    void a_clock_put_forward_ends_no_healthy_script() throws Exception {
        LiveTicket live = accept(TALK.formatted(signs) + "echo up; talk; exit 4", LATER);
        Running running = running(live);
        awaitLine(live, "up");
        wrongBy.set(HOUR);
        letItBeLookedAt(live);
        Files.createFile(Path.of(signs + ".go"));
        CommandResult result = running.get();
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(result.exitCode()).contains(4);
    }

    @Test
    void a_clock_put_back_delays_neither_the_time_out_nor_the_output() throws Exception {
        LiveTicket live = accept(TALK.formatted(signs) + "echo up; talk", Duration.ofSeconds(8));
        Running running = running(live);
        awaitLine(live, "up");
        wrongBy.set(HOUR.negated());
        letItBeLookedAt(live);
        assertThat(running.get().outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
    }

    @Test
    void a_clock_put_forward_kills_nothing_that_has_time_to_tidy_up() throws Exception {
        LiveTicket live =
                accept(
                        TALK.formatted(signs)
                                + "trap 'talk; exit 7' TERM; echo up; while :; do sleep 0.05; done",
                        LATER);
        Running running = running(live);
        awaitLine(live, "up");
        live.askStop(Cause.CANCEL, LATER, LATER);
        letItBeLookedAt(live);
        wrongBy.set(HOUR);
        letItBeLookedAt(live);
        Files.createFile(Path.of(signs + ".go"));
        CommandResult result = running.get();
        assertThat(result.outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(result.exitCode()).contains(7);
    }

    @Test
    void a_clock_put_back_spares_nothing_that_is_deaf() throws Exception {
        LiveTicket live = accept(DEAF, LATER);
        Running running = running(live);
        awaitLine(live, "up");
        live.askStop(Cause.CANCEL, SOON, LATER);
        wrongBy.set(HOUR.negated());
        assertThat(running.get().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(running.get().mayStillRun()).isFalse();
    }

    @Test
    void a_clock_put_back_while_the_tentacle_is_away_delays_nothing_by_as_much() throws Exception {
        LiveTicket live = accept("echo up; exec sleep 600", Duration.ofSeconds(2));
        Running running = running(live);
        awaitLine(live, "up");
        running.cutOff();
        wrongBy.set(HOUR.negated());
        assertThat(running(tickets.afterRestart(live)).get().outcome())
                .isEqualTo(CommandOutcome.TIMED_OUT);
    }

    @Test
    void a_clock_put_forward_while_the_tentacle_is_away_ends_no_healthy_script() throws Exception {
        LiveTicket live = accept(TALK.formatted(signs) + "echo up; talk; exit 4", LATER);
        Running running = running(live);
        awaitLine(live, "up");
        running.cutOff();
        wrongBy.set(HOUR);
        LiveTicket after = tickets.afterRestart(live);
        Running attached = running(after);
        letItBeLookedAt(after);
        Files.createFile(Path.of(signs + ".go"));
        assertThat(attached.get().outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(attached.get().exitCode()).contains(4);
    }

    @Test
    void what_ends_because_it_was_asked_to_is_known_after_a_restart_when_the_clock_was_put_back()
            throws Exception {
        wrongBy.set(HOUR);
        LiveTicket live =
                accept(
                        TALK.formatted(signs)
                                + "trap 'echo asked; talk; exit 7' TERM; echo up;"
                                + " while :; do sleep 0.05; done",
                        LATER.plus(HOUR));
        Running running = running(live);
        awaitLine(live, "up");
        wrongBy.set(Duration.ZERO);
        live.askStop(Cause.CANCEL, LATER, LATER);
        awaitLine(live, "asked");
        running.cutOff();
        Files.createFile(Path.of(signs + ".go"));
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(live.folder().resolve("scripts/main/exit")));
        assertThat(running(tickets.afterRestart(live)).get().outcome())
                .isEqualTo(CommandOutcome.CANCELLED);
    }

    private LiveTicket accept(String body, Duration timeout) throws Exception {
        return tickets.accept(
                Deliveries.script(
                        Deliveries.ticket(),
                        new CommandPayload.Script(Syntax.BASH, body, Map.of(), List.of()),
                        Deliveries.ALONE,
                        Optional.of(timeout),
                        Instant.now().plusSeconds(60)));
    }

    private Running running(LiveTicket live) {
        return Running.of(() -> new RunScriptWork(runs, (RunScript) live.command()).perform(live));
    }

    /** What was said behind a line has come here a look later than that line. */
    private void letItBeLookedAt(LiveTicket live) throws Exception {
        for (String word : List.of("one", "two")) {
            long before = heard(live, word);
            Path draft = Files.writeString(Path.of(signs + ".draft"), word + "\n");
            Path said = Path.of(signs + ".say");
            // The script says a word before it takes it away.
            await().atMost(30, TimeUnit.SECONDS).until(() -> Files.notExists(said));
            Files.move(draft, said);
            await().atMost(30, TimeUnit.SECONDS).until(() -> heard(live, word) > before);
        }
    }

    private static long heard(LiveTicket live, String word) throws Exception {
        return TestTickets.lines(live, OutputKind.OUT).stream().filter(word::equals).count();
    }

    private static void awaitLine(LiveTicket live, String line) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> heard(live, line) > 0);
    }
}
