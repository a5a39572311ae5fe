package stagecoach.packages.app.replication;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import stagecoach.vocabulary.identity.DeploymentId;

/** Whoever waits for a package to come into a cache. */
public interface FillWatch {
    /** So often it is seen whether somebody waits. */
    Duration LOOK_EVERY = Duration.ofMillis(500);

    /** So much of it is there. */
    void progress(long bytes);

    /** The deployments that wait now, each once, in the order in which they came. */
    List<DeploymentId> waiting();

    /** The deployment that alone waits, whose budget counts; several share none. */
    default Optional<DeploymentId> alone() {
        List<DeploymentId> all = waiting();
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    /** Whether nobody waits any more. */
    boolean abandoned();

    /** Returns after so long, or when nobody waits any more. */
    default void rest(Duration most) throws InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        long left = most.toNanos();
        while (left > 0 && !abandoned()) {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_EVERY.toNanos()));
            left = until - System.nanoTime();
        }
    }
}
