package stagecoach.simulation.law;

/** The nine invariants of Stagecoach, and what the process table promises besides. */
public enum Invariant {
    N1_NO_BYTE_BEFORE_PRE_ACQUISITION_HAS_ENDED(
            "For a deployment, no feed, cache or target moves a byte of a package before its"
                    + " PRE_ACQUISITION steps have ended."),
    N2_NO_STEP_BEFORE_ITS_PACKAGES_ARE_HELD(
            "No DEPLOYMENT step starts on a target before that target holds, verified, every"
                    + " package it needs."),
    N3_AN_ACQUISITION_COVERS_EXACTLY_WHAT_IS_NEEDED(
            "An acquisition run covers exactly what the steps of the coming run need; with nothing"
                    + " needed or no matching target there is none."),
    N4_A_FAILED_ACQUISITION_LETS_NO_SUCCESS_STEP_RUN(
            "A failed acquisition never lets a SUCCESS step run; steps never overlap an acquisition"
                    + " run."),
    N5_AT_MOST_ONE_RUN_IS_CURRENT(
            "At most one run of a deployment is current; a report for an older run changes"
                    + " nothing."),
    N6_WHO_JOINS_IS_ACQUIRED_FOR_FIRST(
            "A target that joins, is retried, or comes back is acquired for, in an acquisition run"
                    + " of its own, before its steps run."),
    N7_ONE_DEPLOYMENT_AT_A_TIME(
            "One deployment per project and environment at a time; others queue in order."),
    N8_A_CANCELLED_DEPLOYMENT_ENDS_AND_IS_HONEST(
            "A cancelled deployment ends within a bound, and an abandoned process is reported as"
                    + " \"may still run\"."),
    N9_NOTHING_IS_LOST_TWICE_OR_STUCK(
            "A restart or a kill -9 at any moment loses no event, runs no step twice, and leaves no"
                    + " deployment stuck."),
    STEPS_RUN_WHERE_THEY_ARE_MEANT_TO(
            "A step runs on the machines that its process names: what is a worker's never runs on a"
                    + " target, and what is a target's never on a worker."),
    MISSING_MACHINES_ARE_JUDGED_BY_THE_RULE(
            "A machine that stays away is treated by the unavailableTargets of the step, and a"
                    + " health check asks when its turn has come."),
    WHO_IS_TAKEN_OUT_RUNS_NOTHING_MORE(
            "A target that a person or a health check took out gets no further package and no further"
                    + " command in its deployment, ALWAYS steps included."),
    PAUSES_COST_NOTHING(
            "A deployment that waits for a person takes no place among those under way, and no time"
                    + " that passes meanwhile counts against it."),
    A_LINK_CARRIES_A_PACKAGE_ONCE(
            "A region without a cache does not read at the server what a neighbour's cache gets in the"
                    + " same run."),
    SCHEDULES_ARE_KEPT(
            "A deployment starts neither before its notBefore nor behind its notAfter, whatever was"
                    + " down meanwhile."),
    STEPS_KEEP_THEIR_ORDER(
            "Steps run in their order, within their window, and only by their condition.");

    private final String sentence;

    Invariant(String sentence) {
        this.sentence = sentence;
    }

    /** The invariant in full. */
    public String sentence() {
        return sentence;
    }
}
