package stagecoach.local.launcher.demo;

/** One thing that Stagecoach promises and the demo checks by evidence from outside. */
sealed interface Claim
        permits BytesCrossOnce, NothingBeforeTunnel, EachScriptOnce, RetryRepeatsNothing {
    /** What is promised. */
    String promise();

    /** Where the evidence comes from. */
    String source();

    /** Whether the evidence bears it out, and the figure that says so. */
    Verdict judge(Evidence evidence);

    /** The judgement, with its figure. */
    record Verdict(boolean holds, String figure) {}
}
