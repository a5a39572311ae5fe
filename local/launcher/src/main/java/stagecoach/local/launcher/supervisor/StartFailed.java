package stagecoach.local.launcher.supervisor;

import java.io.IOException;
import stagecoach.local.launcher.process.Keeper;
import stagecoach.local.launcher.process.ProcessStatus;

/** Why not everything got ready, in a sentence for the person who started it. */
public final class StartFailed extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int TAIL_LINES = 12;

    private final String sentence;

    StartFailed(String sentence) {
        super(sentence);
        this.sentence = sentence;
    }

    StartFailed(String sentence, Throwable cause) {
        super(sentence, cause);
        this.sentence = sentence;
    }

    /** Never null, unlike a message. */
    String sentence() {
        return sentence;
    }

    static StartFailed of(Keeper keeper) {
        ProcessStatus status = keeper.status();
        String why =
                "%s did not start: %s. Its log is %s"
                        .formatted(
                                status.name(),
                                status.reason().orElse("nobody knows why"),
                                status.logFile());
        try {
            return new StartFailed(
                    why + "\n  " + String.join("\n  ", keeper.log().tail(TAIL_LINES)));
        } catch (IOException e) {
            return new StartFailed(why, e);
        }
    }
}
