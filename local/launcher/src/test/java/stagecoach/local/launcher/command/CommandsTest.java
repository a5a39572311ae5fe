package stagecoach.local.launcher.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import stagecoach.cli.StagecoachCli;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.Phase;
import stagecoach.local.launcher.supervisor.Status;
import stagecoach.local.launcher.supervisor.StatusJson;

class CommandsTest {
    private static final ProcessIdentity GONE =
            new ProcessIdentity(999_999_999, Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void status_says_what_to_do_when_nothing_runs() {
        assertThat(
                        run(
                                new StatusCommand(
                                        local(), new LocalRun(checkout(), folder.resolve("demo")))))
                .isEqualTo(1);
        assertThat(out.toString()).isEqualTo("nothing runs; ./stagecoach up starts it\n");
    }

    @Test
    void status_as_json_has_the_promised_fields_and_tells_no_dead_process_alive() throws Exception {
        Status last =
                new Status(
                        Map.of(
                                "baseUrl", "http://127.0.0.1:17080",
                                "nugetIndex", "http://127.0.0.1:17080/nuget/v3/index.json",
                                "kafka", "127.0.0.1:19092",
                                "adminKeyFile", "/key"),
                        Optional.of(GONE),
                        Phase.RUNNING,
                        Optional.empty(),
                        List.of(
                                new ProcessStatus(
                                        "kafka",
                                        Optional.of(GONE),
                                        Optional.empty(),
                                        ProcessState.READY,
                                        Path.of("/kafka.log"),
                                        2,
                                        Optional.empty())));
        Files.writeString(folder.resolve("state.json"), StatusJson.write(last));

        assertThat(
                        run(
                                new StatusCommand(
                                        local(), new LocalRun(checkout(), folder.resolve("demo"))),
                                "--json"))
                .isEqualTo(1);

        JsonNode json = new ObjectMapper().readTree(out.toString());
        assertThat(json.path("baseUrl").asText()).isEqualTo("http://127.0.0.1:17080");
        assertThat(json.has("nugetIndex")).isTrue();
        assertThat(json.has("kafka")).isTrue();
        assertThat(json.has("adminKeyFile")).isTrue();
        JsonNode process = json.path("processes").path(0);
        assertThat(process.path("name").asText()).isEqualTo("kafka");
        assertThat(process.path("pid").isNull()).isTrue();
        assertThat(process.path("url").isNull()).isTrue();
        assertThat(process.path("state").asText()).isEqualTo("STOPPED");
        assertThat(process.path("logFile").asText()).isEqualTo("/kafka.log");
    }

    @Test
    void down_is_content_when_nothing_runs() {
        assertThat(run(new DownCommand(local()))).isZero();
        assertThat(out.toString()).isEqualTo("nothing runs\n");
    }

    @Test
    void a_tentacle_needs_a_local_default_that_runs() {
        var line = new TentacleCommand(new RunningMachines(checkout(), folder)).line();
        assertThat(execute(line, "start", "--name", "web-1", "--environment", "production"))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("error: nothing runs here. Run ./stagecoach up first.\n");
    }

    @Test
    void a_tentacle_is_a_target_or_a_worker_and_not_both() {
        var line = new TentacleCommand(new RunningMachines(checkout(), folder)).line();
        assertThat(execute(line, "start", "--name", "web-1")).isEqualTo(2);
        assertThat(
                        execute(
                                line,
                                "start",
                                "--name",
                                "web-1",
                                "--environment",
                                "e",
                                "--worker-pool",
                                "hq"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--environment makes it a target");
    }

    @Test
    void a_tentacle_that_was_here_before_needs_its_name_only() throws Exception {
        Path home = Files.createDirectories(folder.resolve("tentacles").resolve("web-1"));
        Files.writeString(home.resolve("config.json"), "{}");
        var line = new TentacleCommand(new RunningMachines(checkout(), folder)).line();
        assertThat(execute(line, "start", "--name", "web-1")).isEqualTo(1);
        assertThat(err.toString()).startsWith("error: nothing runs here.");
    }

    @Test
    void one_that_listens_is_registered_anew_and_so_told_again_what_it_is() throws Exception {
        Path home = Files.createDirectories(folder.resolve("tentacles").resolve("web-1"));
        Files.writeString(home.resolve("config.json"), "{}");
        var line = new TentacleCommand(new RunningMachines(checkout(), folder)).line();
        assertThat(execute(line, "start", "--name", "web-1", "--listen", "10933")).isEqualTo(2);
        assertThat(err.toString()).contains("--environment makes it a target");
    }

    private LocalRun local() {
        return new LocalRun(checkout(), folder);
    }

    private Checkout checkout() {
        return new Checkout(folder);
    }

    private int run(Object command, String... arguments) {
        return execute(new CommandLine(command), arguments);
    }

    private int execute(CommandLine line, String... arguments) {
        StagecoachCli.mannered(line);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }
}
