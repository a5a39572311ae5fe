package stagecoach.tentacle.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import stagecoach.contracts.agent.CommandResult;

/** Work on a thread of its own, as a tentacle does it. */
public final class Running {
    private final FutureTask<CommandResult> work;
    private final Thread thread;

    private Running(Callable<CommandResult> work) {
        this.work = new FutureTask<>(work);
        this.thread = Thread.ofVirtual().start(this.work);
    }

    public static Running of(Callable<CommandResult> work) {
        return new Running(work);
    }

    /** The result, when it is there. */
    public CommandResult get() throws InterruptedException, ExecutionException {
        return work.get();
    }

    /**
     * Ends it where it is, as the end of its process would; nothing of it is done any more then.
     */
    public void cutOff() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
