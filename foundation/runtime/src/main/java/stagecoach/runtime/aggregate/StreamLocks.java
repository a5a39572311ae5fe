package stagecoach.runtime.aggregate;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import stagecoach.decider.StreamId;

/**
 * Lets the transactions of this process that want the same stream go one after the other, so that
 * they do not lose races against each other. Only a courtesy: correctness is the append's, and
 * whoever waits too long goes on without.
 */
final class StreamLocks {
    private static final long WAIT_MAX_MILLIS = 2_000;

    /** Two that have a stream each and want the other's must not wait for each other. */
    private static final long WAIT_FOR_MORE_MAX_MILLIS = 20;

    private final ReentrantLock[] locks = new ReentrantLock[256];

    StreamLocks() {
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    void lockUntilEnd(TxSession tx, StreamId stream) {
        var lock = locks[Math.floorMod(stream.hashCode(), locks.length)];
        if (lock.isHeldByCurrentThread()) {
            return;
        }
        long most = tx.holdsNothing() ? WAIT_MAX_MILLIS : WAIT_FOR_MORE_MAX_MILLIS;
        try {
            if (lock.tryLock(most, TimeUnit.MILLISECONDS)) {
                tx.atEnd(lock::unlock);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
