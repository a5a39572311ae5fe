package stagecoach.gateway.app.session;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Runs tasks one after the other on a virtual thread, which exists only while there are any. A task
 * must handle its own failures.
 */
final class Lane {
    private final String name;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean running;

    Lane(String name) {
        this.name = name;
    }

    /** Adds a task; tells how many wait, this one included. */
    int submit(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (!running) {
                running = true;
                Thread.ofVirtual().name(name).start(this::run);
            }
            return tasks.size();
        }
    }

    /** How many tasks wait. */
    int depth() {
        synchronized (tasks) {
            return tasks.size();
        }
    }

    private void run() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                task = tasks.poll();
                if (task == null) {
                    running = false;
                    return;
                }
            }
            task.run();
        }
    }
}
