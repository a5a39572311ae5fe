package stagecoach.local.launcher.supervisor;

import java.util.Map;
import stagecoach.local.launcher.process.ProcessSpec;

/** A kind of process that may be added while the others run, such as a tentacle. */
@FunctionalInterface
public interface ProcessKind {
    /**
     * What to start for one of them.
     *
     * @param name unique among its kind
     * @param options what was asked for; an unknown or missing one is an {@link
     *     IllegalArgumentException} with a sentence
     */
    ProcessSpec spec(String name, Map<String, String> options);
}
