package stagecoach.tentacle.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A tentacle at work on a thread of its own, for tests of its sessions. */
final class RunningTentacle {
    /** Patient with a machine that is busy, for a session that is given up begins anew. */
    static final SessionRules BRISK = brisk(Duration.ofSeconds(20));

    private static final int ENDS_SECONDS_MAX = 30;

    private final Tentacle tentacle;
    private final CompletableFuture<String> running;

    private RunningTentacle(Tentacle tentacle) {
        this.tentacle = tentacle;
        this.running =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return tentacle.run();
                            } catch (IOException | InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        command -> Thread.ofVirtual().start(command));
    }

    /** Of a gateway that may be silent for so long. */
    static SessionRules brisk(Duration silenceMax) {
        return new SessionRules(
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofMillis(200),
                silenceMax,
                Duration.ofMillis(300),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1));
    }

    static RunningTentacle of(Tentacle tentacle) {
        return new RunningTentacle(tentacle);
    }

    boolean isRunning() {
        return !running.isDone();
    }

    /** Why it has ended by itself, or will within a while. */
    String ended() throws ExecutionException, InterruptedException, TimeoutException {
        return running.get(ENDS_SECONDS_MAX, TimeUnit.SECONDS);
    }

    void stop() throws ExecutionException, InterruptedException, TimeoutException {
        tentacle.stop();
        ended();
    }
}
