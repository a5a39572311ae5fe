package stagecoach.local.launcher.supervisor;

import java.util.List;
import stagecoach.local.launcher.process.ProcessSpec;

/**
 * A part of the start: its processes begin side by side; once all are ready its steps run, one
 * after the other; then comes the next stage.
 */
public record Stage(List<ProcessSpec> processes, List<Step> steps) {
    public Stage {
        processes = List.copyOf(processes);
        steps = List.copyOf(steps);
    }

    /** Something that is done once per start and may be done again. */
    public record Step(String name, Work work) {}

    /** What a step does. */
    @FunctionalInterface
    public interface Work {
        /** Does it; the message of what it throws is shown to the person who started all this. */
        void run() throws Exception;
    }
}
