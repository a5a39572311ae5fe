package stagecoach.packages.app;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** Where transactions are begun. */
final class OnVirtualThread {
    private OnVirtualThread() {}

    static <T> T call(Callable<T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.submit(work).get();
        }
    }
}
