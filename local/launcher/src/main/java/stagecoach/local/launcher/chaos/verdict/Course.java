package stagecoach.local.launcher.chaos.verdict;

/** What is to become of a deployment on its way, on purpose. */
public sealed interface Course {
    /** Nothing. */
    record Straight() implements Course {}

    /**
     * A step fails on one machine in the first attempt, and somebody retries the deployment from
     * what failed: a second attempt.
     */
    record Retried(String step, String machine) implements Course {}

    /**
     * It brings its packages only, which is an attempt with what runs in each one, and somebody has
     * it go on: a second attempt.
     */
    record Staged() implements Course {}

    /** A step fails once on one machine, and a person is asked and answers. */
    record Guided(String step, String machine, Answer answer) implements Course {}

    /** What a person may say about a failure. */
    enum Answer {
        /** It is done again there, in the same attempt. */
        RETRY,
        /** It goes on there as if it had not failed. */
        IGNORE,
        /** Nothing more is done there. */
        EXCLUDE
    }
}
