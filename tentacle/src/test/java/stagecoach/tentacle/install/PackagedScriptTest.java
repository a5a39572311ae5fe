package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.AgentCommand.ScriptPackage;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandPayload.PackagedFile;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.script.ScriptRun;
import stagecoach.tentacle.script.ScriptTools;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.Syntax;

@Timeout(120)
class PackagedScriptTest {
    private static final String TOOLS = "#{Stagecoach.Package[Shop.Tools].Directory}";

    @TempDir Path folder;
    TestTickets tickets;
    InstallPackageWork.Shared shared;
    Path trace;

    @BeforeEach
    void open() throws Exception {
        tickets = new TestTickets(folder.resolve("home"));
        trace = folder.resolve("trace");
        shared =
                new InstallPackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        new ScriptRun(ScriptTools.install(tickets.home())),
                        List.of(),
                        RemovalLog.open(tickets.home()));
    }

    private static CommandPayload.Script body(String body) {
        return new CommandPayload.Script(
                Syntax.BASH,
                body,
                Map.of("Stagecoach.Package[Shop.Tools].Directory", TOOLS, "Tool", TOOLS + "/bin"),
                List.of());
    }

    private CommandPayload.Script file(Syntax syntax, String path) {
        return new CommandPayload.Script(
                syntax,
                "",
                Map.of(
                        "Stagecoach.Package[Shop.Tools].Directory",
                        TOOLS,
                        "Trace",
                        trace.toString(),
                        "Password",
                        "hunter2"),
                List.of("hunter2"),
                Optional.of(new PackagedFile(PackageId.parse("shop.tools"), path)));
    }

    private PackagePin tools(Nupkg nupkg) throws Exception {
        return nupkg.heldIn(tickets.home(), "Shop.Tools");
    }

    private CommandResult perform(LiveTicket live) throws Exception {
        return new PackagedScriptWork(shared, (RunScript) live.command()).perform(live);
    }

    private LiveTicket accept(CommandPayload.Script payload, ScriptPackage... packages)
            throws Exception {
        return tickets.accept(Deliveries.script(payload, packages));
    }

    private static ScriptPackage unpacked(PackagePin pin) {
        return new ScriptPackage(pin, true);
    }

    @Test
    void a_script_finds_its_packages_by_reference_by_variable_and_in_its_environment()
            throws Exception {
        PackagePin tools = tools(new Nupkg().with("bin/greet.txt", "hello"));
        LiveTicket live =
                accept(
                        body(
                                """
                                cat "%s/bin/greet.txt"; echo
                                cat "$STAGECOACH_TOOL/greet.txt"; echo
                                cat "$STAGECOACH_PACKAGE_SHOP_TOOLS__DIRECTORY/bin/greet.txt"; echo
                                """
                                        .formatted(TOOLS)),
                        unpacked(tools));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.OUT))
                .containsExactly("hello", "hello", "hello");
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .contains("Unpacked 1 files of Shop.Tools 1.0.0.");
    }

    @Test
    void a_package_that_is_not_unpacked_lies_there_as_the_file_that_it_is() throws Exception {
        PackagePin tools = tools(new Nupkg().with("bin/greet.txt", "hello"));
        LiveTicket live =
                accept(
                        body("cd \"%s\"; ls; cp *.nupkg '%s'".formatted(TOOLS, trace)),
                        new ScriptPackage(tools, false));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.OUT))
                .containsExactly("Shop.Tools.1.0.0.nupkg");
        assertThat(trace)
                .hasBinaryContent(
                        Files.readAllBytes(
                                tickets.home().packages().resolve(tools.sha512().value())));
    }

    @Test
    void what_a_script_does_to_its_packages_harms_nobody_and_is_gone_with_it() throws Exception {
        PackagePin tools = tools(new Nupkg().with("bin/greet.txt", "hello"));
        LiveTicket live =
                accept(
                        body(
                                "echo gone > \"%s/bin/greet.txt\"; echo \"%s\""
                                        .formatted(TOOLS, TOOLS)),
                        unpacked(tools));
        assertThat(perform(live).succeeded()).isTrue();
        Path directory = Path.of(TestTickets.lines(live, OutputKind.OUT).getFirst());
        assertThat(directory).doesNotExist();
        LiveTicket next =
                accept(body("cat \"%s/bin/greet.txt\"".formatted(TOOLS)), unpacked(tools));
        assertThat(perform(next).succeeded()).isTrue();
        assertThat(TestTickets.lines(next, OutputKind.OUT)).containsExactly("hello");
    }

    @Test
    void a_script_that_lies_in_a_package_runs_in_it_with_variables_put_in() throws Exception {
        PackagePin tools =
                tools(
                        new Nupkg()
                                .with("lib.sh", "say() { echo \"$1 #{Password}\"; }")
                                .with(
                                        "scripts/run.sh",
                                        ". ./lib.sh; say '#{Trace}' > '#{Trace}'; pwd >> '#{Trace}'; dirname \"$0\" >> '#{Trace}'; echo '#{No.Such}' #{Password}"));
        LiveTicket live = accept(file(Syntax.BASH, "scripts/run.sh"), unpacked(tools));
        assertThat(perform(live).succeeded()).isTrue();
        List<String> told = Files.readAllLines(trace);
        // Only the script itself is substituted in.
        assertThat(told.getFirst()).isEqualTo(trace + " #{Password}");
        assertThat(told.get(2)).isEqualTo(told.get(1) + "/scripts");
        assertThat(told.get(1)).endsWith("/Shop.Tools");
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("#{No.Such} ********");
    }

    @Test
    void a_python_script_imports_what_lies_beside_it() throws Exception {
        PackagePin tools =
                tools(
                        new Nupkg()
                                .with("scripts/beside.py", "word = 'imported'\r\n")
                                .with("scripts/run.py", "import beside\r\nprint(beside.word)\r\n"));
        LiveTicket live = accept(file(Syntax.PYTHON, "scripts/run.py"), unpacked(tools));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("imported");
    }

    @Test
    void what_is_no_text_runs_as_it_is() throws Exception {
        byte[] latin =
                "echo caf\u00e9 '#{Password}' >/dev/null".getBytes(StandardCharsets.ISO_8859_1);
        PackagePin tools = tools(new Nupkg().with("run.sh", latin, 0));
        LiveTicket live = accept(file(Syntax.BASH, "run.sh"), unpacked(tools));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.INFO))
                .contains(
                        "run.sh is no UTF-8 text of at most 4 MiB, so no variables were put into it.");
    }

    @Test
    void a_script_that_is_not_in_the_package_is_missed_by_name_with_what_is_there()
            throws Exception {
        PackagePin tools =
                tools(new Nupkg().with("scripts/b.sh", "true").with("README.md", "read me"));
        CommandResult result = perform(accept(file(Syntax.BASH, "scripts/a.sh"), unpacked(tools)));
        assertThat(result.succeeded()).isFalse();
        assertThat(result.reason())
                .contains(
                        "The package Shop.Tools 1.0.0 has no file scripts/a.sh; it has README.md, scripts/b.sh.");
    }

    @Test
    void many_files_are_not_all_named() throws Exception {
        Nupkg nupkg = new Nupkg();
        for (int i = 1; i <= 7; i++) {
            nupkg.with("f%d.sh".formatted(i), "true");
        }
        CommandResult result = perform(accept(file(Syntax.BASH, "a.sh"), unpacked(tools(nupkg))));
        assertThat(result.reason().orElseThrow())
                .endsWith("it has f1.sh, f2.sh, f3.sh, f4.sh, f5.sh and 2 more.");
    }

    @Test
    void no_path_and_no_entry_leads_out_of_the_package() throws Exception {
        PackagePin tools = tools(new Nupkg().with("a.sh", "touch '%s'".formatted(trace)));
        for (String path : List.of("../a.sh", "/etc/profile", "x/../a.sh", ".")) {
            CommandResult result = perform(accept(file(Syntax.BASH, path), unpacked(tools)));
            assertThat(result.succeeded()).as(path).isFalse();
        }
        PackagePin link =
                tools(
                        new Nupkg()
                                .with(
                                        "a.sh",
                                        "/etc/profile".getBytes(StandardCharsets.UTF_8),
                                        0120777));
        CommandResult linked = perform(accept(file(Syntax.BASH, "a.sh"), unpacked(link)));
        assertThat(linked.reason().orElseThrow()).contains("is a link or a device");
        PackagePin out = tools(new Nupkg().with("../a.sh", "true"));
        CommandResult outside = perform(accept(file(Syntax.BASH, "a.sh"), unpacked(out)));
        assertThat(outside.reason().orElseThrow()).contains("would lead out");
        assertThat(trace).doesNotExist();
    }

    @Test
    void a_package_that_the_machine_does_not_hold_is_refused_before_anything_runs()
            throws Exception {
        PackagePin absent = Nupkg.pin(new byte[] {1, 2, 3});
        CommandResult result =
                perform(accept(body("touch '%s'".formatted(trace)), unpacked(absent)));
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason())
                .contains("Shop.Web 1.0.0 is not on this machine. Acquire it, then retry.");
        assertThat(trace).doesNotExist();
    }

    @Test
    void a_restarted_tentacle_finds_the_script_at_work_among_its_packages() throws Exception {
        Path goOn = folder.resolve("go-on");
        PackagePin tools = tools(new Nupkg().with("greet.txt", "hello"));
        LiveTicket live =
                accept(
                        body(
                                "echo x >> '%s'; until [ -e '%s' ]; do sleep 0.05; done; cat \"%s/greet.txt\""
                                        .formatted(trace, goOn, TOOLS)),
                        unpacked(tools));
        var first = new CompletableFuture<CommandResult>();
        Thread old =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        first.complete(perform(live));
                                    } catch (Exception e) {
                                        first.completeExceptionally(e);
                                    }
                                });
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.size(trace) > 0);
        old.interrupt();
        await().atMost(30, TimeUnit.SECONDS).until(first::isDone);
        LiveTicket again = tickets.afterRestart(live);
        var second =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return perform(again);
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        Files.createFile(goOn);
        assertThat(second.get(50, TimeUnit.SECONDS).succeeded()).isTrue();
        assertThat(Files.readAllLines(trace)).containsExactly("x");
        assertThat(TestTickets.lines(again, OutputKind.OUT)).containsExactly("hello");
    }

    @Test
    void what_has_ended_is_told_though_its_packages_are_gone_already() throws Exception {
        PackagePin tools = tools(new Nupkg().with("run.sh", "exit 3"));
        LiveTicket live = accept(file(Syntax.BASH, "run.sh"), unpacked(tools));
        assertThat(perform(live).exitCode()).contains(3);
        assertThat(perform(tickets.afterRestart(live)).exitCode()).contains(3);
    }

    @Test
    void what_a_filter_makes_of_a_secret_in_a_packaged_script_is_masked() throws Exception {
        PackagePin tools = tools(new Nupkg().with("go.sh", "echo #{Password | ToBase64}"));
        LiveTicket live = accept(file(Syntax.BASH, "go.sh"), unpacked(tools));
        assertThat(perform(live).succeeded()).isTrue();
        assertThat(TestTickets.lines(live, OutputKind.OUT)).containsExactly("********");
    }

    @Test
    void a_time_out_counts_while_its_packages_are_unpacked_too() throws Exception {
        PackagePin tools = tools(new Nupkg().with("a", "1").with("b", "2"));
        var told = Deliveries.script(body("echo begun >> " + trace), unpacked(tools));
        var script = (RunScript) told.command();
        LiveTicket live =
                tickets.accept(
                        new Deliver(
                                new RunScript(
                                        script.ticket(),
                                        script.agent(),
                                        script.context(),
                                        script.payloadDigest(),
                                        script.mutex(),
                                        Optional.of(Duration.ofNanos(1)),
                                        script.expiresAt(),
                                        script.packages(),
                                        Optional.empty(),
                                        Optional.empty()),
                                told.payload(),
                                List.of()));
        assertThat(perform(live).outcome()).isEqualTo(CommandOutcome.TIMED_OUT);
        assertThat(trace).doesNotExist();
    }
}
