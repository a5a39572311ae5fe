package stagecoach.local.launcher.installation;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import stagecoach.local.launcher.process.BackOff;
import stagecoach.local.launcher.supervisor.SupervisorProcess;

/**
 * The process that {@code up} leaves behind: {@code FOLDER CHECKOUT [NAME=PORT …]}. See {@link
 * SupervisorProcess} for how it ends.
 */
public final class SupervisorMain {
    private SupervisorMain() {}

    /** See the class. */
    public static void main(String[] args) throws InterruptedException {
        Path folder = Path.of(args[0]);
        Checkout checkout = new Checkout(Path.of(args[1]));
        Map<String, Integer> fixed = new HashMap<>();
        for (int i = 2; i < args.length; i++) {
            String[] pair = args[i].split("=", 2);
            fixed.put(pair[0], Integer.valueOf(pair[1]));
        }
        new SupervisorProcess(folder, LocalDefault.mark(folder), BackOff.DEFAULT)
                .run(() -> LocalDefault.plan(checkout, folder, fixed));
    }
}
