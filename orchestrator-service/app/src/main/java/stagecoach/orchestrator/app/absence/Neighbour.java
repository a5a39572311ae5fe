package stagecoach.orchestrator.app.absence;

/** Another service that deployments need; it is there while somebody listens in its group. */
enum Neighbour {
    STEP_RUNNER("step-runner", "step-runner-phases"),
    PACKAGE_SERVICE("package-service", "package-service-deployments"),
    AGENT_GATEWAY("agent-gateway", "agent-gateway-commands");

    private final String service;
    private final String group;

    Neighbour(String service, String group) {
        this.service = service;
        this.group = group;
    }

    /** What people call it. */
    String service() {
        return service;
    }

    /** The consumers through which it hears what it has to do. */
    String group() {
        return group;
    }
}
