package stagecoach.runtime.store;

/** The database gave up this transaction in favour of another one; the work may run again. */
public final class LostTransaction extends TemporaryFailure {
    LostTransaction(Throwable cause) {
        super("The database gave up the transaction in favour of another one.", cause);
    }
}
