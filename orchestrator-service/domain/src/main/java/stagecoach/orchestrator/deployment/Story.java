package stagecoach.orchestrator.deployment;

import java.util.ArrayList;
import java.util.List;
import stagecoach.contracts.deployment.DeploymentEvent;

/** The events of one decision while it is made, and the state that they lead to. */
final class Story {
    private Deployment state;
    private final List<DeploymentEvent> events = new ArrayList<>();

    Story(Deployment state) {
        this.state = state;
    }

    void tell(DeploymentEvent event) {
        state = state.after(event);
        events.add(event);
    }

    Deployment state() {
        return state;
    }

    List<DeploymentEvent> events() {
        return List.copyOf(events);
    }
}
