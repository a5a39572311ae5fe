package stagecoach.tentacle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.tentacle.testing.FreePort;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.Syntax;

/** A real tentacle process, killed as processes are killed. */
@Timeout(300)
class TentacleProcessTest {
    private static final CacheId CACHE = new CacheId("eu-1");

    @TempDir Path folder;
    FakeGateway gateway;
    Home home;
    Path trace;
    Path programs;
    Process tentacle;
    final List<Process> processes = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        home = Home.open(folder.resolve("home"));
        trace = folder.resolve("trace");
        programs = Files.createDirectory(folder.resolve("programs"));
        home.enrolled(
                new Settings(
                        Deliveries.AGENT, gateway.uri(), Optional.empty(), gateway.thumbprint()));
    }

    @AfterEach
    void close() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        gateway.close();
    }

    private Process command(String... arguments) throws Exception {
        return commandIn("C.UTF-8", arguments);
    }

    private Process commandIn(String locale, String... arguments) throws Exception {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(
                List.of(
                        "-Xmx48m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "stagecoach.tentacle.TentacleMain"));
        line.addAll(List.of(arguments));
        File log = folder.resolve("log-" + processes.size()).toFile();
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log);
        builder.environment().put("LC_ALL", locale);
        builder.environment().merge("PATH", programs.toString(), (old, more) -> more + ":" + old);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private String log() throws Exception {
        return Files.readString(folder.resolve("log-" + (processes.size() - 1)));
    }

    private void start() throws Exception {
        startIn("C.UTF-8");
    }

    private void startIn(String locale) throws Exception {
        tentacle = commandIn(locale, "run", "--allow-root", "--home", home.root().toString());
        await().atMost(60, TimeUnit.SECONDS).until(() -> log().contains("READY"));
    }

    private void kill() throws Exception {
        tentacle.destroyForcibly().waitFor();
    }

    private void awaitTrace(String text) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.readString(trace).contains(text));
    }

    private String waitingScript() {
        return "echo begun >> %1$s; echo before; while [ ! -e %1$s.go ]; do sleep 0.05; done; echo after; echo ended >> %1$s; exit 5"
                .formatted(trace);
    }

    private void letGo() throws Exception {
        Files.createFile(Path.of(trace + ".go"));
    }

    @Test
    void a_script_survives_the_kill_of_its_tentacle_and_its_true_exit_code_is_told()
            throws Exception {
        start();
        Ticket ticket = gateway.give(Deliveries.bash(waitingScript()));
        awaitTrace("begun");
        kill();
        letGo();
        awaitTrace("ended");
        start();
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXITED);
        assertThat(result.exitCode()).contains(5);
        assertThat(trace).hasContent("begun\nended");
        assertThat(gateway.output(ticket))
                .filteredOn(line -> line.stream() == OutputKind.OUT)
                .extracting(OutputLine::text)
                .containsExactly("before", "after");
        TentacleFrame.Hello second = gateway.frames(TentacleFrame.Hello.class).get(1);
        assertThat(second.openTickets())
                .singleElement()
                .satisfies(open -> assertThat(open.ticket()).isEqualTo(ticket));
    }

    /** Played by a shell, which tells how it was called and what it was given. */
    @Test
    void a_machine_with_powershell_says_so_and_runs_such_scripts_with_it() throws Exception {
        Path powershell = programs.resolve("pwsh");
        Files.writeString(
                powershell,
                """
                #!/bin/sh
                for script; do :; done
                echo "$1 $2 $3 $# ${script##*.}"
                cat "$script"
                set_stagecoach_variable Found 41
                exit 7
                """);
        Files.setPosixFilePermissions(powershell, PosixFilePermissions.fromString("rwx------"));
        start();
        Ticket ticket =
                gateway.give(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.POWERSHELL,
                                "Write-Host 'größer'",
                                Map.of(),
                                List.of()));
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.exitCode()).contains(7);
        assertThat(result.outputs()).containsEntry("Found", "41");
        assertThat(gateway.output(ticket).stream().map(OutputLine::text))
                .anyMatch("-NoProfile -NonInteractive -File 4 ps1"::equals)
                .anyMatch(line -> line.endsWith("Write-Host 'größer'"));
        assertThat(gateway.frames(TentacleFrame.Hello.class).getFirst().capabilities())
                .contains("powershell");
    }

    @Test
    void a_machine_that_is_dialled_tells_the_true_end_of_a_script_once_though_it_was_killed()
            throws Exception {
        int port = FreePort.find();
        Process settled =
                command(
                        "listen",
                        "--home",
                        home.root().toString(),
                        "--agent",
                        Deliveries.AGENT.value(),
                        "--port",
                        "127.0.0.1:" + port,
                        "--trust",
                        gateway.thumbprint().value());
        assertThat(settled.waitFor()).as(log()).isZero();
        var machine = home.identity().thumbprint();
        assertThat(log()).contains(machine.value());
        listen(port);
        gateway.dial(port, machine).join();
        gateway.awaitSessions(1);
        Ticket ticket = gateway.give(Deliveries.bash(waitingScript()));
        awaitTrace("begun");
        kill();
        letGo();
        awaitTrace("ended");
        listen(port);
        gateway.dial(port, machine).join();
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.exitCode()).contains(5);
        assertThat(trace).hasContent("begun\nended");
        assertThat(gateway.output(ticket))
                .filteredOn(line -> line.stream() == OutputKind.OUT)
                .extracting(OutputLine::text)
                .containsExactly("before", "after");
        Process shown = command("show", "--home", home.root().toString());
        assertThat(shown.waitFor()).as(log()).isZero();
        assertThat(log())
                .contains("dials this machine at 127.0.0.1:" + port)
                .contains(machine.value());
    }

    private void listen(int port) throws Exception {
        tentacle = command("run", "--allow-root", "--home", home.root().toString());
        await().atMost(60, TimeUnit.SECONDS)
                .ignoreException(java.net.ConnectException.class)
                .until(
                        () -> {
                            try (var socket =
                                    new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
                                return socket.isConnected();
                            }
                        });
    }

    private CommandResult given(String name) throws Exception {
        return gateway.awaitEnd(
                gateway.give(
                        Deliveries.script(
                                Deliveries.ticket(),
                                Syntax.BASH,
                                "printf %s \"$STAGECOACH_NAME\" > " + trace,
                                Map.of("Name", name),
                                List.of())));
    }

    @Test
    void a_value_is_what_it_was() throws Exception {
        start();
        assertThat(given("grün").succeeded()).isTrue();
        assertThat(trace).hasContent("grün");
    }

    @Test
    void in_a_locale_that_cannot_spell_a_value_its_script_is_refused_and_others_run()
            throws Exception {
        startIn("C");
        assertThat(log()).contains("LC_ALL=C.UTF-8");
        CommandResult refused = given("grün");
        assertThat(refused.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(refused.reason().orElseThrow()).contains("LC_ALL=C.UTF-8");
        assertThat(given("green").succeeded()).isTrue();
        assertThat(trace).hasContent("green");
    }

    @Test
    void a_tentacle_that_runs_is_not_enrolled_anew() throws Exception {
        start();
        String before = Files.readString(home.root().resolve("config.json"));
        Process enrolment =
                command(
                        "enrol",
                        "--home",
                        home.root().toString(),
                        "--gateway",
                        gateway.uri().toString(),
                        "--token",
                        "t0ken." + gateway.thumbprint());
        assertThat(enrolment.waitFor()).isEqualTo(1);
        assertThat(log()).contains("Another tentacle").contains("Stop it first");
        assertThat(home.root().resolve("config.json")).hasContent(before);
    }

    @Test
    void a_restarted_tentacle_attaches_to_a_script_that_still_runs_and_can_end_it()
            throws Exception {
        start();
        Ticket ticket = gateway.give(Deliveries.bash(waitingScript()));
        awaitTrace("begun");
        kill();
        start();
        gateway.say(
                new GatewayFrame.Cancel(ticket, Duration.ofSeconds(10), Duration.ofSeconds(10)));
        assertThat(gateway.awaitEnd(ticket).outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(trace).hasContent("begun");
    }

    @Test
    void an_ordinary_end_leaves_scripts_running_and_a_second_tentacle_is_refused()
            throws Exception {
        start();
        Ticket ticket = gateway.give(Deliveries.bash(waitingScript()));
        awaitTrace("begun");
        Process second = command("run", "--allow-root", "--home", home.root().toString());
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(1);
        assertThat(log()).contains("Another tentacle (process " + tentacle.pid());
        tentacle.destroy();
        assertThat(tentacle.waitFor(60, TimeUnit.SECONDS)).isTrue();
        letGo();
        start();
        assertThat(gateway.awaitEnd(ticket).exitCode()).contains(5);
    }

    @Test
    void a_kill_between_two_scripts_of_an_installation_runs_neither_twice() throws Exception {
        PackagePin pin =
                new Nupkg()
                        .with("PreDeploy.sh", "echo pre >> " + trace)
                        .with("Deploy.sh", waitingScript().replace("exit 5", "exit 0"))
                        .with("PostDeploy.sh", "echo post >> " + trace)
                        .heldIn(home);
        start();
        Ticket ticket =
                gateway.give(
                        Deliveries.install(
                                pin,
                                new CommandPayload.Install(
                                        "applications/shop", List.of(), Map.of(), List.of())));
        awaitTrace("begun");
        kill();
        letGo();
        awaitTrace("ended");
        start();
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        assertThat(trace).hasContent("pre\nbegun\nended\npost");
    }

    /** So many that a copy of them can be met on its way. */
    private static final int FILES = 4000;

    private Ticket copying(Path directory) throws Exception {
        var nupkg = new Nupkg().with("Deploy.sh", "echo deployed >> " + trace);
        for (int n = 0; n < FILES; n++) {
            nupkg.with("files/" + n, "content of " + n);
        }
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("of-before"), "gone with the purge");
        PackagePin pin = nupkg.heldIn(home);
        start();
        Ticket ticket =
                gateway.give(
                        Deliveries.install(
                                pin,
                                new CommandPayload.Install(
                                        "applications/shop",
                                        List.of(),
                                        Map.of(),
                                        List.of(),
                                        Optional.empty(),
                                        List.of(),
                                        Optional.of(
                                                new CommandPayload.CopyTo(
                                                        directory.toString(), true, List.of())))));
        await().pollInterval(1, TimeUnit.MILLISECONDS)
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> copied(directory) > 0);
        return ticket;
    }

    private static int copied(Path directory) {
        String @Nullable [] names = directory.resolve("files").toFile().list();
        return names == null ? 0 : names.length;
    }

    @Test
    void a_kill_in_the_middle_of_a_copy_ends_in_the_whole_copy_and_nothing_else() throws Exception {
        Path directory = folder.resolve("srv/shop");
        Ticket ticket = copying(directory);
        kill();
        assertThat(copied(directory)).isLessThan(FILES);
        start();
        assertThat(gateway.awaitEnd(ticket).succeeded()).isTrue();
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("files", "Deploy.sh");
        assertThat(copied(directory)).isEqualTo(FILES);
        assertThat(directory.resolve("files/" + (FILES - 1)))
                .hasContent("content of " + (FILES - 1));
        assertThat(trace).hasContent("deployed");
    }

    @Test
    void a_cancel_in_the_middle_of_a_copy_says_what_is_there_now() throws Exception {
        Path directory = folder.resolve("srv/shop");
        Ticket ticket = copying(directory);
        gateway.say(
                new GatewayFrame.Cancel(ticket, Duration.ofSeconds(10), Duration.ofSeconds(10)));
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(gateway.output(ticket))
                .extracting(OutputLine::text)
                .anyMatch(line -> line.contains("1 removed, ") && line.endsWith(", then it ended."))
                .anyMatch(line -> line.startsWith(directory + " is incomplete"));
        assertThat(trace).doesNotExist();
        assertThat(home.root().resolve("applications/shop")).doesNotExist();
    }

    /** Makes a server that gives a package like this. */
    private interface Holder {
        RawServer giving(RawServer.Behaviour bytes) throws Exception;
    }

    @Test
    void a_kill_in_the_middle_of_a_transfer_loses_no_byte_of_it() throws Exception {
        Identity far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        losesNoByte(
                bytes -> RawServer.tls(far, bytes),
                slow -> new Source.Cache(CACHE, slow.url(), Optional.of(far.thumbprint().value())));
    }

    @Test
    void a_kill_in_the_middle_of_a_transfer_from_a_nuget_server_loses_no_byte_of_it()
            throws Exception {
        losesNoByte(
                bytes -> RawServer.plain((request, out) -> asNuGetServer(request, out, bytes)),
                slow -> new Source.NuGet(CACHE, slow.url() + "/v3/index.json", Optional.empty()));
    }

    private static void asNuGetServer(
            RawServer.Request request, OutputStream out, RawServer.Behaviour bytes)
            throws Exception {
        if (request.line().startsWith("GET /v3/index.json ")) {
            byte[] index =
                    "{\"resources\":[{\"@id\":\"/flat/\",\"@type\":\"PackageBaseAddress/3.0.0\"}]}"
                            .getBytes(StandardCharsets.UTF_8);
            RawServer.head(out, "200 OK", "Content-Length: " + index.length);
            out.write(index);
        } else if (request.line().startsWith("HEAD ")) {
            RawServer.head(out, "200 OK", "Content-Length: 300000");
        } else {
            bytes.answer(request, out);
        }
    }

    private void losesNoByte(Holder holder, Function<RawServer, Source> sourceAt) throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(5).nextBytes(bytes);
        PackagePin pin = Nupkg.pin(bytes);
        Path partial = home.packages().resolve(".partial").resolve(pin.sha512().value());
        CountDownLatch killed = new CountDownLatch(1);
        try (RawServer slow =
                holder.giving(
                        (request, out) -> {
                            if (killed.getCount() > 0) {
                                RawServer.serve(request, out, bytes, 150_000);
                                killed.await(60, TimeUnit.SECONDS);
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        })) {
            start();
            Ticket ticket =
                    gateway.give(
                            Deliveries.acquire(
                                    pin,
                                    false,
                                    List.of(new CacheGrant(CACHE, "grant")),
                                    sourceAt.apply(slow)));
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> Files.exists(partial) && Files.size(partial) == 150_000);
            kill();
            killed.countDown();
            start();

            CommandResult result = gateway.awaitEnd(ticket);

            assertThat(result.succeeded()).as(result.toString()).isTrue();
            assertThat(result.acquisition().orElseThrow().bytesResumed()).isEqualTo(150_000);
            assertThat(result.acquisition().orElseThrow().bytes()).isEqualTo(150_000);
            assertThat(Files.readAllBytes(home.packages().resolve(pin.sha512().value())))
                    .isEqualTo(bytes);
            assertThat(partial).doesNotExist();
        }
    }

    @Test
    void after_a_kill_those_who_wait_still_wait_in_their_order() throws Exception {
        start();
        Ticket first = gateway.give(Deliveries.bash(waitingScript()));
        awaitTrace("begun");
        Ticket second = gateway.give(Deliveries.bash("echo second >> " + trace));
        Ticket third = gateway.give(Deliveries.bash("echo third >> " + trace));
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () ->
                                Files.exists(home.work().resolve(second.toString()))
                                        && Files.exists(home.work().resolve(third.toString())));
        kill();
        start();
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () ->
                                gateway.output(third).stream()
                                        .anyMatch(line -> line.text().startsWith("Waiting for")));
        assertThat(gateway.hasStarted(second)).isFalse();
        letGo();
        assertThat(gateway.awaitEnd(third).succeeded()).isTrue();
        assertThat(gateway.awaitEnd(first).exitCode()).contains(5);
        assertThat(trace).hasContent("begun\nended\nsecond\nthird");
    }

    @Test
    void what_is_damaged_on_disk_is_unknown_and_forgotten_when_that_is_known() throws Exception {
        start();
        Ticket ticket = gateway.give(Deliveries.bash(waitingScript()));
        awaitTrace("begun");
        Path journal = home.work().resolve(ticket + "/journal");
        // A damaged last record would pass for one that was being written.
        await().atMost(30, TimeUnit.SECONDS).until(() -> Files.readAllLines(journal).size() > 1);
        kill();
        byte[] bytes = Files.readAllBytes(journal);
        bytes[15] ^= 1;
        Files.write(journal, bytes);
        start();
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.UNKNOWN);
        assertThat(result.mayStillRun()).isTrue();
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !Files.exists(home.work().resolve(ticket.toString())));
        letGo();
        // It still runs, and writes into the folder that goes with this test.
        awaitTrace("ended");
    }

    @Test
    void it_can_rehearse_by_itself() throws Exception {
        Process rehearsal = command("rehearse");
        assertThat(rehearsal.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(rehearsal.exitValue()).as(log()).isZero();
        assertThat(log()).contains("A script ran and a package was installed on this machine");
    }

    @Test
    void misuse_is_answered_in_words() throws Exception {
        Process bad = command("run", "--hom", "x");
        assertThat(bad.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bad.exitValue()).isEqualTo(2);
        assertThat(log()).contains("run has no option '--hom'.").contains("enrol --home DIR");
        Process fresh =
                command("run", "--allow-root", "--home", folder.resolve("fresh").toString());
        assertThat(fresh.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(fresh.exitValue()).isEqualTo(1);
        assertThat(log()).contains("is not enrolled");
    }
}
