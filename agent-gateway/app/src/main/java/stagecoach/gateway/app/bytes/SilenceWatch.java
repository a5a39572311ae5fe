package stagecoach.gateway.app.bytes;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * How long somebody has said nothing while he was listened to. Whoever is not listened to, since
 * what he says is not wanted yet, cannot be blamed: buffers on the way to a slow machine may take
 * minutes to empty. Of one event loop.
 */
final class SilenceWatch {
    /** How often it is looked at before it is too long. */
    private static final int LOOKS = 10;

    private final Vertx vertx;
    private final long timer;
    private long heardNanos = System.nanoTime();
    private boolean paused;

    /**
     * Begins to listen.
     *
     * @param tooLong what to do, once, after so long without a word
     */
    SilenceWatch(Vertx vertx, Duration max, Runnable tooLong) {
        this.vertx = vertx;
        this.timer =
                vertx.setPeriodic(
                        Math.max(1, max.toMillis() / LOOKS),
                        id -> {
                            if (!paused && System.nanoTime() - heardNanos > max.toNanos()) {
                                vertx.cancelTimer(id);
                                tooLong.run();
                            }
                        });
    }

    /** He has said something, or is listened to again. */
    void heard() {
        heardNanos = System.nanoTime();
        paused = false;
    }

    /** He is not listened to until {@link #heard}. */
    void pause() {
        paused = true;
    }

    /** Nothing more is expected. */
    void end() {
        vertx.cancelTimer(timer);
    }
}
