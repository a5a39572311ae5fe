package stagecoach.cli;

/** What a command's exit tells a script. */
public enum ExitCode {
    SUCCEEDED(0),
    /**
     * The deployment failed or was cancelled; of {@code apply --dry-run}: there are differences.
     */
    FAILED(1),
    /** The command line itself is wrong. */
    USAGE(2),
    /** The server understood and refused. */
    REFUSED(3),
    /** Nobody answered; trying again is safe. */
    UNREACHABLE(4),
    /** It waits for a person. */
    WAITS_FOR_PERSON(5),
    /** The command stopped waiting; the deployment goes on. */
    TIMED_OUT(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number for the shell. */
    public int code() {
        return code;
    }
}
