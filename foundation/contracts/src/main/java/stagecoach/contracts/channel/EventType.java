package stagecoach.contracts.channel;

import java.util.Arrays;
import java.util.List;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.packages.PackageEvent;
import stagecoach.contracts.steprun.StepRunEvent;

/**
 * The name of an event on the wire and in the store: {@code stagecoach.<record name>.v<N>}; the
 * version counts changes that an older reader could not read.
 */
public record EventType(String value) {
    private static final List<Class<?>> FAMILIES =
            List.of(
                    DeploymentEvent.class,
                    ConfigurationEvent.class,
                    StepRunEvent.class,
                    AcquisitionEvent.class,
                    AgentReport.class,
                    PackageEvent.class);

    /** The type of an event's record class. */
    public static EventType of(Class<?> event) {
        return new EventType("stagecoach." + event.getSimpleName() + ".v1");
    }

    /** Every event class there is, family by family. */
    public static List<Class<?>> all() {
        return FAMILIES.stream()
                .flatMap(family -> Arrays.stream(family.getPermittedSubclasses()))
                .toList();
    }

    /** The bare event name, such as {@code PhaseStarted}. */
    public String bareName() {
        int end = value.lastIndexOf(".v");
        return end < 0 ? value : value.substring(value.indexOf('.') + 1, end);
    }

    @Override
    public String toString() {
        return value;
    }
}
