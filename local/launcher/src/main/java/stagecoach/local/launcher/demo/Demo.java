package stagecoach.local.launcher.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.ApiClient;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.DeploymentWatch;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.demo.claim.BytesCrossOnce;
import stagecoach.local.launcher.demo.claim.Claim;
import stagecoach.local.launcher.demo.claim.EachScriptOnce;
import stagecoach.local.launcher.demo.claim.Evidence;
import stagecoach.local.launcher.demo.claim.Expectation;
import stagecoach.local.launcher.demo.claim.NothingBeforeTunnel;
import stagecoach.local.launcher.demo.claim.RetryRepeatsNothing;
import stagecoach.local.launcher.demo.claim.Trace;
import stagecoach.local.launcher.demo.ocean.Carried;
import stagecoach.local.launcher.demo.ocean.WanRelay;
import stagecoach.local.launcher.demo.ocean.WanRelay.Purpose;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.Patience;

/**
 * Brings three releases to six machines in two regions and checks every claim by evidence from
 * outside.
 */
public final class Demo {
    private static final String SERVER_VERSION = "3.13.2";
    private static final String BROKEN_MACHINE = "web-5";
    private static final List<Claim> CLAIMS =
            List.of(
                    new BytesCrossOnce(),
                    new NothingBeforeTunnel(),
                    new EachScriptOnce(),
                    new RetryRepeatsNothing());

    /** It did not go as it should; the message says what was expected and what came. */
    public static final class Refused extends RuntimeException {
        Refused(String sentence) {
            super(sentence);
        }
    }

    private final Path root;
    private final LocalMachines stack;
    private final Screen screen;
    private final World world;
    private final DemoPackages packages;

    private final List<Row> rows = new ArrayList<>();
    private final Map<Trace.Line, Integer> expected = new HashMap<>();

    /**
     * A demo.
     *
     * @param root the checkout
     * @param home the demo's own folder
     */
    public Demo(Path root, Path home, LocalMachines stack, Screen screen) {
        this.root = root;
        this.stack = stack;
        this.screen = screen;
        this.world = new World(home, stack);
        this.packages = new DemoPackages(root, home.resolve("packages"));
    }

    /** Runs it; succeeded if everything went as it should and every claim holds. */
    public ExitCode run() throws Exception {
        Instant began = Instant.now();
        world.connect();
        say(
                " ✓ connect    hq worker-1 │ eu cache, web-1..3 │ us cache, web-4..6 (dark: tunnel shut)   "
                        + Text.seconds(Duration.between(began, Instant.now())));
        world.apply(root.resolve("examples/demo/stagecoach.yaml"));
        say(" ✓ apply      examples/demo/stagecoach.yaml   API " + api().base());
        say("");
        var expectation = new Expectation(Patience.with(() -> api().get("/projects/shop/process")));

        Path server = packages.server(SERVER_VERSION);
        var first = release("1.0.0");
        first.push(server);
        create(first);
        sayPreview(first.preview());
        world.ocean().relays().forEach(WanRelay::forgetFirstByte);
        Instant firstBegan = Instant.now();
        Carried before = Carried.by(world.ocean());
        succeed(first, "first", 1, expectation);
        long cacheBytes = Carried.by(world.ocean()).since(before).of(Purpose.CACHE);
        Optional<Instant> opened = world.openedSince(firstBegan);
        Optional<Instant> firstByte = world.firstPackageByte();

        var second = release("1.0.1");
        create(second);
        succeed(second, "config changed", 2, expectation);

        var third = release("1.1.0");
        create(third);
        List<Trace.Line> kept = failAndRetry(third, expectation);

        var evidence =
                new Evidence(
                        World.REGIONS.size(),
                        Files.size(server),
                        cacheBytes,
                        opened,
                        firstByte,
                        expected,
                        Trace.read(world.machines().folder()),
                        kept);
        var report = DemoReport.of(rows, CLAIMS, evidence, world.ocean().controlBytes());
        report.write(root.resolve("target").resolve("demo-report.json"));
        say("");
        report.lines().forEach(this::say);
        return report.allHold() ? ExitCode.SUCCEEDED : ExitCode.FAILED;
    }

    /** Ends what scripts started on the machines, and the ocean. */
    public void end() throws IOException, InterruptedException {
        world.end();
    }

    private ApiClient api() {
        return stack.api();
    }

    private Release release(String version) {
        return new Release(api(), version);
    }

    /** The configuration goes with each release; the server stays the same. */
    private void create(Release release) throws Exception {
        release.push(packages.config(release.version()));
        release.create(
                Map.of(
                        DemoPackages.SERVER,
                        SERVER_VERSION,
                        DemoPackages.CONFIG,
                        release.version()));
    }

    private void succeed(Release release, String note, int number, Expectation expectation)
            throws Exception {
        Carried before = Carried.by(world.ocean());
        String deployment = release.deploy();
        follow(deployment, number, ExitCode.SUCCEEDED);
        rows.add(row(release, note, deployment, before));
        Map<Trace.Line, Integer> lines = expectation.lines(deployment, release.steps(deployment));
        long wanted = expectation.tracesOfSuccess(World.REGIONS.size() * World.MACHINES_PER_REGION);
        if (lines.size() != wanted) {
            throw new Refused(
                    "%s should have run %d scripts and installs, its rows tell %d"
                            .formatted(release.version(), wanted, lines.size()));
        }
        expected.putAll(lines);
    }

    /**
     * Somebody sits on a machine's port: the deployment fails and says so; he goes, and a retry
     * ends the work.
     */
    private List<Trace.Line> failAndRetry(Release release, Expectation expectation)
            throws Exception {
        Carried before = Carried.by(world.ocean());
        world.machines().endShop(BROKEN_MACHINE);
        String deployment;
        List<Trace.Line> kept;
        try (var _ = new Intruder(world.shopPort(BROKEN_MACHINE))) {
            deployment = release.deploy();
            follow(deployment, 3, ExitCode.FAILED);
            kept = expectation.kept(deployment, release.steps(deployment));
            sayFailure(release, deployment, kept.size());
        }
        release.retry(deployment);
        follow(deployment, 3, ExitCode.SUCCEEDED);
        rows.add(row(release, "failed, retried", deployment, before));
        expected.putAll(expectation.lines(deployment, release.steps(deployment)));
        return kept;
    }

    private void sayFailure(Release release, String deployment, int kept) throws Exception {
        String failure =
                Patience.with(
                        () -> api().get("/deployments/" + deployment).path("failure").asText());
        say(" ✗ shop %s failed: %s".formatted(release.version(), failure));
        say("   %d step runs kept · close-tunnel ran".formatted(kept));
        say(
                "   why:  stagecoach deployment logs %s --step start --target %s"
                        .formatted(deployment, BROKEN_MACHINE));
        say("   then: stagecoach deployment retry " + deployment);
        say("");
        if (!failure.contains("\"start\"")
                || !failure.contains(BROKEN_MACHINE)
                || !failure.contains("is taken by pid")) {
            throw new Refused("the failure does not say where and why: " + failure);
        }
    }

    private void follow(String deployment, int number, ExitCode wanted) throws Exception {
        var watch =
                new DeploymentWatch(
                        api(),
                        screen,
                        deployment,
                        () -> List.of("   %d of 3   %s".formatted(number, world.wanLine())));
        DeploymentWatch.Ended ended = watch.follow(Optional.of(Duration.ofMinutes(10)));
        if (ended.exit() != wanted) {
            throw new Refused(
                    "deployment %s should have %s, but it is %s: %s"
                            .formatted(
                                    deployment,
                                    wanted == ExitCode.SUCCEEDED ? "succeeded" : "failed",
                                    ended.deployment().path("state").asText(),
                                    ended.deployment()
                                            .path("failure")
                                            .asText("(no reason given)")));
        }
        say("");
    }

    private Row row(Release release, String note, String deployment, Carried before)
            throws Exception {
        JsonNode told = Patience.with(() -> api().get("/deployments/" + deployment));
        JsonNode made =
                Patience.with(() -> api().get("/projects/shop/releases/" + release.version()));
        long size = 0;
        for (JsonNode pin : made.path("packages")) {
            size += pin.path("size").asLong();
        }
        return new Row(
                release.version(),
                note,
                time(told, "PRE_ACQUISITION"),
                time(told, "ACQUISITION"),
                time(told, "DEPLOYMENT"),
                Carried.by(world.ocean()).since(before).packagesByRegion(),
                size * World.REGIONS.size() * World.MACHINES_PER_REGION);
    }

    /** The time of all runs of a phase together. */
    private static Duration time(JsonNode deployment, String phase) {
        Duration time = Duration.ZERO;
        for (JsonNode run : deployment.path("phases")) {
            if (run.path("phase").asText().equals(phase) && run.hasNonNull("endedAt")) {
                time =
                        time.plus(
                                Duration.between(
                                        Instant.parse(run.path("startedAt").asText()),
                                        Instant.parse(run.path("endedAt").asText())));
            }
        }
        return time;
    }

    private void sayPreview(JsonNode preview) {
        for (JsonNode link : preview.path("links")) {
            say(
                    "   preview: %s → %s  %s"
                            .formatted(
                                    link.path("from").asText(),
                                    link.path("to").asText("-"),
                                    Text.bytes(link.path("bytes").asLong())));
        }
        say("");
    }

    private void say(String line) {
        screen.keep(line);
    }
}
