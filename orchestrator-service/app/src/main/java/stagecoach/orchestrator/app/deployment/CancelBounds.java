package stagecoach.orchestrator.app.deployment;

import java.time.Duration;
import java.util.stream.Stream;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.runtime.cancel.CancelSettings;
import stagecoach.wire.StagecoachJson;

/**
 * How long what is at work may take to end, or to be given up, when its deployment is cancelled.
 */
public final class CancelBounds {
    private CancelBounds() {}

    /**
     * The longest of the steps' bounds, and of what counts for all else.
     *
     * @param steps JSON: the outline of the deployment
     */
    public static Duration longest(String steps, CancelSettings settings) {
        var usual = new StopBounds(settings.killAfter(), settings.abandonAfter());
        return Stream.of(StagecoachJson.read(steps, PlannedStep[].class))
                .filter(step -> step.skip().isEmpty())
                .map(step -> usual.but(step.killAfter(), step.abandonAfter()).whole())
                .reduce(usual.whole(), (a, b) -> a.compareTo(b) > 0 ? a : b);
    }
}
