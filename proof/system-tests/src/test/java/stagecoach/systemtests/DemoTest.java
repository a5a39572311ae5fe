package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.demo.Demo;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;

/**
 * The demo itself, with two processes of each service: three releases, two regions, and every claim
 * borne out by evidence from outside.
 */
class DemoTest {
    @Test
    void invariant_1_no_byte_moves_before_the_tunnel_is_open_and_all_other_claims_hold(
            @TempDir Path folder) throws Exception {
        Checkout checkout = Checkout.find();
        var run = new LocalRun(checkout, folder);
        try {
            var started = run.start(Wishes.pods(2), status -> {});
            var machines = new LocalMachines(checkout, folder, started.control());
            var demo = new Demo(checkout.root(), folder, machines, new Screen(System.out, false));
            try {
                assertThat(demo.run()).isEqualTo(ExitCode.SUCCEEDED);
            } finally {
                demo.end();
            }
        } finally {
            run.end();
        }
    }
}
