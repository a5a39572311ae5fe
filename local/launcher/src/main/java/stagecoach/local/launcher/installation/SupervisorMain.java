package stagecoach.local.launcher.installation;

import java.nio.file.Path;
import java.util.List;
import stagecoach.local.launcher.process.BackOff;
import stagecoach.local.launcher.supervisor.SupervisorProcess;

/**
 * The process that {@code up} leaves behind: {@code FOLDER CHECKOUT [pods=N] [NAME=PORT …]
 * [SETTING=VALUE …]}, and what its environment says of feeds. See {@link SupervisorProcess} for how
 * it ends.
 */
public final class SupervisorMain {
    private SupervisorMain() {}

    /** See the class. */
    public static void main(String[] args) throws InterruptedException {
        Path folder = Path.of(args[0]);
        Checkout checkout = new Checkout(Path.of(args[1]));
        Wishes wishes = Wishes.of(List.of(args).subList(2, args.length), System.getenv());
        new SupervisorProcess(folder, LocalDefault.mark(folder), BackOff.DEFAULT)
                .run(() -> LocalDefault.plan(checkout, folder, wishes));
    }
}
