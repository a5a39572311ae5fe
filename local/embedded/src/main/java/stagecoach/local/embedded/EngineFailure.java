package stagecoach.local.embedded;

import java.util.concurrent.CountDownLatch;

/** Why an engine cannot start, in a sentence that says what to do. */
final class EngineFailure extends Exception {
    private static final long serialVersionUID = 1L;

    EngineFailure(String sentence) {
        super(sentence);
    }

    EngineFailure(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** Prints the sentence (and what caused it) and ends this process with exit code 1. */
    void endProcess() throws InterruptedException {
        if (PostgresStop.hasBegun()) {
            // It failed because it is being ended, and whoever ends it goes on.
            new CountDownLatch(1).await();
        }
        System.err.println("error: " + getMessage());
        for (Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
            System.err.println("  caused by " + cause);
        }
        System.err.flush();
        // Half-started engine threads are not daemons, and their hooks would wait for a start that
        // never ends.
        Runtime.getRuntime().halt(1);
    }
}
