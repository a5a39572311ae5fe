package stagecoach.tentacle.session;

/** The session is over, for a reason. */
final class SessionEnded extends Exception {
    private static final long serialVersionUID = 1L;

    SessionEnded(String reason) {
        super(reason);
    }

    SessionEnded(String reason, Throwable cause) {
        super(reason, cause);
    }
}
