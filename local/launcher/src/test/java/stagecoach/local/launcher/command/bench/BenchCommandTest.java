package stagecoach.local.launcher.command.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.LinkBench;
import stagecoach.local.launcher.bench.Peer;
import stagecoach.local.launcher.installation.Checkout;

class BenchCommandTest {
    @TempDir Path folder;
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "deployment, --steps, 51, 0 to 50",
        "latency, --messages, 9, 10 to 1000000",
        "throughput, --at-once, 0, 1 to 200",
        "serve, --package-mb, 4001, 1 to 4000",
        "ingest, --packages, 0, 1 to 10000",
        "links, --regions, 11, 1 to 10",
        "growth, --targets, '5,2001', 1 to 2000"
    })
    void a_number_that_cannot_be_measured_with_is_refused_before_anything_starts(
            String bench, String option, String number, String bounds) {
        assertThat(execute(bench, option, number)).isEqualTo(2);
        assertThat(err.toString()).contains(option).contains(bounds);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void who_does_not_say_what_to_measure_is_told_what_there_is() {
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString())
                .contains("deployment, latency, throughput, serve, ingest, links, growth");
    }

    /** No test asserts a ratio; whoever reads one sees what it is to be. */
    @Test
    void beside_a_ratio_for_which_there_is_a_goal_that_is_said() throws Exception {
        var checkout = new Checkout(folder);
        var screen = new Screen(new PrintStream(PrintStream.nullOutputStream()), false);
        var serve = new StringWriter();
        new BenchServe(checkout, screen)
                .tell(
                        new Peer.Found.Measured(
                                new ObjectMapper()
                                        .readTree("{\"throughputRatio\":0.93,\"cpuRatio\":2}")),
                        new PrintWriter(serve));
        assertThat(serve.toString())
                .contains("0.93 x its throughput (the goal is 0.90 or more) at 2.00 x its CPU");
        var links = new StringWriter();
        new BenchLinks(checkout, screen)
                .tell(new LinkBench.Answer(1_000_000, List.of(), 1.0042), new PrintWriter(links));
        assertThat(links.toString())
                .contains("1.0042 x as much for each region (the goal is 1.01 or less)");
    }

    private int execute(String... arguments) {
        var screen = new Screen(new PrintStream(PrintStream.nullOutputStream()), false);
        CommandLine line = new BenchCommand(new Checkout(folder), screen).line();
        StagecoachCli.mannered(line);
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }
}
