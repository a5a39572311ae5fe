package stagecoach.local.embedded;

/**
 * Ends this engine when the process that asked for it is gone. Tests use it, so that a killed test
 * leaves nothing behind; the supervisor does not, because its next life adopts the engines.
 */
final class Parent {
    private Parent() {}

    /** The process id stands in the system property {@code stagecoach.parent}; none, no watch. */
    static void watch() {
        Long pid = Long.getLong("stagecoach.parent");
        if (pid == null) {
            return;
        }
        var parent = ProcessHandle.of(pid);
        Thread.ofPlatform()
                .daemon()
                .name("parent-watch")
                .start(
                        () -> {
                            parent.ifPresent(process -> process.onExit().join());
                            end(pid);
                        });
    }

    private static void end(long pid) {
        System.out.println("the process " + pid + " that started this engine is gone: stopping");
        System.exit(0);
    }
}
