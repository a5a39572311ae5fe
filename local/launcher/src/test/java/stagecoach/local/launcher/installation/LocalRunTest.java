package stagecoach.local.launcher.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.channel.Channels;
import stagecoach.local.launcher.process.ProcessIdentity;
import stagecoach.local.launcher.process.ProcessState;
import stagecoach.local.launcher.process.ProcessStatus;
import stagecoach.local.launcher.supervisor.Phase;
import stagecoach.local.launcher.supervisor.Status;

class LocalRunTest {
    private static final Duration MAX = Duration.ofMinutes(5);
    private static final String[] ALL = {
        "kafka",
        "postgres",
        "orchestrator",
        "step-runner",
        "package-service",
        "agent-gateway",
        "edge"
    };

    private static final Wishes WITH_PROXY =
            new Wishes(
                    Map.of(),
                    Map.of(),
                    1,
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of("STAGECOACH_FEED_PROXY_CREDENTIALS", "stage:c0ach"));

    @TempDir Path root;
    private Path folder;
    private LocalRun run;

    @BeforeEach
    void makeCheckout() throws Exception {
        folder = root.resolve(".stagecoach");
        run = new LocalRun(FakeCheckout.in(root), folder);
    }

    @AfterEach
    void end() throws Exception {
        run.end();
        assertThat(run.end()).isEqualTo(LocalRun.Ended.NOTHING);
        assertThat(processesOfTheFolder()).isEmpty();
    }

    @Test
    void it_starts_is_there_and_ends_and_comes_back_with_its_rows_and_ports() throws Exception {
        LocalRun.Started first = run.start(WITH_PROXY, status -> {});

        assertThat(first.alreadyRan()).isFalse();
        assertThat(first.status().processes())
                .allMatch(each -> each.state() == ProcessState.READY)
                .extracting(ProcessStatus::name)
                .containsExactly(ALL);
        String baseUrl = first.status().facts().get("baseUrl");
        // Everything that refused the key at first knows it by now.
        assertThat(get(baseUrl + "/api/v1/agents")).contains("STAGECOACH_AGENT_IDENTITY");
        assertThat(get(baseUrl + "/"))
                .contains("STAGECOACH_BOOTSTRAP_KEY_FILE")
                .doesNotContain("STAGECOACH_FEED_");
        assertThat(get(baseUrl + "/nuget/v3/index.json"))
                .contains("STAGECOACH_PACKAGE_DIR", "STAGECOACH_FEED_PROXY_CREDENTIALS");
        assertThat(topics(first.status()))
                .containsAll(Channels.all().stream().map(topic -> topic.name()).toList());
        sql("INSERT INTO orchestrator.kept VALUES (7)");

        LocalRun.Started again = run.start(Map.of(), status -> {});
        assertThat(again.alreadyRan()).isTrue();
        assertThat(again.status().supervisor()).isEqualTo(first.status().supervisor());

        assertThat(run.end()).isEqualTo(LocalRun.Ended.STOPPED);
        assertThat(run.look().status().orElseThrow().phase()).isEqualTo(Phase.STOPPED);

        LocalRun.Started second = run.start(Map.of(), status -> {});
        assertThat(second.status().facts()).isEqualTo(first.status().facts());
        sql("DELETE FROM orchestrator.kept WHERE id = 7");
    }

    @Test
    void its_folder_is_for_its_owner_and_a_folder_of_others_stays_as_it_is() throws Exception {
        Path made = root.resolve("made/default");
        LocalRun.keepFromOthers(made);
        assertThat(modeOf(made)).isEqualTo("rwx------");

        Path older = Files.createDirectories(root.resolve("older/secrets")).getParent();
        Files.setPosixFilePermissions(older, PosixFilePermissions.fromString("rwxr-xr-x"));
        LocalRun.keepFromOthers(older);
        assertThat(modeOf(older)).isEqualTo("rwx------");

        Path foreign = Files.createDirectories(root.resolve("foreign"));
        Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxr-xr-x"));
        LocalRun.keepFromOthers(foreign);
        assertThat(modeOf(foreign)).isEqualTo("rwxr-xr-x");
    }

    private static String modeOf(Path folder) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
    }

    @Test
    void two_that_start_at_once_both_come_up() throws Exception {
        LocalRun other = new LocalRun(new Checkout(root), root.resolve("other"));
        try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<LocalRun.Started> one = people.submit(() -> run.start(Map.of(), status -> {}));
            Future<LocalRun.Started> two = people.submit(() -> other.start(Map.of(), status -> {}));
            Set<String> baseUrls = new HashSet<>();
            for (Future<LocalRun.Started> each : List.of(one, two)) {
                LocalRun.Started started = each.get();
                assertThat(started.status().phase()).isEqualTo(Phase.RUNNING);
                String baseUrl = started.status().facts().get("baseUrl");
                assertThat(get(baseUrl + "/")).isNotEmpty();
                baseUrls.add(baseUrl);
            }
            assertThat(baseUrls).hasSize(2);
        } finally {
            other.end();
        }
    }

    @Test
    void any_process_that_is_killed_comes_back() throws Exception {
        LocalRun.Started started = run.start(Map.of(), status -> {});
        Set<ProcessIdentity> killed =
                started.status().processes().stream()
                        .map(each -> each.identity().orElseThrow())
                        .collect(Collectors.toSet());

        killed.forEach(each -> each.running().orElseThrow().destroyForcibly());

        await().atMost(MAX)
                .until(
                        () ->
                                started.control().status().processes().stream()
                                        .allMatch(
                                                each ->
                                                        each.restarts() > 0
                                                                && each.state()
                                                                        == ProcessState.READY));
        sql("SELECT 1");
        assertThat(get(started.status().facts().get("baseUrl") + "/")).isNotEmpty();
    }

    @Test
    void after_the_supervisor_was_killed_down_ends_what_it_left_and_up_takes_its_place()
            throws Exception {
        ProcessIdentity killed =
                run.start(Map.of(), status -> {}).status().supervisor().orElseThrow();
        killed.running().orElseThrow().destroyForcibly();
        await().atMost(MAX).until(() -> killed.running().isEmpty());
        assertThat(run.look().supervised()).isFalse();
        assertThat(run.look().orphans()).isEqualTo(ALL.length);

        LocalRun.Started second = run.start(Map.of(), status -> {});
        assertThat(second.alreadyRan()).isFalse();
        second.control().supervisor().running().orElseThrow().destroyForcibly();
        await().atMost(MAX).until(() -> second.control().supervisor().running().isEmpty());

        assertThat(run.end()).isEqualTo(LocalRun.Ended.ORPHANS);
    }

    @Test
    void a_fixed_port_that_is_taken_is_said_and_nothing_runs() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> run.start(Map.of("edge", port), status -> {}))
                    .isInstanceOf(LocalRun.StartRefused.class)
                    // Who holds it is said too where the system tells: FreePortsTest.
                    .hasMessageMatching(
                            "port %d, fixed for edge, is taken on 127\\.0\\.0\\.1( by .+ \\(process \\d+\\))?\\. Stop what uses it, or fix another one\\."
                                    .formatted(port));
        }
        assertThat(processesOfTheFolder()).isEmpty();
    }

    @Test
    void a_damaged_list_of_tentacles_is_said_and_nothing_runs() throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("processes.json"), "[{\"kind\":");
        assertThatThrownBy(() -> run.start(Map.of(), status -> {}))
                .hasMessageContaining("processes.json is damaged. Remove it");
    }

    @Test
    void what_is_not_built_is_said() throws Exception {
        Files.delete(root.resolve("step-runner/app/target/quarkus-app/quarkus-run.jar"));
        assertThatThrownBy(() -> run.start(Map.of(), status -> {}))
                .hasMessageContaining(
                        "step-runner/app/target/quarkus-app/quarkus-run.jar is not built");
    }

    @Test
    void a_service_that_does_not_start_is_said_with_its_last_lines_and_nothing_runs()
            throws Exception {
        Files.writeString(
                root.resolve("step-runner/app/target/quarkus-app/quarkus-run.jar"), "no jar");
        assertThatThrownBy(() -> run.start(Map.of(), status -> {}))
                .hasMessageContaining("step-runner did not start: it ended with exit code 1")
                .hasMessageContaining("quarkus-run.jar");
        assertThat(processesOfTheFolder()).isEmpty();
        assertThat(run.look().status().orElseThrow().phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void a_start_that_is_interrupted_in_the_middle_leaves_nothing_running() throws Exception {
        Path output = root.resolve("output");
        Process start =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                StartMain.class.getName(),
                                root.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        // More than the first one runs; the second may be told together with those behind it.
        await().atMost(MAX)
                .until(
                        () ->
                                Files.readString(output)
                                        .lines()
                                        .anyMatch(line -> line.matches("[2-9]")));

        start.destroy();

        assertThat(start.waitFor(MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(output)).contains("breaking off").contains("nothing runs");
        assertThat(processesOfTheFolder()).isEmpty();
    }

    private List<ProcessHandle> processesOfTheFolder() {
        return ProcessHandle.allProcesses()
                .filter(each -> each.pid() != ProcessHandle.current().pid())
                .filter(
                        each ->
                                each.info().commandLine().orElse("").contains(folder + "")
                                        && each.isAlive())
                .toList();
    }

    private void sql(String statement) throws Exception {
        String ports = Files.readString(folder.resolve("ports.json"));
        String port = ports.replaceFirst("(?s).*\"postgres\":(\\d+).*", "$1");
        String password = Files.readString(folder.resolve("secrets/postgres-password"));
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:%s/stagecoach".formatted(port),
                                "postgres",
                                password);
                var prepared = connection.createStatement()) {
            prepared.execute(statement);
        }
    }

    private static Set<String> topics(Status status) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", status.facts().get("kafka")))) {
            return admin.listTopics().names().get();
        }
    }

    private static String get(String url) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(url)).build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }
}
