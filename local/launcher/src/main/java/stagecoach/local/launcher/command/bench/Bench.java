package stagecoach.local.launcher.command.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.bench.Peer;
import stagecoach.local.launcher.command.Said;
import stagecoach.local.launcher.command.ScratchDefault;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.wire.StagecoachJson;

/**
 * One bench: checks its options, measures on a fresh local default, and says what was found, as
 * JSON or in words.
 *
 * @param <A> what is found; written as JSON as it is
 */
abstract class Bench<A> implements Callable<Integer> {
    static final String WALL = "wallSeconds";
    static final String CPU = "cpuSeconds";

    final Checkout checkout;
    final Screen screen;

    @Spec @Nullable CommandSpec spec;

    @Option(names = "--json")
    boolean json;

    Bench(Checkout checkout, Screen screen) {
        this.checkout = checkout;
        this.screen = screen;
    }

    /** Refuses options that cannot be measured with. */
    abstract void check();

    /** What is done before the local default is started. */
    void prepare() throws Exception {}

    /** Measures on a local default that has just been started in {@code home}. */
    abstract A measure(LocalMachines machines, Path home) throws Exception;

    abstract void tell(A found, PrintWriter out);

    @Override
    public final Integer call() throws Exception {
        check();
        prepare();
        var scratch = new ScratchDefault(checkout, "bench", screen);
        LocalMachines machines;
        try {
            machines = scratch.start(Wishes.none());
        } catch (LocalRun.StartRefused e) {
            return Said.error(spec, e);
        }
        A found = measure(machines, scratch.home());
        if (json) {
            Said.line(spec, StagecoachJson.text(found));
        } else {
            PrintWriter out = Said.commandLine(spec).getOut();
            tell(found, out);
            out.flush();
        }
        return ExitCode.SUCCEEDED.code();
    }

    /** Refuses a number outside of {@code least} to {@code most}. */
    final void between(String option, int number, int least, int most) {
        refuseUnless(
                number >= least && number <= most, "%s is %d to %d".formatted(option, least, most));
    }

    final void refuseUnless(boolean allowed, String sentence) {
        if (!allowed) {
            throw new ParameterException(Said.commandLine(spec), sentence);
        }
    }

    /** Says what somebody else needed for the same, or why that is not known. */
    static void tellPeer(
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
}
