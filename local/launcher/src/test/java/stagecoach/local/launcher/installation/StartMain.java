package stagecoach.local.launcher.installation;

import java.nio.file.Path;
import java.util.Map;

/** What {@code up} does, as a process that can be interrupted. */
final class StartMain {
    private StartMain() {}

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        new LocalRun(new Checkout(root), root.resolve(".stagecoach"))
                .start(Map.of(), status -> System.out.println(status.processes().size()));
        System.out.println("STARTED");
    }
}
