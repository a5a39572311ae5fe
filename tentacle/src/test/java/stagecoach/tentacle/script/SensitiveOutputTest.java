package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Running;
import stagecoach.vocabulary.process.Action.Syntax;

/** What a script sets as sensitive is handed on, and hidden from that moment on. */
@Timeout(120)
class SensitiveOutputTest {
    private static final String SECRET = "tok-4711-\u00e4";

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

    private LiveTicket accept(Syntax syntax, String body) throws Exception {
        return tickets.accept(
                Deliveries.script(Deliveries.ticket(), syntax, body, Map.of(), List.of()));
    }

    private CommandResult end(LiveTicket live) throws Exception {
        CommandResult result = new RunScriptWork(runs, (RunScript) live.command()).perform(live);
        live.end(result);
        return live.result().orElseThrow();
    }

    /** The files of a ticket that hold {@code text} as it is. */
    private static List<Path> holding(LiveTicket live, String text) throws IOException {
        try (Stream<Path> all = Files.walk(live.folder())) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> contents(file).contains(text))
                    .toList();
        }
    }

    private static String contents(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "BASH => set -eu; set_stagecoach_variable Token \"$S\" --sensitive",
                "BASH => set -eu; set_stagecoach_variable --sensitive Token \"$S\"",
                "SH => set -eu; set_stagecoach_variable Token \"$S\" --sensitive",
                "SH => set -eu; printf %s \"$S\" | set_stagecoach_variable Token --sensitive",
                "PYTHON => import os,subprocess; subprocess.run(['set_stagecoach_variable','Token','--sensitive'],input=os.environ['S'],text=True,check=True)"
            })
    void it_is_set_from_bash_sh_and_python_and_leaves_the_machine_by_its_own_way_only(
            Syntax syntax, String line) throws Exception {
        String set =
                syntax == Syntax.PYTHON
                        ? "import os\nos.environ['S']='%s'\n%s".formatted(SECRET, line)
                        : "S='%s'; export S; %s".formatted(SECRET, line);
        LiveTicket live = accept(syntax, set);
        CommandResult result = end(live);
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(result.outputs()).isEmpty();
        assertThat(result.sensitiveOutputs()).containsExactly("Token");
        assertThat(live.secrets()).containsExactly(Map.entry("Token", SECRET));
        assertThat(tickets.afterRestart(live).secrets())
                .containsExactly(Map.entry("Token", SECRET));
        assertThat(holding(live, SECRET)).as("plain on disk after the end").isEmpty();
    }

    @Test
    void output_is_masked_from_the_moment_it_was_set_and_so_are_earlier_values() throws Exception {
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        echo before first-value
                        set_stagecoach_variable Token first-value --sensitive; echo one first-value
                        set_stagecoach_variable Token second-value; echo two first-value second-value
                        echo err second-value >&2
                        set_stagecoach_variable Url https://second-value@host
                        exit 3
                        """);
        CommandResult result = end(live);
        assertThat(TestTickets.lines(live, OutputKind.OUT))
                .element(1)
                .isEqualTo("one " + Masks.SHOWN);
        assertThat(TestTickets.lines(live, OutputKind.OUT))
                .element(2)
                .isEqualTo("two %s %s".formatted(Masks.SHOWN, Masks.SHOWN));
        assertThat(result.reason()).contains("err " + Masks.SHOWN);
        assertThat(result.outputs())
                .containsExactly(Map.entry("Url", "https://%s@host".formatted(Masks.SHOWN)));
        assertThat(live.secrets()).containsExactly(Map.entry("Token", "second-value"));
    }

    @Test
    void what_a_script_printed_lies_unmasked_on_the_disk_no_longer_than_it_runs() throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                "echo $STAGECOACH_DB_PASSWORD; echo $STAGECOACH_DB_PASSWORD >&2; exit 3",
                                Map.of("Db.Password", SECRET),
                                List.of(SECRET)));
        assertThat(end(live).exitCode()).contains(3);
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly(Masks.SHOWN);
        assertThat(holding(live, SECRET)).isEmpty();
        assertThat(live.folder().resolve("scripts")).doesNotExist();
    }

    @Test
    void what_a_crash_left_unmasked_goes_at_the_next_start() throws Exception {
        LiveTicket live = accept(Syntax.BASH, "true");
        end(live);
        Path left = Files.createDirectories(live.folder().resolve("scripts/main"));
        Files.writeString(left.resolve("stdout"), SECRET);
        assertThat(holding(tickets.afterRestart(live), SECRET)).isEmpty();
    }

    @Test
    void whatever_a_script_puts_among_its_secrets_only_so_much_of_it_is_read() throws Exception {
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        """
                        set -eu
                        set_stagecoach_variable Token %s --sensitive
                        cd "$stagecoach_script_folder/../../secrets"
                        mkfifo Pipe .was.Pipe.0
                        mkdir Folder
                        truncate -s 3G Huge
                        """
                                .formatted(SECRET));
        CommandResult result = end(live);
        assertThat(result.succeeded()).as("%s", result).isTrue();
        assertThat(result.sensitiveOutputs()).containsExactly("Token");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("The sensitive output variable Huge is left"));
    }

    @Test
    void a_restarted_tentacle_hides_and_tells_what_was_set_before() throws Exception {
        LiveTicket live =
                accept(
                        Syntax.BASH,
                        "set_stagecoach_variable Token %1$s --sensitive; touch %2$s; while [ ! -e %2$s.go ]; do sleep 0.05; done; echo now %1$s"
                                .formatted(SECRET, trace));
        var first =
                Running.of(() -> new RunScriptWork(runs, (RunScript) live.command()).perform(live));
        await().atMost(30, TimeUnit.SECONDS).until(() -> Files.exists(trace));
        first.cutOff();
        LiveTicket second = tickets.afterRestart(live);
        Files.createFile(Path.of(trace + ".go"));
        CommandResult result = end(second);
        assertThat(TestTickets.lines(second, OutputKind.OUT)).contains("now " + Masks.SHOWN);
        assertThat(result.sensitiveOutputs()).containsExactly("Token");
        assertThat(second.secrets()).containsExactly(Map.entry("Token", SECRET));
    }
}
