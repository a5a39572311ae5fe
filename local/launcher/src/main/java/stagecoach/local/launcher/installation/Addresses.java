package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.local.engines.EngineCommand;

/**
 * Where what answers. With several pods the plain port of a service, and of the gateway's two ways
 * in, is the edge's and stands for all of them; each pod has a port of its own behind it.
 */
final class Addresses {
    /**
     * Tried first for the base URL, so that it is the same on most computers: below what Linux
     * hands out to outgoing connections, and below what free ports are chosen from, so that neither
     * takes it.
     */
    private static final int BASE_PORT = 17_080;

    private static final List<String> SERVICES =
            List.of("orchestrator", "package-service", "agent-gateway", "step-runner");

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final FreePorts ports;
    private final int pods;
    private final InetAddress machines;

    /**
     * For so many pods of each service.
     *
     * @param machines the address at which machines reach the gateway
     */
    Addresses(FreePorts ports, int pods, InetAddress machines) {
        this.ports = ports;
        this.pods = pods;
        this.machines = machines;
    }

    /** As somebody wishes them. */
    static Addresses of(FreePorts ports, Wishes wishes) {
        InetAddress machines = wishes.machines().map(InetAddress::ofLiteral).orElse(LOOPBACK);
        return new Addresses(ports, wishes.pods(), machines);
    }

    /** The same, reached from this computer alone. */
    Addresses(FreePorts ports, int pods) {
        this(ports, pods, LOOPBACK);
    }

    /** The edge's arguments: every service with its pods, and the ports that stand for several. */
    List<String> services() throws IOException {
        List<String> arguments = new ArrayList<>();
        for (String service : SERVICES) {
            arguments.add(service + "=" + each(pod -> podUrl(service, pod).toString()));
        }
        if (pods > 1) {
            arguments.addAll(passages());
        }
        return arguments;
    }

    /** A port of one pod, where the plain name is that of the port that stands for all of them. */
    String inward(String name, int pod) {
        return pods == 1 ? name : name + "-pod-" + pod;
    }

    static String podName(String service, int pod) {
        return pod == 1 ? service : service + "-" + pod;
    }

    int edgePort() throws IOException {
        return ports.port("edge", BASE_PORT);
    }

    /** Where the base URL is, if that is not where one looks for it, and what to do about it. */
    Optional<String> movedBaseUrl() throws IOException {
        String baseUrl = baseUrl();
        return ports.whyAnother("edge")
                .map(
                        why ->
                                "%s, so the base URL is %s from now on. For another port: ./stagecoach down, end what uses it, then ./stagecoach up --port PORT."
                                        .formatted(why, baseUrl));
    }

    String baseUrl() throws IOException {
        return "http://127.0.0.1:" + edgePort();
    }

    String agentUrl() throws IOException {
        return machinesUrl("agent");
    }

    String bytesUrl() throws IOException {
        return machinesUrl("bytes");
    }

    private String machinesUrl(String way) throws IOException {
        String host = machines.getHostAddress();
        return "https://%s:%d"
                .formatted(
                        machines instanceof Inet6Address ? "[" + host + "]" : host,
                        ports.port(way));
    }

    /** Where the gateway waits for machines. */
    String machinesHost() {
        return machines.getHostAddress();
    }

    String serviceUrl(String name) throws IOException {
        return "http://127.0.0.1:" + ports.port(name);
    }

    URI podUrl(String service, int pod) throws IOException {
        return URI.create("http://127.0.0.1:" + ports.port(inward(service, pod)));
    }

    String postgresAddress() throws IOException {
        return "127.0.0.1:%d/%s".formatted(ports.port("postgres"), EngineCommand.POSTGRES_DATABASE);
    }

    /** The ports that stand for all pods: of services for each other, and of the gateway. */
    private List<String> passages() throws IOException {
        List<String> passages = new ArrayList<>();
        for (String service : SERVICES) {
            passages.add(
                    ports.port(service)
                            + "="
                            + each(pod -> podUrl(service, pod) + "@" + podUrl(service, pod)));
        }
        for (String way : List.of("agent", "bytes")) {
            passages.add(
                    ports.port(way)
                            + "="
                            + each(
                                    pod ->
                                            "https://127.0.0.1:%d@%s"
                                                    .formatted(
                                                            ports.port(inward(way, pod)),
                                                            podUrl("agent-gateway", pod))));
        }
        return passages;
    }

    private interface OfPod {
        String text(int pod) throws IOException;
    }

    private String each(OfPod of) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int pod = 1; pod <= pods; pod++) {
            texts.add(of.text(pod));
        }
        return String.join(",", texts);
    }
}
