package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.systemtests.Traced.HQ;
import static stagecoach.systemtests.Traced.LEAVE;
import static stagecoach.systemtests.Traced.PAIR;
import static stagecoach.systemtests.Traced.WAIT;
import static stagecoach.systemtests.Traced.project;
import static stagecoach.systemtests.Traced.step;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.Nupkg;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.systemtests.Terminal.Answer;

/**
 * Steps of every kind, as people deploy them from a terminal: the example that explains them, and
 * what its scripts cannot show.
 */
@InOneWhole
class StepsTest {
    private static final Pattern LOG_LINE = Pattern.compile("\\S+ (\\S+)( \\S+)? {2,3}(.*)");

    private Whole whole;
    private Traced traced;
    private Terminal terminal;
    private Path folder;

    @BeforeAll
    void start(Whole shared, @TempDir Path temporary) throws Exception {
        whole = shared;
        folder = temporary;
        traced = Traced.in(folder, whole);
        terminal =
                new Terminal(
                        whole.api().base(), whole.home().resolve("secrets").resolve("admin-key"));
    }

    @Test
    void the_example_of_every_kind_of_step_deploys_and_does_what_it_says() throws Exception {
        Path example = Checkout.find().root().resolve("examples/steps/stagecoach.yaml");
        assertThat(type("apply", "--yes", "--file", example.toString()).exit()).isZero();
        push("Shop.Data", Map.of("data.csv", "a;b"));
        push(
                "Shop.Tools",
                Map.of(
                        "scripts/migrate.sh",
                        "ls \"$STAGECOACH_PACKAGE_SHOP_DATA__DIRECTORY\"; echo \"migrated #{Stagecoach.Environment.Name}\""));
        push("Shop.Server", Map.of("PostDeploy.sh", "echo \"installed at $STAGECOACH_TARGET_ID\""));
        assertThat(type("release", "create", "farm", "1.0.0").exit()).isZero();

        var asked = new AtomicInteger();
        HttpServer server = server(asked);
        try {
            Answer deployed =
                    type(
                            "deploy",
                            "farm",
                            "1.0.0",
                            "--to",
                            "production",
                            "--var",
                            "Health.Url=http://127.0.0.1:%d/health"
                                    .formatted(server.getAddress().getPort()),
                            "--detach");
            assertThat(deployed.exit()).as(deployed.err()).isZero();
            String id = deployed.out().strip();
            String go = traced.question(id);
            assertThat(traced.phases(id))
                    .containsExactly("PRE_ACQUISITION", "ACQUISITION", "DEPLOYMENT");
            List<String> before = List.of("open-tunnel: open", "tell-monitoring: quiet");
            assertThat(said(id, before)).containsExactlyInAnyOrderElementsOf(before);
            assertThat(type("deployment", "resolve", go, "PROCEED", "--detach").exit()).isZero();
            traced.endsAs(id, "SUCCEEDED");

            List<String> said = said(id, expected());
            assertThat(said)
                    .containsSubsequence(
                            "schema: Shop.Data.1.0.0.nupkg", "schema: migrated production");
            for (String target : Whole.TARGETS) {
                assertThat(said)
                        .containsSubsequence(
                                "schema: migrated production",
                                "drain %1$s: drain %1$s".formatted(target),
                                "server %1$s: installed at %1$s".formatted(target),
                                "undrain %1$s: undrain %1$s".formatted(target));
                assertThat(
                                whole.homeOf(target)
                                        .resolve(
                                                "applications/production/Shop.Server/1.0.0/PostDeploy.sh"))
                        .exists();
            }
            assertThat(said.subList(said.size() - 2, said.size()))
                    .containsExactlyInAnyOrder("close-tunnel: close", "wake-monitoring: loud");
            assertThat(asked.get())
                    .as("each target asked until the answer was right")
                    .isGreaterThan(Whole.TARGETS.size());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void steps_that_start_together_overlap_in_the_deployment_too_and_a_worker_acts_for_targets()
            throws Exception {
        traced.apply(
                project(
                        "together",
                        step("one", PAIR, "", LEAVE, WAIT),
                        step(
                                "other",
                                "{ workerPool: hq, onBehalfOf: { tags: [pair] } }",
                                "start: WITH_PREVIOUS,",
                                "echo \"#{Stagecoach.Deployment.Id} #{Stagecoach.Step.Name} #{Stagecoach.Worker.Id} for #{Stagecoach.Target.Id}\" >> \"#{Traces}/#{Stagecoach.Worker.Id}\"",
                                WAIT),
                        step("after", HQ, "", LEAVE)));
        whole.api().post("/projects/together/releases", Map.of("version", "1.0.0"));
        String id = whole.deploy("together", "1.0.0");
        traced.awaitLine(id + " one web-1");
        traced.awaitLine(id + " one web-2");
        traced.awaitLine(id + " other worker-1 for web-1");
        traced.open(id);
        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.of(id))
                .hasSize(5)
                .contains(id + " other worker-1 for web-2")
                .last()
                .isEqualTo(id + " after worker-1");
    }

    @Test
    void a_tentacle_is_upgraded_by_command_unless_nobody_would_start_it_again() throws Exception {
        Path program =
                Checkout.find().root().resolve("tentacle/target/tentacle/bin/stagecoach-tentacle");
        push(
                "Stagecoach.Tentacle",
                Map.of(
                        "bin/stagecoach-tentacle",
                        "[ \"$1\" = rehearse ] || exec \"%s\" \"$@\"\n".formatted(program),
                        "lib/a.jar",
                        "-"));
        Answer refused = type("target", "upgrade", Whole.ALONE, "1.0.0");
        assertThat(refused.exit()).as(refused.err()).isEqualTo(1);
        assertThat(refused.out()).contains("was not started by a bin/stagecoach-tentacle");

        whole.startTarget("kept-1", "kept");
        whole.holdBack("tentacle-kept-1");
        Thread keeping = Thread.ofVirtual().start(() -> keep(program, whole.homeOf("kept-1")));
        try {
            // One that starts slowly does not answer within the minute of a check.
            Whole.patiently().until(() -> type("check", "target", "kept-1").exit() == 0);
            Answer upgraded = type("target", "upgrade", "kept-1", "1.0.0", "--timeout", "8m");
            assertThat(upgraded.exit()).as(upgraded.out()).isZero();
            assertThat(whole.homeOf("kept-1").resolve("upgrade/current"))
                    .content()
                    .startsWith("versions/");
        } finally {
            keeping.interrupt();
            keeping.join();
            whole.release("tentacle-kept-1");
        }
    }

    /** Starts a tentacle again whenever it has ended, as systemd does, until interrupted. */
    private void keep(Path program, Path home) {
        try {
            while (true) {
                ProcessBuilder run =
                        new ProcessBuilder(
                                        program.toString(),
                                        "run",
                                        "--allow-root",
                                        "--home",
                                        home.toString())
                                .redirectErrorStream(true)
                                .redirectOutput(
                                        ProcessBuilder.Redirect.appendTo(
                                                folder.resolve("kept.log").toFile()));
                run.environment().put("JAVA_HOME", System.getProperty("java.home"));
                run.environment().put("STAGECOACH_TENTACLE_KEPT_BY", "test");
                Process process = run.start();
                try {
                    process.waitFor();
                } finally {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Not ready at first, and then says so in words. */
    private static HttpServer server(AtomicInteger asked) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/health",
                exchange -> {
                    int number = asked.incrementAndGet();
                    byte[] body =
                            (number < 4 ? "status: STARTING" : "status: UP")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(number < 2 ? 503 : 200, body.length);
                    try (OutputStream out = exchange.getResponseBody()) {
                        out.write(body);
                    }
                });
        server.start();
        return server;
    }

    private void push(String id, Map<String, String> files) throws IOException {
        var content = new java.util.LinkedHashMap<String, Path>();
        for (var file : files.entrySet()) {
            Path path = folder.resolve(id).resolve(file.getKey());
            Files.createDirectories(path.getParent());
            content.put(file.getKey(), Files.writeString(path, file.getValue()));
        }
        Path nupkg = Nupkg.pack(folder, id, "1.0.0", content);
        assertThat(type("push", nupkg.toString()).exit()).isZero();
    }

    /** What the scripts of the example say from the person's answer on. */
    private static List<String> expected() {
        var lines =
                new ArrayList<>(
                        List.of(
                                "schema: Shop.Data.1.0.0.nupkg",
                                "schema: migrated production",
                                "close-tunnel: close",
                                "wake-monitoring: loud"));
        for (String target : Whole.TARGETS) {
            lines.add("drain %1$s: drain %1$s".formatted(target));
            lines.add("server %1$s: installed at %1$s".formatted(target));
            lines.add("undrain %1$s: undrain %1$s".formatted(target));
        }
        return lines;
    }

    /** The same, once these lines are there: output follows the deployment on a way of its own. */
    private List<String> said(String deployment, List<String> lines) {
        return Whole.patiently().until(() -> said(deployment), said -> said.containsAll(lines));
    }

    /** What scripts have said, as the terminal shows it: the step, its target, and the words. */
    private List<String> said(String deployment) {
        return type("deployment", "logs", deployment)
                .out()
                .lines()
                .map(LOG_LINE::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(
                        line ->
                                line.group(1)
                                        + (line.group(2) == null ? "" : line.group(2))
                                        + ": "
                                        + line.group(3))
                .toList();
    }

    private Answer type(String... words) {
        return terminal.type(words);
    }
}
