package stagecoach.gateway.app.session.lane;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/** Runs tasks one after the other on a virtual thread, which exists only while there are any. */
public final class Lane {
    private static final int TASKS_MAX = 256;
    private static final long SIZE_MAX = 4L << 20;

    private final String name;
    private final Consumer<Throwable> failed;
    private final Queue<Task> tasks = new ArrayDeque<>();
    private boolean running;
    private long waiting;

    private record Task(Runnable work, int size) {}

    /**
     * One in which nothing waits.
     *
     * @param name of its thread
     * @param failed told what a task failed with; the next one runs all the same
     */
    public Lane(String name, Consumer<Throwable> failed) {
        this.name = name;
        this.failed = failed;
    }

    /**
     * Adds a task.
     *
     * @param size what it keeps until it has been done, about
     */
    public void submit(Runnable work, int size) {
        synchronized (tasks) {
            tasks.add(new Task(work, size));
            waiting += size;
            if (!running) {
                running = true;
                Thread.ofVirtual().name(name).start(this::run);
            }
        }
    }

    /**
     * Whether there should come no more.
     *
     * @param paused whether none comes now: then half of it must have been done
     */
    public boolean isFull(boolean paused) {
        int part = paused ? 2 : 1;
        synchronized (tasks) {
            return tasks.size() > TASKS_MAX / part || waiting > SIZE_MAX / part;
        }
    }

    private void run() {
        while (true) {
            Task task;
            synchronized (tasks) {
                task = tasks.poll();
                if (task == null) {
                    running = false;
                    return;
                }
                waiting -= task.size();
            }
            try {
                task.work().run();
            } catch (RuntimeException | Error e) {
                failed.accept(e);
            }
        }
    }
}
