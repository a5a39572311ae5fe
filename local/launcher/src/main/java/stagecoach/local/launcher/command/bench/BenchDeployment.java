package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.DeploymentBench;
import stagecoach.local.launcher.bench.Peer;
import stagecoach.local.launcher.command.TrainCommand;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;

/** Deployments to many tentacles, beside ssh and Ansible. */
@Command(
        name = "deployment",
        mixinStandardHelpOptions = true,
        description =
                "Deploy a package and script steps to N local tentacles, beside the same by ssh and by Ansible; wall and CPU seconds, bytes per link, rows and events.")
final class BenchDeployment extends Bench<BenchDeployment.Deployed> {
    @Option(names = "--targets", defaultValue = "5")
    int targets;

    @Option(names = "--package-mb", defaultValue = "1")
    int packageMegabytes;

    @Option(names = "--steps", defaultValue = "3")
    int steps;

    @Option(names = "--location", defaultValue = "EXECUTION_TARGET")
    Location location = Location.EXECUTION_TARGET;

    @Option(
            names = "--times",
            defaultValue = "2",
            description = "Deploy so often; the first finds everything cold.")
    int times;

    @Option(
            names = "--train",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Train first, unless that was done since the build.")
    boolean train;

    /** Who brings the package to the target. */
    enum Location {
        SERVER,
        EXECUTION_TARGET
    }

    /** What deployments took, and what the same by others did. */
    record Deployed(
            DeploymentBench.Question question,
            List<DeploymentBench.Answer> answers,
            Map<String, Peer.Found> peers) {}

    BenchDeployment(Checkout checkout, Screen screen) {
        super(checkout, screen);
    }

    @Override
    void check() {
        between("--targets", targets, 1, 500);
        between("--package-mb", packageMegabytes, 1, 4_000);
        between("--steps", steps, 0, 50);
        between("--times", times, 1, 100);
    }

    @Override
    void prepare() throws Exception {
        if (train) {
            TrainCommand.ensure(checkout, screen);
        }
    }

    @Override
    Deployed measure(LocalMachines machines, Path home) throws Exception {
        var question =
                new DeploymentBench.Question(targets, packageMegabytes, steps, location.name());
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
    }

    @Override
    void tell(Deployed found, PrintWriter out) {
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
                                tellPeer(
                                        name,
                                        peer,
                                        by ->
                                                "%.1f s wall, %.1f s CPU"
                                                        .formatted(by.figure(WALL), by.figure(CPU)),
                                        out));
    }
}
