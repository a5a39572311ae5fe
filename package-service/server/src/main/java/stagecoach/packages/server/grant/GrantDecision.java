package stagecoach.packages.server.grant;

/** Whether a reader may have what it asks for. */
public sealed interface GrantDecision {

    /** It may. */
    record Allowed(ReadGrant grant) implements GrantDecision {}

    /** It may not, and why. */
    record Denied(Reason reason) implements GrantDecision {}

    /** Why a grant is worth nothing. */
    enum Reason {
        /** It has not the form of a grant, or was signed for something newer. */
        MALFORMED("The read grant cannot be read."),
        /** Nobody whom this server trusts has signed it, or it was changed since. */
        NOT_SIGNED("The read grant was not signed by this deployment system, or was changed."),
        /** Its time is over. */
        EXPIRED("The read grant has expired; ask for a new one."),
        /** It is for reading from another server. */
        OTHER_AUDIENCE("The read grant is for another server."),
        /** It is for another reader than the one that connected. */
        OTHER_READER("The read grant is for another reader."),
        /** It is for another package. */
        OTHER_DIGEST("The read grant is for another package.");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }

        /** The reason for a person, fit to be sent to the reader. */
        public String sentence() {
            return sentence;
        }
    }
}
