package stagecoach.orchestrator.deployment;

import java.util.ArrayList;
import java.util.List;
import stagecoach.contracts.deployment.DeploymentEvent;

/** The events of one decision while it is made, and the state that they lead to. */
final class Decision {
    private Deployment state;
    private final List<DeploymentEvent> events = new ArrayList<>();

    Decision(Deployment state) {
        this.state = state;
    }

    void add(DeploymentEvent event) {
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
