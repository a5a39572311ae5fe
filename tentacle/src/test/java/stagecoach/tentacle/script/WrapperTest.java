package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.tentacle.journal.TestTickets;

/** The wrapper in each shell that may be a machine's {@code sh}, and what the tentacle believes. */
@Timeout(120)
class WrapperTest {
    private static final int LOST = 125;
    private static final int EXIT = 7;

    @TempDir Path home;
    @TempDir Path work;
    Path wrapper;
    Path path;
    ScriptFolder folder;
    Path trace;

    @BeforeEach
    void open() throws Exception {
        TestTickets tickets = new TestTickets(home.resolve("home"));
        ScriptTools.install(tickets.home());
        wrapper = tickets.home().bin().resolve("run.sh");
        folder = new ScriptFolder(work, "main");
        path = Files.createDirectories(folder.path());
        trace = work.resolve("trace");
    }

    static Stream<List<String>> shells() {
        return Stream.of(List.of("sh"), List.of("dash"), List.of("bash"), List.of("busybox", "sh"))
                .filter(shell -> Machine.find(shell.getFirst()).isPresent());
    }

    private Process start(List<String> shell, String claim) throws Exception {
        List<String> line = new ArrayList<>(shell);
        line.addAll(List.of(wrapper.toString(), path.toString(), claim));
        line.addAll(List.of("sh", "-c", "echo once >> '%s'; exit %d".formatted(trace, EXIT)));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void of_several_that_want_one_claim_one_runs_and_tells_all(List<String> shell)
            throws Exception {
        List<Process> started = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            started.add(start(shell, "claim-1"));
        }
        List<Integer> codes = new ArrayList<>();
        for (Process process : started) {
            codes.add(process.waitFor());
        }
        assertThat(codes).containsOnlyOnce(EXIT).containsOnly(EXIT, LOST);
        assertThat(trace).hasContent("once\n");
        assertThat(folder.exitCode()).contains(EXIT);
        long runner =
                IntStream.range(0, codes.size())
                        .filter(n -> codes.get(n) == EXIT)
                        .mapToLong(n -> started.get(n).pid())
                        .sum();
        assertThat(folder.process().map(ProcessMark::pid)).contains(runner);
        assertThat(folder.winClaim(1)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void who_finds_the_claim_won_by_the_tentacle_does_not_begin(List<String> shell)
            throws Exception {
        assertThat(folder.winClaim(1)).isTrue();
        assertThat(start(shell, "claim-1").waitFor()).isEqualTo(LOST);
        assertThat(trace).doesNotExist();
        assertThat(path.resolve("process")).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void a_claim_that_an_earlier_version_has_won_is_won(List<String> shell) throws Exception {
        Files.createDirectory(path.resolve("claim-1"));
        assertThat(start(shell, "claim-1").waitFor()).isEqualTo(LOST);
        assertThat(folder.winClaim(1)).isFalse();
        assertThat(trace).doesNotExist();
    }

    @Test
    void what_is_half_written_is_not_believed() throws Exception {
        Path exit = path.resolve("exit");
        Files.writeString(exit, "");
        assertThat(folder.exitCode()).isEmpty();
        Files.writeString(exit, "12");
        assertThat(folder.exitCode()).as("the beginning of 127").isEmpty();
        Files.writeString(exit, "127\n");
        assertThat(folder.exitCode()).contains(127);

        Path process = path.resolve("process");
        String line = "42 (sh) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 777";
        Files.writeString(process, "boot\n");
        assertThat(folder.process()).isEmpty();
        Files.writeString(process, "boot\n" + ProcessHandle.current().pid());
        assertThat(folder.process()).as("the beginning of a line of /proc").isEmpty();
        Files.writeString(process, "boot\n" + line);
        assertThat(folder.process()).as("ticks that may go on").isEmpty();
        Files.writeString(process, "boot\n" + line + "7 9\n");
        assertThat(folder.process()).contains(new ProcessMark(42, "boot/7777"));
    }
}
