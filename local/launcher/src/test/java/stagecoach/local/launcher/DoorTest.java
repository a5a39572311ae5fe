package stagecoach.local.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.installation.Checkout;

/** The script {@code ./stagecoach}, with a Maven that only pretends to build. */
class DoorTest {
    private static final Duration MAX = Duration.ofMinutes(3);
    private static final List<String> BUILT =
            List.of(
                    "local/embedded/target/embedded/lib/x",
                    "local/launcher/target/app/x",
                    "tentacle/target/tentacle/lib/x",
                    "foundation/migration/target/migration/lib/x",
                    "orchestrator-service/app/target/quarkus-app/quarkus-run.jar",
                    "step-runner/app/target/quarkus-app/quarkus-run.jar",
                    "package-service/app/target/quarkus-app/quarkus-run.jar",
                    "package-service/cache/target/quarkus-app/quarkus-run.jar",
                    "agent-gateway/app/target/quarkus-app/quarkus-run.jar");

    @TempDir Path root;
    private Path bin;
    private Path calls;
    private Path source;

    @BeforeEach
    void makeCheckout() throws Exception {
        Files.copy(Checkout.find().root().resolve("stagecoach"), root.resolve("stagecoach"));
        executable(root.resolve("stagecoach"));
        calls = root.resolve("calls");
        source = root.resolve("cli/src/main/Source.java");
        write(root.resolve("local/launcher/pom.xml"), "<project/>");
        write(source, "source");
        bin = Files.createDirectories(root.resolve("bin"));
        for (String tool :
                List.of(
                        "sh",
                        "sed",
                        "find",
                        "head",
                        "tail",
                        "mkdir",
                        "chmod",
                        "touch",
                        "mv",
                        "rm",
                        "cat",
                        "date",
                        "dirname",
                        "readlink",
                        "sort",
                        "sleep",
                        "grep",
                        "awk",
                        "git")) {
            Files.createSymbolicLink(bin.resolve(tool), onPath(tool));
        }
        StringBuilder outputs = new StringBuilder();
        for (String each : BUILT) {
            outputs.append("mkdir -p $(dirname ").append(each).append("); touch ").append(each);
            outputs.append('\n');
        }
        maven("3.8.7", outputs.toString());
    }

    @Test
    void what_is_not_built_is_built_once_and_again_when_a_source_has_changed() throws Exception {
        assertThat(run("status").output()).contains("✓ build");
        assertThat(builds()).isEqualTo(1);

        assertThat(run("status").output()).doesNotContain("build");
        assertThat(builds()).isEqualTo(1);

        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        run("status");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void images_are_made_of_nothing_that_is_older_than_its_source_and_holds_a_library_twice()
            throws Exception {
        run("status");
        Path library = root.resolve("tentacle/target/tentacle/lib/old.jar");
        write(library, "of before");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
        Path control = root.resolve(".stagecoach/control.json");
        write(control, "{\"pid\":%d,\"port\":1}".formatted(ProcessHandle.current().pid()));
        Ended refused = run("images");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.output()).contains("./stagecoach down, then images");
        assertThat(builds()).isEqualTo(1);

        Files.delete(control);
        run("images");
        assertThat(builds()).isEqualTo(2);
        assertThat(library).doesNotExist();
    }

    @Test
    void nobody_else_may_look_into_the_folder_of_the_local_default() throws Exception {
        Path folder = Files.createDirectories(root.resolve(".stagecoach"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        run("status");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void a_test_or_a_page_that_has_changed_is_no_reason_to_build() throws Exception {
        run("status");
        Instant later = Instant.now().plusSeconds(5);
        for (String each : List.of("cli/src/test/SourceTest.java", "docs/page.md", "README.md")) {
            write(root.resolve(each), "changed");
            Files.setLastModifiedTime(root.resolve(each), FileTime.from(later));
        }
        run("status");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void two_at_once_build_once() throws Exception {
        Path gate = root.resolve("gate");
        Path fakeBuild = root.resolve("bin/build");
        Files.writeString(fakeBuild, "until [ -e gate ]; do sleep 0.05; done\n" + read(fakeBuild));
        Process one = begin("status");
        await().atMost(MAX).until(() -> Files.exists(calls));
        Process two = begin("status");
        await().atMost(MAX)
                .until(() -> Files.readString(output(two)).contains("another one is at it"));
        Files.createFile(gate);

        finish(one);
        finish(two);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void a_lock_whose_owner_is_dead_is_taken_over() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        write(root.resolve(".stagecoach/build/lock/pid"), dead.pid() + "\n");
        run("status");
        assertThat(builds()).isEqualTo(1);
        assertThat(root.resolve(".stagecoach/build/lock")).doesNotExist();
    }

    @Test
    void a_build_that_fails_says_so_and_the_next_command_builds_again() throws Exception {
        Path fakeBuild = root.resolve("bin/build");
        String good = read(fakeBuild);
        Files.writeString(fakeBuild, "echo '[ERROR] no such symbol'; exit 1\n");
        Ended failed = run("status");
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.output())
                .contains("[ERROR] no such symbol")
                .contains("error: the build failed. Its log is")
                .contains("build.log");

        Files.writeString(fakeBuild, good);
        assertThat(run("status").output()).contains("✓ build");
    }

    @Test
    void a_build_that_is_broken_off_leaves_nothing_behind() throws Exception {
        Path fakeBuild = root.resolve("bin/build");
        String good = read(fakeBuild);
        Files.writeString(fakeBuild, "exec sleep 600\n");
        Process broken = begin("status");
        await().atMost(MAX).until(() -> Files.exists(calls));

        broken.destroy();

        assertThat(broken.waitFor(MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(output(broken))).contains("broken off");
        assertThat(root.resolve(".stagecoach/build/lock")).doesNotExist();
        Files.writeString(fakeBuild, good);
        assertThat(run("status").output()).contains("✓ build");
    }

    @Test
    void a_missing_and_an_old_maven_get_the_sentence_that_helps() throws Exception {
        maven("3.6.3", "");
        assertThat(run("status").output())
                .contains("error: this is Maven 3.6.3, and 3.8.7 or newer is needed");
        Files.delete(bin.resolve("mvn"));
        assertThat(run("status").output()).contains("error: mvn is missing. Install Maven 3.8.7");
        Files.delete(bin.resolve("git"));
        assertThat(run("status").output()).contains("error: git is missing");
    }

    @Test
    void newer_mavens_are_told_apart_from_older_ones_by_number() throws Exception {
        for (String version : List.of("3.8.10", "3.10.0", "4.0.0")) {
            maven(version, "exit 1");
            assertThat(run("status").output()).contains("the build failed");
        }
    }

    @Test
    void the_tests_are_mavens_verify_and_the_quick_ones_only_the_pure_floors() throws Exception {
        run("test");
        assertThat(Files.readString(calls)).contains("verify").doesNotContain("-pl");
        run("test", "--quick");
        assertThat(Files.readString(calls)).contains("-pl foundation/vocabulary");
        run("fmt");
        assertThat(Files.readString(calls)).contains("spotless:apply");
    }

    @Test
    void the_tests_end_as_maven_has_and_tell_where_their_time_went() throws Exception {
        Instant now = Instant.now();
        report("cli", "stagecoach.cli.SlowTest", "1,234.2", now.plusSeconds(60));
        report("agent-gateway/app", "stagecoach.gateway.app.KillIT", "60.1", now.plusSeconds(60));
        report("agent-gateway/app", "stagecoach.gateway.app.FastTest", "0.2", now.plusSeconds(60));
        report("tentacle", "stagecoach.tentacle.OfAnEarlierRunTest", "9.9", now.minusSeconds(60));
        maven("3.8.7", "case $* in *verify*) exit 3 ;; esac");

        Ended ended = run("test");

        assertThat(ended.exitCode()).isEqualTo(3);
        assertThat(ended.output())
                .containsSubsequence(
                        "1234  stagecoach.cli.SlowTest",
                        "60  stagecoach.gateway.app.KillIT",
                        "0  stagecoach.gateway.app.FastTest",
                        "1234  cli",
                        "60  agent-gateway/app")
                .doesNotContain("OfAnEarlierRunTest");
    }

    private void report(String module, String test, String seconds, Instant made)
            throws IOException {
        Path file = root.resolve(module + "/target/surefire-reports/TEST-" + test + ".xml");
        write(
                file,
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite version="3.0.2" name="%s" time="%s" tests="1" failures="0">
                """
                        .formatted(test, seconds));
        Files.setLastModifiedTime(file, FileTime.from(made));
    }

    @Test
    void the_tests_do_not_build_over_a_local_default_that_runs() throws Exception {
        write(
                root.resolve(".stagecoach/control.json"),
                "{\"pid\":%d,\"port\":1}".formatted(ProcessHandle.current().pid()));
        Ended refused = run("test");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.output()).contains("./stagecoach down first");
        assertThat(calls).doesNotExist();
    }

    private record Ended(int exitCode, String output) {}

    private Ended run(String... arguments) throws Exception {
        return finish(begin(arguments));
    }

    private Process begin(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(root.resolve("stagecoach").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH", bin.toString(),
                                "HOME", root.toString(),
                                "JAVA_HOME", System.getProperty("java.home")));
        Path output = Files.createTempFile(root, "output", "");
        Process process = builder.redirectOutput(output.toFile()).start();
        outputs.put(process, output);
        return process;
    }

    private final Map<Process, Path> outputs = new java.util.HashMap<>();

    private Path output(Process process) {
        return outputs.get(process);
    }

    private Ended finish(Process process) throws Exception {
        assertThat(process.waitFor(MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(output(process)));
    }

    private int builds() throws IOException {
        return Math.toIntExact(
                Files.readAllLines(calls).stream()
                        .filter(call -> call.contains("package"))
                        .count());
    }

    private void maven(String version, String build) throws IOException {
        write(bin.resolve("build"), build);
        write(
                bin.resolve("mvn"),
                """
                #!/bin/sh
                if [ "$1" = -v ]; then echo 'Apache Maven %s (x)'; exit; fi
                cd "$(dirname "$0")/.."
                echo "$@" >>calls
                . bin/build
                """
                        .formatted(version));
        executable(bin.resolve("mvn"));
    }

    private static Path onPath(String tool) {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            Path file = Path.of(folder, tool);
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new IllegalStateException("this computer has no " + tool);
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
