package stagecoach.local.launcher.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static stagecoach.local.launcher.supervisor.Children.stage;
import static stagecoach.local.launcher.supervisor.Children.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessSpec;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;

class SupervisorTest {
    private static final Duration MAX = Duration.ofMinutes(3);

    @TempDir Path folder;
    private Children children;
    private Supervisor supervisor;

    @BeforeEach
    void makeChildren() {
        children = new Children(folder);
    }

    @AfterEach
    void stop() throws Exception {
        supervisor.stop();
        assertThat(new Orphans(folder.resolve("none"), children.mark()).find()).isEmpty();
    }

    @Test
    void a_process_that_dies_is_started_again() throws Exception {
        start(stage(children.child("web", "good")));
        ProcessIdentity first = row("web").identity().orElseThrow();

        first.running().orElseThrow().destroyForcibly();

        await().atMost(MAX)
                .until(() -> row("web").restarts() == 1 && state("web") == ProcessState.READY);
        assertThat(row("web").identity().orElseThrow()).isNotEqualTo(first);
        assertThat(row("web").identity().orElseThrow().running()).isPresent();
    }

    @Test
    void a_process_that_crashes_at_once_fails_the_start_with_its_last_lines() throws Exception {
        assertThatThrownBy(() -> start(stage(children.child("web", "crash"))))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("web did not start: it ended with exit code 7")
                .hasMessageContaining("the port is busy");
        assertThat(state("web")).isEqualTo(ProcessState.FAILED);
        assertThat(supervisor.status().problem()).isPresent();
    }

    @Test
    void a_process_that_crashes_twice_gets_ready_in_the_end() throws Exception {
        start(stage(children.child("web", "crash-until", folder.resolve("lives") + "", "3")));
        assertThat(state("web")).isEqualTo(ProcessState.READY);
        assertThat(row("web").restarts()).isEqualTo(2);
    }

    @Test
    void a_slow_process_holds_back_the_next_stage_and_its_own_steps() throws Exception {
        Path sign = folder.resolve("sign");
        List<String> done = new ArrayList<>();
        var first =
                new Stage(
                        List.of(children.child("slow", "wait-for", sign.toString())),
                        List.of(new Stage.Step("step", () -> done.add("step"))));
        supervisor =
                new Supervisor(
                        children.plan(first, stage(children.child("next", "good"))),
                        folder,
                        Children.QUICK);
        Thread start = Thread.startVirtualThread(this::startUnchecked);
        await().atMost(MAX).until(() -> supervisor.status().process("slow").isPresent());
        assertThat(supervisor.status().process("next")).isEmpty();
        assertThat(done).isEmpty();

        Files.createFile(sign);

        start.join();
        assertThat(state("next")).isEqualTo(ProcessState.READY);
        assertThat(done).containsExactly("step");
        assertThat(supervisor.status().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void a_process_that_is_never_ready_is_killed_and_said() throws Exception {
        var never = children.child("web", "never");
        assertThatThrownBy(() -> start(stage(within(never, Duration.ofMillis(200), MAX))))
                .hasMessageContaining("web did not start: it was not ready after");
        assertThat(row("web").identity()).isEmpty();
    }

    @Test
    void a_step_that_fails_is_named() {
        var step =
                new Stage.Step(
                        "migration",
                        () -> {
                            throw new IllegalStateException("no such schema");
                        });
        assertThatThrownBy(() -> start(new Stage(List.of(), List.of(step))))
                .hasMessage("migration failed: no such schema");
    }

    @Test
    void a_process_that_does_not_care_for_SIGTERM_is_killed() throws Exception {
        var stubborn = children.child("web", "stubborn");
        start(stage(within(stubborn, MAX, Duration.ofMillis(300))));
        ProcessIdentity identity = row("web").identity().orElseThrow();

        supervisor.stop();

        assertThat(identity.running()).isEmpty();
        assertThat(state("web")).isEqualTo(ProcessState.STOPPED);
    }

    /** One that is given all the time it needs to say that it ends. */
    private ProcessSpec farewell(String name, Path farewells) {
        return within(children.child(name, "farewell", farewells.toString(), name), MAX, MAX);
    }

    @Test
    void everything_ends_in_reverse_order() throws Exception {
        Path farewells = folder.resolve("farewells");
        start(stage(farewell("first", farewells)), stage(farewell("second", farewells)));

        supervisor.stop();

        assertThat(farewells).hasContent("second\nfirst");
    }

    @Test
    void an_added_process_is_there_again_in_the_next_life_and_a_removed_one_is_not()
            throws Exception {
        start();
        supervisor.add("child", "a", Map.of("how", "good"));
        supervisor.add("child", "b", Map.of("how", "good"));
        await().atMost(MAX).until(() -> state("child-a") == ProcessState.READY);
        assertThat(supervisor.remove("child-b")).isTrue();
        assertThat(supervisor.remove("child-b")).isFalse();
        supervisor.stop();

        start();

        await().atMost(MAX).until(() -> state("child-a") == ProcessState.READY);
        assertThat(supervisor.status().process("child-b")).isEmpty();
    }

    @Test
    void adding_the_same_again_changes_nothing_and_other_options_replace_it() throws Exception {
        start();
        supervisor.add("child", "a", Map.of("how", "good"));
        await().atMost(MAX).until(() -> state("child-a") == ProcessState.READY);
        ProcessIdentity first = row("child-a").identity().orElseThrow();

        supervisor.add("child", "a", Map.of("how", "good"));
        assertThat(row("child-a").identity()).contains(first);

        supervisor.add("child", "a", Map.of("how", "stubborn"));
        await().atMost(MAX).until(() -> state("child-a") == ProcessState.READY);
        assertThat(first.running()).isEmpty();
        row("child-a").identity().flatMap(ProcessIdentity::running).orElseThrow().destroyForcibly();
        supervisor.remove("child-a");
    }

    @Test
    void what_cannot_be_added_is_refused_with_a_sentence() throws Exception {
        start(stage(children.child("web", "good")));
        assertThatThrownBy(() -> supervisor.add("cat", "a", Map.of()))
                .hasMessage("there is no kind of process \"cat\", only [child]");
        assertThatThrownBy(() -> supervisor.add("child", "a", Map.of()))
                .hasMessage("a child wants the option how");
        assertThatThrownBy(() -> supervisor.remove("web")).hasMessageContaining("web belongs to");
    }

    @Test
    void a_process_that_fails_again_and_again_waits_to_be_revived() throws Exception {
        Path lives = folder.resolve("lives");
        start();
        supervisor.add("child", "a", Map.of("how", "crash"));
        await().atMost(MAX).until(() -> state("child-a") == ProcessState.FAILED);
        assertThat(row("child-a").reason()).contains("it ended with exit code 7");
        assertThat(lives).doesNotExist();

        assertThat(supervisor.revive()).containsExactly("child-a");
        await().atMost(MAX).until(() -> state("child-a") == ProcessState.FAILED);
    }

    @Test
    void a_process_that_ran_once_is_never_given_up() throws Exception {
        Path sign = Files.createFile(folder.resolve("sign"));
        start(stage(children.child("web", "good-while", sign.toString())));
        Files.delete(sign);
        row("web").identity().flatMap(ProcessIdentity::running).orElseThrow().destroyForcibly();

        // Far oftener than one that was never ready is tried.
        await().atMost(MAX).until(() -> row("web").restarts() > 8);
        assertThat(state("web")).isEqualTo(ProcessState.RESTARTING);
        assertThat(row("web").reason()).contains("it ended with exit code 7");

        Files.createFile(sign);
        await().atMost(MAX).until(() -> state("web") == ProcessState.READY);
    }

    @Test
    void a_process_that_is_held_back_stays_away_until_it_is_released() throws Exception {
        start(stage(children.child("web", "good")));
        ProcessIdentity first = row("web").identity().orElseThrow();

        assertThat(supervisor.hold("web", true)).isTrue();
        await().atMost(MAX).until(() -> state("web") == ProcessState.STOPPED);
        assertThat(first.running()).isEmpty();
        assertThat(row("web").reason()).contains("it is held back on purpose");

        assertThat(supervisor.hold("web", false)).isTrue();
        await().atMost(MAX).until(() -> state("web") == ProcessState.READY);
        assertThat(supervisor.hold("nobody", true)).isFalse();
    }

    @Test
    void what_is_held_back_is_ended_with_everything_else() throws Exception {
        start(stage(children.child("web", "good")));
        supervisor.hold("web", true);
        await().atMost(MAX).until(() -> state("web") == ProcessState.STOPPED);

        supervisor.stop();

        assertThat(supervisor.status().phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void the_state_file_says_what_the_table_says() throws Exception {
        start(stage(children.child("web", "good")));
        Status written =
                StatusJson.read(Files.readString(folder.resolve("state.json"))).orElseThrow();
        assertThat(written).isEqualTo(supervisor.status());
        assertThat(written.facts()).containsEntry("baseUrl", "http://127.0.0.1:1");
    }

    private void start(Stage... stages) throws Exception {
        supervisor = new Supervisor(children.plan(stages), folder, Children.QUICK);
        supervisor.start();
    }

    private void startUnchecked() {
        try {
            supervisor.start();
        } catch (StartFailed | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private ProcessStatus row(String name) {
        return supervisor.status().process(name).orElseThrow();
    }

    private ProcessState state(String name) {
        return row(name).state();
    }
}
