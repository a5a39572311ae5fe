package stagecoach.local.launcher.supervisor;

import java.nio.file.Path;

/** A supervisor of two good children and maybe one that waits for a file. */
final class TestSupervisorMain {
    private TestSupervisorMain() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        var children = new Children(folder);
        var first = children.child("first", "good");
        var second =
                args.length > 1
                        ? children.child("second", "wait-for", args[1])
                        : children.child("second", "good");
        new SupervisorProcess(folder, children.mark(), Children.QUICK)
                .run(() -> children.plan(Children.stage(first), Children.stage(second)));
    }
}
