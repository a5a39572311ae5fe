package stagecoach.local.launcher.demo.ocean;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Whether a region can be reached from hq; remembers when that changed. */
public final class Gate {
    private final List<Change> changes = new CopyOnWriteArrayList<>();
    private volatile boolean open;

    /** The gate was opened or shut. */
    public record Change(Instant at, boolean open) {}

    public Gate(boolean open, Instant at) {
        this.open = open;
        changes.add(new Change(at, open));
    }

    public boolean open() {
        return open;
    }

    public synchronized void set(boolean nowOpen, Instant at) {
        if (nowOpen != open) {
            open = nowOpen;
            changes.add(new Change(at, nowOpen));
        }
    }

    public List<Change> changes() {
        return List.copyOf(changes);
    }
}
