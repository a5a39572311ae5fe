package stagecoach.local.launcher.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import stagecoach.cli.client.Text;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.LocalRun;
import stagecoach.local.launcher.installation.Wishes;
import stagecoach.local.launcher.process.ProcessStatus;

/**
 * A local default beside the usual one, made for one command and ended with it, Ctrl-C included.
 */
public final class ScratchDefault {
    private final Checkout checkout;
    private final Path home;
    private final LocalRun run;
    private final Screen screen;
    private final List<Ending> first = new CopyOnWriteArrayList<>();

    /** Something to end before the processes are. */
    interface Ending {
        void end() throws IOException, InterruptedException;
    }

    /** One in the folder {@code name} of the usual local default's. */
    public ScratchDefault(Checkout checkout, String name, Screen screen) {
        this.checkout = checkout;
        this.home = checkout.localFolder().resolve(name);
        this.run = new LocalRun(checkout, home);
        this.screen = screen;
    }

    /** Its folder. */
    public Path home() {
        return home;
    }

    /**
     * Starts it anew, without anything that an earlier one left.
     *
     * @throws LocalRun.StartRefused with a sentence if one runs already or it does not start
     */
    public LocalMachines start(Wishes wishes) throws IOException, InterruptedException {
        return start(wishes, () -> {});
    }

    /** The same, with {@code prepared} done in the empty folder before anything starts. */
    LocalMachines start(Wishes wishes, Ending prepared) throws IOException, InterruptedException {
        if (run.look().supervised()) {
            throw new LocalRun.StartRefused(
                    "one runs already in %s. Wait for it, or end it with Ctrl-C there."
                            .formatted(home));
        }
        run.end();
        run.forget();
        prepared.end();
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "clean-up"));
        Instant began = Instant.now();
        var picture = new StartPicture(screen, true);
        LocalRun.Started started;
        try {
            started = run.start(wishes, picture::show);
        } finally {
            picture.end();
        }
        String names =
                started.status().processes().stream()
                        .map(ProcessStatus::name)
                        .collect(Collectors.joining(" "));
        screen.keep(
                " ✓ start      %s   %s"
                        .formatted(names, Text.seconds(Duration.between(began, Instant.now()))));
        return new LocalMachines(checkout, home, started.control());
    }

    /** Has {@code thing} end before the processes are ended. */
    void endFirst(Ending thing) {
        first.add(thing);
    }

    /** Ends all of it, now; at the end of this process at the latest. */
    void end() {
        for (Ending thing : first) {
            try {
                thing.end();
            } catch (IOException e) {
                System.err.println("error: could not clean up: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            run.end();
        } catch (IOException e) {
            System.err.println("error: could not end all processes: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
