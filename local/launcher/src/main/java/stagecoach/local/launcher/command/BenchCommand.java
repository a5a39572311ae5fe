package stagecoach.local.launcher.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.DeploymentBench;
import stagecoach.local.launcher.bench.IngestBench;
import stagecoach.local.launcher.bench.LinkBench;
import stagecoach.local.launcher.bench.Peer;
import stagecoach.local.launcher.bench.Played;
import stagecoach.local.launcher.bench.ServeBench;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.wire.StagecoachJson;

/** Measures on a local default of its own, which ends with the command. */
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measure.")
public final class BenchCommand implements Runnable {
    private static final String HOME = "bench";
    private static final int TARGETS_MAX = 2_000;
    private static final String WALL = "wallSeconds";
    private static final String CPU = "cpuSeconds";

    private final Checkout checkout;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    /** A bench of {@code checkout}, shown on {@code screen}. */
    public BenchCommand(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(
                Said.commandLine(spec),
                "say what to measure: bench "
                        + String.join(", ", Said.commandLine(spec).getSubcommands().keySet()));
    }

    /** Deployments to many tentacles, beside ssh and Ansible. */
    @Command(
            name = "deployment",
            mixinStandardHelpOptions = true,
            description =
                    "Deploy a package and script steps to N local tentacles, beside the same by ssh and by Ansible; wall and CPU seconds, bytes per link, rows and events.")
    Integer deployment(
            @Option(names = "--targets", defaultValue = "5") int targets,
            @Option(names = "--package-mb", defaultValue = "1") int packageMegabytes,
            @Option(names = "--steps", defaultValue = "3") int steps,
            @Option(names = "--location", defaultValue = "EXECUTION_TARGET") Location location,
            @Option(
                            names = "--times",
                            defaultValue = "2",
                            description = "Deploy so often; the first finds everything cold.")
                    int times,
            @Option(
                            names = "--train",
                            negatable = true,
                            defaultValue = "true",
                            fallbackValue = "true",
                            description = "Train first, unless that was done since the build.")
                    boolean train,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                targets >= 1
                        && targets <= 500
                        && packageMegabytes >= 1
                        && packageMegabytes <= 4_000
                        && steps >= 0
                        && steps <= 50
                        && times >= 1
                        && times <= 100,
                "--targets is 1 to 500, --package-mb 1 to 4000, --steps 0 to 50, --times 1 to 100");
        if (train) {
            TrainCommand.ensure(checkout, screen);
        }
        var question =
                new DeploymentBench.Question(targets, packageMegabytes, steps, location.name());
        return measured(
                json,
                (machines, home) -> {
                    var bench = new DeploymentBench(machines, home.resolve("bench-package"));
                    List<DeploymentBench.Answer> answers = bench.run(question, times);
                    Map<String, Peer.Found> peers = new LinkedHashMap<>();
                    for (String peer : List.of("ssh-floor", "ansible")) {
                        peers.put(
                                peer,
                                new Peer(checkout.root(), peer + ".sh")
                                        .measure(Map.of(), bench.packageFile(), targets, steps));
                    }
                    return new Deployed(question, answers, peers);
                },
                BenchCommand::tell);
    }

    /** What deployments took, and what the same by others did; written as JSON as it is. */
    private record Deployed(
            DeploymentBench.Question question,
            List<DeploymentBench.Answer> answers,
            Map<String, Peer.Found> peers) {}

    private static void tell(Deployed found, PrintWriter out) {
        DeploymentBench.Question question = found.question();
        List<DeploymentBench.Answer> answers = found.answers();
        out.printf(
                Locale.ROOT,
                "%d targets, %d MB, %d steps, %s%n",
                question.targets(),
                question.packageMegabytes(),
                question.steps(),
                question.location());
        for (int i = 0; i < answers.size(); i++) {
            DeploymentBench.Answer answer = answers.get(i);
            out.printf(
                    Locale.ROOT,
                    " %s  %.1f s wall, %.1f s CPU; %d events, %d rows; load %.1f%n",
                    i == 0 ? "cold" : "warm",
                    answer.wallSeconds(),
                    answer.cpuSeconds(),
                    answer.events(),
                    answer.rows(),
                    answer.load());
            found.peers()
                    .forEach(
                            (name, peer) -> {
                                if (peer instanceof Peer.Found.Measured by) {
                                    out.printf(
                                            Locale.ROOT,
                                            "       = %.1f x wall, %.1f x CPU of %s%n",
                                            answer.wallSeconds() / by.figure(WALL),
                                            answer.cpuSeconds() / by.figure(CPU),
                                            name);
                                }
                            });
            out.printf(Locale.ROOT, "       CPU %s%n", answer.cpuSecondsOf());
            answer.links()
                    .forEach(
                            (link, bytes) ->
                                    out.printf(
                                            Locale.ROOT,
                                            "       %s  %s%n",
                                            link,
                                            Text.bytes(bytes)));
        }
        found.peers()
                .forEach(
                        (name, peer) ->
                                tell(
                                        name,
                                        peer,
                                        by ->
                                                "%.1f s wall, %.1f s CPU"
                                                        .formatted(by.figure(WALL), by.figure(CPU)),
                                        out));
    }

    private static void tell(
            String name,
            Peer.Found peer,
            Function<Peer.Found.Measured, String> figures,
            PrintWriter out) {
        String said =
                switch (peer) {
                    case Peer.Found.Measured by -> figures.apply(by);
                    case Peer.Found.NotHere(String why) -> "not here: " + why;
                };
        out.printf(Locale.ROOT, " %s  %s%n", name, said);
    }

    /** One hop from service to service. */
    @Command(
            name = "latency",
            mixinStandardHelpOptions = true,
            description =
                    "How long an event takes from one service to the next, beside one record and one commit on the same broker and database.")
    Integer latency(
            @Option(names = "--deployments", defaultValue = "30") int deployments,
            @Option(names = "--messages", defaultValue = "1000") int messages,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                deployments >= 1
                        && deployments <= 10_000
                        && messages >= 10
                        && messages <= 1_000_000,
                "--deployments is 1 to 10000, --messages 10 to 1000000");
        return measured(
                json,
                (machines, home) -> played(machines, home).latency(deployments, messages),
                (answer, out) -> {
                    out.printf(Locale.ROOT, "hop    %s%n", answer.hops());
                    out.printf(Locale.ROOT, "bare   %s%n", answer.floor());
                    out.printf(
                            Locale.ROOT,
                            "ratio  p50 %.1f x, p99 %.1f x; load %.1f%n",
                            answer.hops().p50() / answer.floor().p50(),
                            answer.hops().p99() / answer.floor().p99(),
                            answer.load());
                });
    }

    /** Many small deployments. */
    @Command(
            name = "throughput",
            mixinStandardHelpOptions = true,
            description =
                    "Small deployments a second: 3 phases, 5 played machines, 2 commands each, so many at once.")
    Integer throughput(
            @Option(names = "--deployments", defaultValue = "200") int deployments,
            @Option(names = "--at-once", defaultValue = "20") int atOnce,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                deployments >= 1 && deployments <= 100_000 && atOnce >= 1 && atOnce <= 200,
                "--deployments is 1 to 100000, --at-once 1 to 200");
        return measured(
                json,
                (machines, home) ->
                        new Busy(
                                played(machines, home).throughput(deployments, atOnce),
                                new Peer(checkout.root(), "restate.sh")
                                        .measure(Map.of(), deployments, atOnce)),
                BenchCommand::tell);
    }

    /** What many small deployments took, and what the same by Restate did. */
    private record Busy(Played.Throughput answer, Peer.Found restate) {}

    private static void tell(Busy found, PrintWriter out) {
        Played.Throughput answer = found.answer();
        out.printf(
                Locale.ROOT,
                "%.2f deployments/s, %d at once; each %s, %.0f ms CPU, %d rows; load %.1f%n",
                answer.perSecond(),
                answer.atOnce(),
                answer.took(),
                answer.cpuMillisEach(),
                answer.rowsEach(),
                answer.load());
        out.printf(Locale.ROOT, "       CPU %s%n", answer.cpuSecondsOf());
        tell(
                "restate",
                found.restate(),
                by ->
                        "%.2f deployments/s = %.1f x ours; p50 %.0f ms, p99 %.0f ms"
                                .formatted(
                                        by.figure("perSecond"),
                                        by.figure("perSecond") / answer.perSecond(),
                                        by.figure("p50"),
                                        by.figure("p99")),
                out);
    }

    /** A package to many at once. */
    @Command(
            name = "serve",
            mixinStandardHelpOptions = true,
            description =
                    "The package-service gives one package to many clients at once, beside nginx with the same file: throughput and CPU of the server.")
    Integer serve(
            @Option(names = "--clients", defaultValue = "50") int clients,
            @Option(names = "--package-mb", defaultValue = "64") int packageMegabytes,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                clients >= 1
                        && clients <= 500
                        && packageMegabytes >= 1
                        && packageMegabytes <= 4_000,
                "--clients is 1 to 500, --package-mb 1 to 4000");
        return measured(
                json,
                (machines, home) ->
                        new ServeBench(machines, home.resolve("bench-package"), checkout.root())
                                .run(clients, packageMegabytes),
                (found, out) ->
                        tell(
                                "nginx",
                                found,
                                by ->
                                        "ours has %.2f x its throughput at %.2f x its CPU"
                                                .formatted(
                                                        by.figure("throughputRatio"),
                                                        by.figure("cpuRatio")),
                                out));
    }

    /** Packages are pushed. */
    @Command(
            name = "ingest",
            mixinStandardHelpOptions = true,
            description =
                    "The package-service takes many small packages and a large one, beside a plain copy that is hashed: time, CPU, and the most memory that it had meanwhile.")
    Integer ingest(
            @Option(names = "--packages", defaultValue = "1000") int packages,
            @Option(
                            names = "--package-mb",
                            defaultValue = "2000",
                            description =
                                    "The large one; 8590 is 8 GiB. Three times as much of the disk is needed.")
                    int packageMegabytes,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                packages >= 1
                        && packages <= 10_000
                        && packageMegabytes >= 1
                        && packageMegabytes <= 10_000,
                "--packages is 1 to 10000, --package-mb 1 to 10000");
        return measured(
                json,
                (machines, home) ->
                        new IngestBench(machines, home.resolve("ingest"), checkout.root())
                                .run(packages, packageMegabytes),
                (answer, out) -> {
                    tell(answer.small(), out);
                    tell(answer.large(), out);
                });
    }

    private static void tell(IngestBench.Part part, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%d packages, %.1f MB: %.2f s wall, %.2f s CPU; memory %d MB before, %d MB at most%n",
                part.packages(),
                part.bytes() / 1e6,
                part.wallSeconds(),
                part.cpuSeconds(),
                part.memoryBefore() / 1_000_000,
                part.memoryPeak() / 1_000_000);
        tell(
                "copy and hash",
                part.floor(),
                by ->
                        "%.2f s wall, %.2f s CPU; ours takes %.1f x its time at %.1f x its CPU"
                                .formatted(
                                        by.figure(WALL),
                                        by.figure(CPU),
                                        part.wallSeconds() / by.figure(WALL),
                                        part.cpuSeconds() / by.figure(CPU)),
                out);
    }

    /** What crosses the links. */
    @Command(
            name = "links",
            mixinStandardHelpOptions = true,
            description =
                    "What crosses the link into each region when packages are deployed to its machines, beside the packages' own bytes once for each region.")
    Integer links(
            @Option(names = "--regions", defaultValue = "2") int regions,
            @Option(names = "--targets", defaultValue = "3", description = "In each region.")
                    int targets,
            @Option(names = "--packages", defaultValue = "2") int packages,
            @Option(names = "--package-mb", defaultValue = "10") int packageMegabytes,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                regions >= 1
                        && regions <= 10
                        && targets >= 1
                        && regions * targets <= 100
                        && packages >= 1
                        && packages <= 20
                        && packageMegabytes >= 1
                        && packageMegabytes <= 1_000,
                "--regions is 1 to 10, --targets up to 100 in all, --packages 1 to 20, --package-mb 1 to 1000");
        var question = new LinkBench.Question(regions, targets, packages, packageMegabytes);
        return measured(
                json,
                (machines, home) -> new LinkBench(machines, home.resolve("links")).run(question),
                (answer, out) -> {
                    for (LinkBench.Link link : answer.links()) {
                        out.printf(
                                Locale.ROOT,
                                "%s: %.3f MB to its cache, %.3f MB to its %d machines, %.3f MB of control%n",
                                link.region(),
                                link.toCache() / 1e6,
                                link.toTargets() / 1e6,
                                targets,
                                link.control() / 1e6);
                    }
                    out.printf(
                            Locale.ROOT,
                            "packages %.3f MB; over the links %.4f x as much for each region%n",
                            answer.packageBytes() / 1e6,
                            answer.ratio());
                });
    }

    /** Ever more machines. */
    @Command(
            name = "growth",
            mixinStandardHelpOptions = true,
            description =
                    "What one machine costs the services in deployments to ever more (played) machines.")
    Integer growth(
            @Option(names = "--targets", split = ",", defaultValue = "50,200,1000")
                    List<Integer> targets,
            @Option(names = "--json") boolean json)
            throws Exception {
        refuseUnless(
                !targets.isEmpty() && targets.stream().allMatch(n -> n >= 1 && n <= TARGETS_MAX),
                "--targets are numbers from 1 to " + TARGETS_MAX);
        return measured(
                json,
                (machines, home) -> played(machines, home).growth(new ArrayList<>(targets)),
                (answers, out) -> {
                    double first = answers.getFirst().cpuMillisATarget();
                    for (var answer : answers) {
                        out.printf(
                                Locale.ROOT,
                                "%5d targets: %.1f s wall, %.1f ms CPU a target = %.2f x the first, %d events a target; load %.1f%n",
                                answer.targets(),
                                answer.wallSeconds(),
                                answer.cpuMillisATarget(),
                                answer.cpuMillisATarget() / first,
                                answer.eventsATarget(),
                                answer.load());
                    }
                });
    }

    private void refuseUnless(boolean allowed, String sentence) {
        if (!allowed) {
            throw new ParameterException(Said.commandLine(spec), sentence);
        }
    }

    private static Played played(LocalMachines machines, Path home) {
        return new Played(machines, home.resolve("played"));
    }

    /** Something to measure on a local default that has just been started in {@code home}. */
    private interface Measurement<A> {
        A on(LocalMachines machines, Path home) throws Exception;
    }

    /** Measures on a fresh local default, and says what was found: as JSON, or in words. */
    private <A> int measured(
            boolean json, Measurement<A> measurement, BiConsumer<A, PrintWriter> inWords)
            throws Exception {
        var scratch = new ScratchDefault(checkout, HOME, screen);
        LocalMachines machines;
        try {
            machines = scratch.start(Wishes.none());
        } catch (LocalRun.StartRefused e) {
            return Said.error(spec, e);
        }
        A answer = measurement.on(machines, scratch.home());
        if (json) {
            Said.line(spec, StagecoachJson.text(answer));
        } else {
            PrintWriter out = Said.commandLine(spec).getOut();
            inWords.accept(answer, out);
            out.flush();
        }
        return ExitCode.SUCCEEDED.code();
    }

    /** Who brings the package to the target. */
    enum Location {
        SERVER,
        EXECUTION_TARGET
    }
}
