package stagecoach.gateway.app.session.frame;

import java.util.regex.Pattern;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.wire.StagecoachJson;

/** The frames that tentacles send. */
public final class Frames {
    /** An escape of NUL, behind escaped backslashes at most. */
    private static final Pattern NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*+)\\\\u0000");

    private Frames() {}

    /**
     * Reads one. PostgreSQL keeps no text with NUL in it; tentacles send none, but what a machine
     * that was taken over sends must not stop its deployment for good.
     *
     * @throws RuntimeException if it is not a whole frame of the protocol
     */
    public static TentacleFrame read(String text) {
        String clean =
                text.contains("\\u0000") ? NUL.matcher(text).replaceAll("$1\\\\ufffd") : text;
        return StagecoachJson.readWhole(clean, TentacleFrame.class);
    }
}
