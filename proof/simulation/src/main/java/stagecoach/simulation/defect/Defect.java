package stagecoach.simulation.defect;

/** The defects that can be planted; each is a small change of a rule or of the transport. */
public enum Defect {
    OLD_RUNS_END_THE_CURRENT_ONE("a report about an older run is taken for one of the current run"),
    ACQUISITION_HIDES_WHAT_IS_MISSING("an acquisition that failed says that it succeeded"),
    ACQUISITION_LEAVES_A_TARGET_OUT("the last target of each package need is forgotten"),
    NEIGHBOURS_ARE_NOT_WAITED_FOR("a region without a cache reads at the server at once"),
    PACKAGES_ARE_FETCHED_AHEAD("the package-service begins when the deployment starts"),
    JOINED_TARGETS_ARE_NOT_ACQUIRED_FOR("a target that joins is left out of its acquisition"),
    TWO_GET_ONE_SLOT("nobody looks whether the slot is free"),
    SCHEDULES_ARE_FORGOTTEN("a scheduled deployment is due at once"),
    LATE_ONES_START("a deployment that starts does not look whether it was to be given up"),
    MAY_STILL_RUN_IS_HIDDEN("an ended deployment never says that something may still run"),
    ABANDONED_IS_CALLED_CANCELLED("the gateway says of what it gave up that it was cancelled"),
    UNKNOWN_ENDS_ARE_TRIED_AGAIN("a step whose end nobody knows gets another try"),
    RETRY_BEGINS_ALL_AGAIN("a retry of what failed runs what had succeeded, too"),
    THE_WINDOW_IS_FORGOTTEN("a rolling step starts everywhere at once"),
    BEGINNINGS_ARE_TAKEN_FOR_ENDS("a command that has begun is taken for one that has succeeded"),
    BATCHES_DO_NOT_WAIT("all steps of a run start together"),
    CONDITIONS_ARE_IGNORED("every step runs, whatever has failed"),
    WHAT_NO_WORKER_CAN_DO_THE_TARGET_DOES(
            "a step on behalf of targets runs there without a worker"),
    MISSING_MACHINES_ALWAYS_FAIL("a machine that went missing fails steps that may leave it out"),
    GONE_MACHINES_ARE_WAITED_FOR_FOR_EVER("the gateway believes that a machine was lost just now"),
    WORK_OF_GONE_MACHINES_IS_NEVER_GIVEN_UP(
            "what had begun on a machine that is gone has no bound"),
    CLEAN_UP_BEGINS_BESIDE_WHAT_MAY_STILL_RUN(
            "after a cancel it is forgotten where something may still run"),
    PAUSED_ONES_COUNT_AS_UNDER_WAY("who waits for a person takes the place of another one"),
    PAUSES_HAVE_AN_END("who waits for a person for an hour is cancelled"),
    HEALTH_CHECKS_BELIEVE_WHAT_WAS_SEEN("a health check does not ask a machine that was away"),
    TAKEN_OUT_TARGETS_ARE_FORGOTTEN(
            "the orchestrator does not hear whom health checks have taken out"),
    HEALTH_CHECKS_TAKE_NOBODY_OUT("a health check that takes targets out only skips itself there"),
    LEFT_OUT_PLACES_GET_PACKAGES("packages are brought to where a step is known to be left out"),
    LEFT_OUT_PLACES_RUN("what onlyIf says is not looked at"),
    CANCELS_ARE_NOT_HEARD("the step-runner does not hear of a cancel"),
    REPEATS_ARE_TAKEN_AS_NEW("nobody remembers which events were taken in"),
    APPENDS_WITHOUT_EXPECTED_VERSION("a pod appends on what it remembers, be it old"),
    RELAY_SENDS_THE_NEWEST_FIRST("the outbox is sent from its end"),
    OUTBOX_DIES_WITH_THE_SERVICE("what was not yet sent at a crash is never sent"),
    TIMERS_DIE_WITH_THE_SERVICE("timers are kept in memory"),
    THE_JOURNAL_DIES_WITH_THE_TENTACLE("a tentacle that restarts has forgotten its tickets"),
    REPEATED_COMMANDS_RUN_AGAIN("neither mailbox nor tentacle knows a ticket again");

    private final String sentence;

    Defect(String sentence) {
        this.sentence = sentence;
    }

    /** What is wrong. */
    public String sentence() {
        return sentence;
    }
}
