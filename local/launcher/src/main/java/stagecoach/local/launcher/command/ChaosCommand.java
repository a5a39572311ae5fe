package stagecoach.local.launcher.command;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.chaos.Chaos;
import stagecoach.local.launcher.chaos.ChaosPlan;
import stagecoach.local.launcher.chaos.Story;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.TrialDisks;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.local.launcher.supervisor.ControlClient;

/** Kills processes of a local default of its own while it deploys, and judges what came of it. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Deploy on and on, here, while a random process is killed every few seconds, and judge by the machines' own traces.",
            "Exits 0 when nothing ran twice and nothing was lost, 1 with a sentence for each thing that went wrong."
        })
public final class ChaosCommand implements Callable<Integer> {
    private static final String FOLDER = "chaos";
    private static final int SEEDS = 1_000_000;
    private static final Set<ChaosPlan.Kind> TRIALS =
            EnumSet.of(ChaosPlan.Kind.DISK, ChaosPlan.Kind.CLOCK);

    private final Checkout checkout;
    private final Screen screen;

    @Spec @Nullable CommandSpec spec;

    @Option(names = "--minutes", defaultValue = "5", description = "How long; 5 if left out.")
    double minutes;

    @Option(names = "--seed", description = "Draws the faults; a fresh one if left out.")
    @Nullable Long seed;

    @Option(
            names = "--deployments",
            defaultValue = "20",
            description = "So many are under way at once; 20 if left out.")
    int deployments;

    @Option(
            names = "--pods",
            defaultValue = "2",
            description = "So many processes of each service; 2 if left out.")
    int pods;

    @Option(
            names = "--faults",
            split = ",",
            defaultValue = "OUTAGE,DISK,CLOCK",
            description =
                    "Greater faults besides the kills: OUTAGE, DISK, CLOCK; all if left out. With DISK the database lies in memory and is gone afterwards.")
    Set<ChaosPlan.Kind> faults = Set.of();

    /** Chaos for {@code checkout}, told on {@code screen}. */
    public ChaosCommand(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    /** Where chaos in this checkout keeps everything. */
    public static Path folder(Checkout checkout) {
        return checkout.localFolder().resolve(FOLDER);
    }

    @Override
    public Integer call() throws Exception {
        if (minutes <= 0
                || minutes > 24 * 60
                || deployments < 1
                || deployments > 100
                || pods < 1
                || pods > Wishes.PODS_MAX) {
            throw new ParameterException(
                    Said.commandLine(spec),
                    "--minutes is more than 0 and at most 1440, --deployments 1 to 100, --pods 1 to "
                            + Wishes.PODS_MAX);
        }
        var plan =
                new ChaosPlan(
                        seed == null ? new SecureRandom().nextInt(SEEDS) : seed,
                        Duration.ofMillis(Math.round(minutes * 60_000)),
                        deployments,
                        pods,
                        possible());
        screen.keep(
                "Chaos: %d deployments at once for %s, seed %d. Ctrl-C ends all."
                        .formatted(deployments, plan.whole(), plan.seed()));
        var scratch = new ScratchDefault(checkout, FOLDER, screen);
        LocalMachines machines;
        try {
            machines =
                    scratch.start(
                            new Wishes(
                                    Map.of(),
                                    Map.of(),
                                    pods,
                                    !Collections.disjoint(plan.kinds(), TRIALS)));
        } catch (LocalRun.StartRefused e) {
            return Said.error(spec, e);
        }
        var story = new Story(screen::keep, Chaos.folder(scratch.home()).resolve("story"));
        ControlClient control = ControlClient.find(scratch.home()).orElseThrow();
        var chaos = new Chaos(plan, machines, control, scratch.home(), story);
        scratch.endFirst(chaos::breakOff);
        return told(chaos.run(), plan, scratch.home(), story).code();
    }

    /** What the computer allows of what is wanted. */
    private Set<ChaosPlan.Kind> possible() throws InterruptedException {
        Set<ChaosPlan.Kind> possible = new TreeSet<>(faults);
        Optional<String> obstacle = TrialDisks.obstacle();
        if (obstacle.isPresent() && possible.remove(ChaosPlan.Kind.DISK)) {
            screen.keep("DISK is passed over: " + obstacle.get());
        }
        return possible;
    }

    private ExitCode told(Chaos.Verdict verdict, ChaosPlan plan, Path home, Story story) {
        if (verdict.violations().isEmpty()) {
            story.say(
                    " ✓ nothing ran twice, nothing is missing, everything ended, nothing is held");
            return ExitCode.SUCCEEDED;
        }
        for (String violation : verdict.violations()) {
            story.say(" ✗ " + violation);
        }
        story.say(
                " %d things went wrong. Logs, traces and the database stay in %s until the next chaos; the same faults: ./stagecoach chaos --seed %d --minutes %s"
                        .formatted(
                                verdict.violations().size(),
                                home,
                                plan.seed(),
                                Double.toString(minutes)));
        return ExitCode.FAILED;
    }
}
