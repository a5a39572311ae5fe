package stagecoach.local.launcher.edge;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the services answer, as the edge's command line says it.
 *
 * @param pods of each service by its name
 * @param passages ports that stand for all pods of something
 */
record Services(Map<String, List<URI>> pods, List<Passing> passages) {
    private static final String HEALTH = "/q/health/ready";

    /**
     * A port that is to stand for pods.
     *
     * @param port to listen on
     * @param pods each with where it tells its health
     */
    record Passing(int port, List<Pods.Pod> pods) {}

    /** Copies what it is given. */
    Services {
        pods = Map.copyOf(pods);
        passages = List.copyOf(passages);
    }

    /**
     * Reads {@code orchestrator=URL,URL} and {@code PORT=URL@HEALTH_BASE,URL@HEALTH_BASE}.
     *
     * @throws IllegalArgumentException at anything else
     */
    static Services parse(List<String> arguments) {
        Map<String, List<URI>> pods = new TreeMap<>();
        List<Passing> passages = new ArrayList<>();
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length != 2 || parts[1].isEmpty()) {
                throw new IllegalArgumentException("\"%s\" is no NAME=URL".formatted(argument));
            }
            if (parts[0].matches("\\d+")) {
                passages.add(new Passing(Integer.parseInt(parts[0]), passing(parts[1])));
            } else {
                pods.put(parts[0], List.of(parts[1].split(",")).stream().map(URI::create).toList());
            }
        }
        return new Services(pods, passages);
    }

    private static List<Pods.Pod> passing(String text) {
        return List.of(text.split(",")).stream()
                .map(
                        each -> {
                            String[] at = each.split("@", 2);
                            return new Pods.Pod(
                                    URI.create(at[0]), URI.create(at[at.length - 1] + HEALTH));
                        })
                .toList();
    }

    /**
     * The pods of a service.
     *
     * @throws IllegalArgumentException when it is not named
     */
    List<Pods.Pod> of(Route route) {
        List<URI> addresses = pods.getOrDefault(route.service(), List.of());
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("there is no " + route.service());
        }
        return addresses.stream()
                .map(address -> new Pods.Pod(address, address.resolve(HEALTH)))
                .toList();
    }
}
