package stagecoach.local.launcher.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;

class SupervisorProcessTest {
    private static final Duration MAX = Duration.ofMinutes(3);

    @TempDir Path folder;
    private Children children;
    private Orphans orphans;

    /**
     * The supervisors have another class path entry, so that the mark finds only their children.
     */
    @BeforeEach
    void makeChildren() {
        children = new Children(folder);
        orphans = SupervisorProcess.orphans(folder, children.mark());
    }

    @AfterEach
    void endAll() throws Exception {
        orphans.end();
    }

    @Test
    void sigterm_ends_the_supervisor_and_all_its_processes() throws Exception {
        Process supervisor = supervisor();
        awaitRunning();

        supervisor.destroy();

        assertThat(supervisor.waitFor(MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(orphans.find()).isEmpty();
        assertThat(orphans.lastStatus().orElseThrow().phase()).isEqualTo(Phase.STOPPED);
        assertThat(ControlClient.find(folder)).isEmpty();
    }

    @Test
    void the_life_after_a_kill_ends_what_the_killed_one_left_and_starts_anew() throws Exception {
        Process killed = supervisor();
        List<ProcessIdentity> left = pids(awaitRunning());
        killed.destroyForcibly().waitFor();
        assertThat(left).allMatch(each -> each.running().isPresent());
        assertThat(ControlClient.find(folder)).isEmpty();

        Process second = supervisor();
        Status status = awaitRunning();

        assertThat(left).allMatch(each -> each.running().isEmpty());
        assertThat(pids(status)).hasSize(2).doesNotContainAnyElementsOf(left);
        second.destroy();
        second.waitFor();
    }

    @Test
    void a_half_written_state_file_hides_no_orphan() throws Exception {
        Process killed = supervisor();
        List<ProcessIdentity> left = pids(awaitRunning());
        killed.destroyForcibly().waitFor();
        Files.writeString(folder.resolve("state.json"), "{\"processes\":[{\"na");
        Files.writeString(folder.resolve("control.json"), "{");

        assertThat(orphans.find()).containsAll(left);
        Process second = supervisor();
        awaitRunning();

        assertThat(left).allMatch(each -> each.running().isEmpty());
        second.destroy();
        second.waitFor();
    }

    @Test
    void two_at_once_are_one() throws Exception {
        Process one = supervisor();
        Process two = supervisor();

        Status status = awaitRunning();

        await().atMost(MAX).until(() -> one.isAlive() != two.isAlive());
        Process loser = one.isAlive() ? two : one;
        Process winner = one.isAlive() ? one : two;
        assertThat(loser.exitValue()).isEqualTo(SupervisorProcess.ALREADY_RUNS);
        assertThat(status.supervisor().orElseThrow().pid()).isEqualTo(winner.pid());
        winner.destroy();
        winner.waitFor();
    }

    @Test
    void a_start_that_is_broken_off_leaves_nothing_running() throws Exception {
        Process supervisor = supervisor(folder.resolve("never").toString());
        await().atMost(MAX).until(() -> status().flatMap(it -> it.process("second")).isPresent());

        ControlClient.find(folder).orElseThrow().shutdown();

        assertThat(supervisor.waitFor(MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(orphans.find()).isEmpty();
        assertThat(orphans.lastStatus().orElseThrow().problem()).isEmpty();
    }

    @Test
    void processes_are_added_and_removed_through_its_ear() throws Exception {
        supervisor();
        awaitRunning();
        ControlClient control = ControlClient.find(folder).orElseThrow();

        assertThat(control.add("child", "x", Map.of("how", "good"))).isEqualTo("child-x");
        await().atMost(MAX)
                .until(
                        () ->
                                control.status().process("child-x").orElseThrow().state()
                                        == ProcessState.READY);
        control.remove("child-x");

        assertThat(control.status().process("child-x")).isEmpty();
        assertThatThrownBy(() -> control.remove("child-x"))
                .hasMessage("no process is called child-x");
        assertThatThrownBy(() -> control.add("child", "x", Map.of()))
                .hasMessage("a child wants the option how");
        assertThat(control.revive()).isEmpty();
        control.shutdown();
        assertThat(orphans.find()).isEmpty();
    }

    @Test
    void nobody_is_heard_without_the_token_that_only_its_owner_can_read() throws Exception {
        Process supervisor = supervisor();
        awaitRunning();
        ControlFile file = ControlFile.read(folder).orElseThrow();

        assertThat(Files.getPosixFilePermissions(ControlFile.in(folder)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + file.port() + "/status"));
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
            request.header("Authorization", "Bearer guess");
            assertThat(http.send(request.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
        }
        supervisor.destroy();
        supervisor.waitFor();
    }

    private Process supervisor(String... more) throws IOException {
        List<String> command = new ArrayList<>(children.java(TestSupervisorMain.class));
        command.remove(children.mark());
        command.add(folder.toString());
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("supervisor.log").toFile()))
                .start();
    }

    private Status awaitRunning() {
        return await().atMost(MAX)
                .until(
                        () -> status().filter(it -> it.phase() == Phase.RUNNING),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Asked anew each time: the supervisor may be another one by now. */
    private Optional<Status> status() throws Exception {
        Optional<ControlClient> control = ControlClient.find(folder);
        return control.isPresent() ? Optional.of(control.get().status()) : Optional.empty();
    }

    private static List<ProcessIdentity> pids(Status status) {
        return status.processes().stream().flatMap(each -> each.identity().stream()).toList();
    }
}
