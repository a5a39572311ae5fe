package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.chaos.Chaos;
import stagecoach.local.launcher.chaos.ChaosPlan;
import stagecoach.local.launcher.chaos.Story;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;

/**
 * Twenty deployments at once while a random process is killed every few seconds, the broker is away
 * once and the database once. The seed is fresh and printed; {@code -Dchaos.seed} and {@code
 * -Dchaos.minutes} choose another story. It fails over what went wrong, never over how long it
 * took.
 */
class ChaosTest {
    private static final int SEEDS = 1_000_000;

    /** A failed run is kept: its logs, traces and database say what happened. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    void nothing_runs_twice_and_nothing_is_lost_while_processes_die() throws Exception {
        long seed = Long.getLong("chaos.seed", new SecureRandom().nextInt(SEEDS));
        long seconds =
                Math.round(60 * Double.parseDouble(System.getProperty("chaos.minutes", "2")));
        var plan =
                new ChaosPlan(
                        seed,
                        Duration.ofSeconds(seconds),
                        20,
                        2,
                        Set.of(ChaosPlan.Kind.OUTAGE, ChaosPlan.Kind.CLOCK));
        Checkout checkout = Checkout.find();
        Path home = folder.resolve("stagecoach");
        var run = new LocalRun(checkout, home);
        var started = run.start(Wishes.pods(plan.pods()), status -> {});
        var story = new Story(System.out::println, Chaos.folder(home).resolve("story"));
        var chaos =
                new Chaos(
                        plan,
                        new LocalMachines(checkout, home, started.control()),
                        started.control(),
                        home,
                        story);
        try {
            Chaos.Verdict verdict = chaos.run();
            assertThat(verdict.violations())
                    .as("seed %d; its story is %s", seed, story.file())
                    .isEmpty();
            assertThat(verdict.deployments()).isGreaterThanOrEqualTo(plan.deployments());
        } finally {
            chaos.breakOff();
            run.end();
        }
    }
}
