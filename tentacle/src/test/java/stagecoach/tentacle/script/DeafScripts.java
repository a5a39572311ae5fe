package stagecoach.tentacle.script;

import java.io.IOException;
import stagecoach.tentacle.home.Home;

/** Scripts that no signal reaches, like those whose process hangs in the kernel. */
public final class DeafScripts {
    private DeafScripts() {}

    public static ScriptRun on(Home home) throws IOException {
        return new ScriptRun(ScriptTools.install(home), (signal, group) -> {});
    }
}
