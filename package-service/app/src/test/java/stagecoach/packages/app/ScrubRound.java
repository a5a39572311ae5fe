package stagecoach.packages.app;

import stagecoach.packages.app.transfer.Scrubber;
import stagecoach.runtime.aggregate.UnitOfWork;

/** A whole round of the scrubber at once, and then its look for what is lost. */
final class ScrubRound {
    private ScrubRound() {}

    static void run(UnitOfWork unitOfWork, Scrubber scrubber) throws Exception {
        OnVirtualThread.call(
                () -> {
                    unitOfWork.execute(
                            tx -> tx.execute("UPDATE scrub SET after = '', began = now()"));
                    while (scrubber.step()) {
                        // To the end of the round.
                    }
                    scrubber.retryLost();
                    return true;
                });
    }
}
