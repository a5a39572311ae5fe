package stagecoach.tentacle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stagecoach.contracts.agent.AgentCommand.ScriptPackage;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.inspect.Show;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.Mutex;

/** Another program in the place of the one that runs, with real processes. */
@Timeout(420)
class UpgradeTest {
    private static final String ID = "Stagecoach.Tentacle";
    private static final String CANDIDATE = "versions/0123456789abcdef";
    private static final String PROGRAM = "bin/stagecoach-tentacle";

    @TempDir Path folder;
    FakeGateway gateway;
    Home home;
    Path installed;
    Path trace;
    Keeper keeper = new Keeper();

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        home = Home.open(folder.resolve("home"));
        trace = folder.resolve("trace");
        home.enrolled(
                new Settings(
                        Deliveries.AGENT, gateway.uri(), Optional.empty(), gateway.thumbprint()));
        installed = folder.resolve("installed");
        Files.createDirectories(installed.resolve("bin"));
        Files.copy(Path.of("src", "dist").resolve(PROGRAM), installed.resolve(PROGRAM));
        executable(installed.resolve(PROGRAM));
        Path lib = Files.createDirectories(installed.resolve("lib"));
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(
                                        System.getProperty("java.class.path")
                                                .split(File.pathSeparator, -1))
                                .map(path -> Path.of(path).toUri().toString())
                                .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(lib.resolve("all.jar"));
                var jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
    }

    @AfterEach
    void close() throws Exception {
        keeper.stop();
        gateway.close();
    }

    private static void executable(Path file) throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Starts the tentacle again whenever it has ended, as systemd does. */
    private final class Keeper {
        private volatile boolean closing;
        private volatile String name = "test";
        private Process process;
        private Thread thread;

        void start() {
            thread = Thread.ofVirtual().start(this::keep);
            gateway.awaitSessions(1);
        }

        private void keep() {
            try {
                while (!closing) {
                    ProcessBuilder run = program("run", "--allow-root");
                    run.environment().put("JAVA_HOME", System.getProperty("java.home"));
                    if (!name.isEmpty()) {
                        run.environment().put("STAGECOACH_TENTACLE_KEPT_BY", name);
                    }
                    synchronized (this) {
                        if (!closing) {
                            process = run.start();
                        }
                    }
                    if (process.waitFor() == TentacleMain.STAY_AWAY) {
                        return;
                    }
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        void stop() throws Exception {
            synchronized (this) {
                closing = true;
                if (process != null) {
                    process.destroyForcibly();
                }
            }
            if (thread != null) {
                thread.join();
            }
        }
    }

    private ProcessBuilder program(String... arguments) {
        var line = new ArrayList<>(List.of(installed.resolve(PROGRAM).toString()));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--home", home.root().toString()));
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    }

    /** A package whose program leaves a trace, and then does this. */
    private PackagePin version(String rehearsal, String run) throws Exception {
        return new Nupkg()
                .with(
                        PROGRAM,
                        """
                        #!/bin/sh
                        if [ "$1" = rehearse ]; then
                          %s
                        fi
                        echo "$STAGECOACH_TENTACLE_CHOSEN" >> %s
                        %s
                        """
                                .formatted(rehearsal, trace, run))
                .with("lib/a.jar", "-")
                .heldIn(home, ID);
    }

    /** One that runs: the program of this build, by way of the package's. */
    private String works() {
        return "exec %s \"$@\"".formatted(installed.resolve(PROGRAM));
    }

    private static Deliver upgrade(PackagePin pin, int seconds) {
        String directory = "#{Stagecoach.Package[%s].Directory}".formatted(ID);
        return Deliveries.script(
                new CommandPayload.Script(
                        Syntax.SH,
                        "exec upgrade_stagecoach_tentacle '%s' 2.0.0 %d"
                                .formatted(directory, seconds),
                        Map.of("Stagecoach.Package[%s].Directory".formatted(ID), directory),
                        List.of()),
                new ScriptPackage(pin, true));
    }

    private String state(String file) throws Exception {
        Path path = home.upgrade().resolve(file);
        return Files.exists(path) ? Files.readString(path).strip() : "";
    }

    private int sessions() {
        return gateway.frames(TentacleFrame.Hello.class).size();
    }

    private void refused(CommandResult result, String words) throws Exception {
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(result.exitCode()).contains(1);
        assertThat(result.reason().orElseThrow()).contains(words);
        assertThat(state("trial")).isEmpty();
        assertThat(state("failed")).isEmpty();
    }

    /** What ran before is there again, in a session of its own. */
    private void ranBeforeRunsAgain(int sessions) throws Exception {
        gateway.awaitSessions(sessions);
        assertThat(state("started")).contains("program installed");
        assertThat(gateway.awaitEnd(gateway.give(Deliveries.bash("true"))).succeeded()).isTrue();
    }

    @Test
    void a_version_that_has_a_session_stays_and_a_script_meanwhile_ends_with_its_true_exit_code()
            throws Exception {
        keeper.start();
        Ticket meanwhile = Deliveries.ticket();
        gateway.give(
                Deliveries.script(
                        meanwhile,
                        new CommandPayload.Script(
                                Syntax.BASH,
                                "echo one; while [ ! -e %s.go ]; do sleep 0.05; done; echo two; exit 5"
                                        .formatted(trace),
                                Map.of(),
                                List.of()),
                        new Mutex("another", Mutex.Mode.EXCLUSIVE),
                        Optional.empty(),
                        Instant.now().plusSeconds(600)));
        await().atMost(30, TimeUnit.SECONDS).until(() -> gateway.hasStarted(meanwhile));
        PackagePin pin = version("exit 0", works());
        Ticket ticket = gateway.give(upgrade(pin, 60));
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.exitCode()).as(result.toString()).contains(0);
        assertThat(gateway.output(ticket))
                .extracting(OutputLine::text)
                .contains("The tentacle runs 2.0.0 now.");
        String chosen = state("current");
        assertThat(chosen).startsWith("versions/");
        assertThat(trace).hasContent(chosen);
        assertThat(Show.of(home.root(), "1", List.of())).contains("2.0.0, from an upgrade");
        int sessions = sessions();
        // Again, under another ticket: it runs already, so nothing ends.
        Ticket again = gateway.give(upgrade(pin, 60));
        assertThat(gateway.awaitEnd(again).succeeded()).isTrue();
        assertThat(gateway.output(again))
                .extracting(OutputLine::text)
                .contains("The tentacle runs 2.0.0 already.");
        assertThat(sessions()).isEqualTo(sessions);
        Files.createFile(Path.of(trace + ".go"));
        assertThat(gateway.awaitEnd(meanwhile).exitCode()).contains(5);
        assertThat(gateway.output(meanwhile))
                .extracting(OutputLine::text)
                .containsSubsequence("one", "two");
    }

    @Test
    void a_version_that_ends_before_its_session_gives_way_to_what_ran_before() throws Exception {
        keeper.start();
        CommandResult result =
                gateway.awaitEnd(gateway.give(upgrade(version("exit 0", "exit 2"), 60)));
        refused(result, "2.0.0 ended before it had a session");
        assertThat(trace).content().startsWith("versions/").hasLineCount(1);
        ranBeforeRunsAgain(2);
    }

    @Test
    void a_version_that_does_not_come_back_is_ended_in_time_and_what_ran_before_starts_again()
            throws Exception {
        keeper.start();
        CommandResult result =
                gateway.awaitEnd(gateway.give(upgrade(version("exit 0", "exec sleep 1000"), 5)));
        refused(result, "2.0.0 had no session with the gateway within 5 seconds");
        ranBeforeRunsAgain(2);
    }

    @Test
    void what_cannot_be_tried_changes_nothing_and_the_tentacle_goes_on() throws Exception {
        keeper.start();
        refused(
                gateway.awaitEnd(gateway.give(upgrade(version("exit 1", works()), 60))),
                "2.0.0 does not run on this machine");
        PackagePin empty = new Nupkg().with("readme", "-").heldIn(home, ID);
        refused(
                gateway.awaitEnd(gateway.give(upgrade(empty, 60))),
                "The package holds no tentacle");
        PackagePin pin = version("exit 0", works());
        Files.writeString(home.packages().resolve(pin.sha512().value()), "other bytes");
        assertThat(gateway.awaitEnd(gateway.give(upgrade(pin, 60))).succeeded()).isFalse();
        assertThat(trace).doesNotExist();
        assertThat(sessions()).isEqualTo(1);
    }

    @Test
    void what_nobody_would_start_again_is_not_ended() throws Exception {
        keeper.name = "";
        keeper.start();
        refused(
                gateway.awaitEnd(gateway.give(upgrade(version("exit 0", works()), 60))),
                "In a container, run a newer image");
        assertThat(sessions()).isEqualTo(1);
    }

    @Test
    void an_upgrade_that_is_killed_leaves_a_bad_version_only_until_the_next_start()
            throws Exception {
        keeper.start();
        Ticket ticket = gateway.give(upgrade(version("exit 0", "exec sleep 1000"), 600));
        await().atMost(30, TimeUnit.SECONDS).until(() -> !state("begun").isEmpty());
        await().atMost(30, TimeUnit.SECONDS).until(() -> Files.exists(trace));
        long watcher = number(state("trial"), "watcher ");
        ProcessHandle.of(watcher).orElseThrow().destroyForcibly();
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !ProcessHandle.of(watcher).map(ProcessHandle::isAlive).orElse(false));
        ProcessHandle.of(number(state("started"), "process ")).orElseThrow().destroyForcibly();
        assertThat(gateway.awaitEnd(ticket).succeeded()).isFalse();
        ranBeforeRunsAgain(2);
    }

    private static long number(String lines, String name) {
        return lines.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> Long.parseLong(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    /** What a kill or a power cut may leave at each step, and what the next start makes of it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing was changed yet,           '',        installed, '',   no,  installed, ''",
        "written down and not switched,     trial,     installed, '',   no,  installed, ''",
        "switched and not started,          trial,     CANDIDATE, '',   no,  installed, ''",
        "started and without a session,     trial,     CANDIDATE, 7,    no,  installed, ''",
        "started and without it and watched, trial,    CANDIDATE, 7,    yes, installed, ''",
        "to be started and watched,         trial,     CANDIDATE, '',   yes, CANDIDATE, trial",
        "a session and not concluded,       trial,     CANDIDATE, 6,    no,  CANDIDATE, passed",
        "failed and not put back,           failed,    CANDIDATE, 7,    no,  installed, ''",
        "failed and put back,               failed,    installed, 7,    no,  installed, ''",
        "passed,                            passed,    CANDIDATE, 6,    no,  CANDIDATE, passed",
        "passed and cleared up,             '',        CANDIDATE, '',   no,  CANDIDATE, ''",
        "the program is gone,               '',        versions/ff, '', no,  installed, ''",
        "no program of ours,                '',        ../../x,   '',   no,  installed, ''",
    })
    void whatever_is_left_the_next_start_takes_a_program_that_is_good(
            String left,
            String record,
            String current,
            String begun,
            String watched,
            String starts,
            String remains)
            throws Exception {
        home.epoch(7);
        Path upgrade = home.upgrade();
        Path bin = Files.createDirectories(upgrade.resolve(CANDIDATE).resolve("bin"));
        Files.writeString(bin.resolve("stagecoach-tentacle"), "echo candidate > " + trace);
        Path java = Files.createDirectories(folder.resolve("java/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho installed > " + trace);
        executable(java);
        String name = watched.equals("yes") ? "upgrade_stagecoach_tentacle" : "other";
        Process watcher = new ProcessBuilder("sh", "-c", "sleep 1000; :", name).start();
        try {
            if (!record.isEmpty()) {
                Files.writeString(
                        upgrade.resolve(record),
                        "candidate %s\nbefore installed\nwatcher %d\nversion 2.0.0\n"
                                .formatted(CANDIDATE, watcher.pid()));
            }
            Files.writeString(
                    upgrade.resolve("current"), current.replace("CANDIDATE", CANDIDATE) + "\n");
            if (!begun.isEmpty()) {
                Files.writeString(
                        upgrade.resolve("begun"), "%020d\n".formatted(Long.parseLong(begun)));
            }
            ProcessBuilder run = program("run");
            run.environment().put("JAVA_HOME", folder.resolve("java").toString());
            Process process = run.start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            boolean candidate = starts.equals("CANDIDATE");
            assertThat(trace).hasContent(candidate ? "candidate" : "installed");
            assertThat(state("started"))
                    .contains("process " + process.pid())
                    .contains("program " + (candidate ? CANDIDATE : "installed"))
                    .contains("kept nobody");
            try (Stream<Path> files = Files.list(upgrade)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .as(left)
                        .filteredOn(List.of("trial", "passed", "failed")::contains)
                        .isEqualTo(remains.isEmpty() ? List.of() : List.of(remains));
            }
        } finally {
            watcher.destroyForcibly().waitFor();
        }
    }
}
