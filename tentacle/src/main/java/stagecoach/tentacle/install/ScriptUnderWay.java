package stagecoach.tentacle.install;

import java.io.IOException;

/** This machine failed while a script of an installation may run; the script does not end by it. */
final class ScriptUnderWay extends IOException {
    private static final long serialVersionUID = 1;

    ScriptUnderWay(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
