package stagecoach.cli.operation;

import java.util.List;
import stagecoach.cli.client.ApiClient;

/** The services that an operator may ask one by one. */
final class Services {
    /** All of them. */
    static final List<String> ALL =
            List.of("orchestrator-service", "step-runner", "package-service", "agent-gateway");

    private Services() {}

    /** The path of something of a service's own. */
    static String path(String service, String of) {
        return "/services/%s/%s".formatted(ApiClient.encoded(service), of);
    }
}
