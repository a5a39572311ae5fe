package stagecoach.packages.server.ingest;

/** Carries a refusal out of the reading of a package. */
public final class PackageRefusedException extends Exception {

    private final Refusal refusal;

    PackageRefusedException(Refusal.Code code, String sentence) {
        super(sentence);
        this.refusal = new Refusal(code, sentence);
    }

    PackageRefusedException(Refusal.Code code, String sentence, Throwable cause) {
        super(sentence, cause);
        this.refusal = new Refusal(code, sentence);
    }

    /** Why. */
    public Refusal refusal() {
        return refusal;
    }
}
