package audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/** What happened to a deployment, as events. */
final class Stories {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Stories() {}

    /** Deployed by Ann, with success. */
    static List<Event> succeeded(String id) {
        return List.of(
                queued(id),
                event(id, 2, "DeploymentStarted", "{'attempt': 1}"),
                event(id, 3, "PhaseStarted", "{}"),
                phaseEnded(id, 4, "SUCCEEDED"),
                event(id, 5, "DeploymentEnded", "{'state': 'SUCCEEDED'}"));
    }

    /** Deployed by Ann, failed on web-2, and tried again by Bob. */
    static List<Event> retried(String id) {
        return List.of(
                queued(id),
                event(id, 2, "DeploymentStarted", "{'attempt': 1}"),
                phaseEnded(id, 3, "FAILED"),
                event(id, 4, "DeploymentEnded", "{'state': 'FAILED', 'failure': 'web-2'}"),
                event(id, 5, "DeploymentRetried", "{'attempt': 2, 'from': 'FAILED', 'by': 'bob'}"),
                event(id, 6, "DeploymentStarted", "{'attempt': 2}"),
                phaseEnded(id, 7, "SUCCEEDED"),
                event(id, 8, "DeploymentEnded", "{'state': 'SUCCEEDED'}"));
    }

    private static Event queued(String id) {
        return event(
                id,
                1,
                "DeploymentQueued",
                """
                {'project': 'shop', 'release': '1.4.0', 'environment': 'production',
                 'createdBy': 'ann', 'createdAt': '2026-11-24T06:00:00Z',
                 'steps': [
                   {'name': 'install', 'packages': [], 'packageToInstall':
                     {'feed': 'built-in', 'pin': {'id': 'Shop.Web', 'version': '1.4.0', 'sha512': 'cd', 'size': 7}}},
                   {'name': 'migrate', 'packages': [{'extract': true, 'pinned':
                     {'feed': 'built-in', 'pin': {'id': 'Shop.Db', 'version': '2.0.0', 'sha512': 'ab', 'size': 7}}}]},
                   {'name': 'never', 'skip': 'not asked for', 'packages': [], 'packageToInstall':
                     {'feed': 'built-in', 'pin': {'id': 'Shop.Old', 'version': '0.1.0', 'sha512': 'ef', 'size': 7}}}]}
                """);
    }

    private static Event phaseEnded(String id, long version, String onTheSecond) {
        return event(
                id,
                version,
                "PhaseEnded",
                "{'results': [{'pair': {'step': 'install', 'target': 'web-1'}, 'state': 'SUCCEEDED'},"
                        + "{'pair': {'step': 'install', 'target': 'web-2'}, 'state': '"
                        + onTheSecond
                        + "'}, {'pair': {'step': 'migrate'}, 'worker': 'worker-1', 'state': 'SUCCEEDED'}]}");
    }

    static Event event(String id, long version, String name, String data) {
        try {
            return new Event(
                    "deployment-" + id,
                    version,
                    "stagecoach.%s.v1".formatted(name),
                    "2026-11-24T06:0%d:00Z".formatted(version),
                    "ann",
                    JSON.readTree(data.replace('\'', '"')));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(data, e);
        }
    }
}
