package stagecoach.local.launcher.demo.claim;

/** One thing that Stagecoach promises and the demo checks by evidence from outside. */
public sealed interface Claim
        permits BytesCrossOnce, NothingBeforeTunnel, EachScriptOnce, RetryRepeatsNothing {
    /** What is promised. */
    public String promise();

    /** Where the evidence comes from. */
    public String source();

    /** Whether the evidence bears it out, and the figure that says so. */
    public Verdict judge(Evidence evidence);

    /** The judgement, with its figure. */
    public record Verdict(boolean holds, String figure) {}
}
