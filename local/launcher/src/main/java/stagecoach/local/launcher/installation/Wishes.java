package stagecoach.local.launcher.installation;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a person may choose about a local default.
 *
 * @param fixedPorts by name, such as {@code edge}
 * @param settings of the services by name, such as {@code stagecoach.deployment.tasks-max}; each
 *     service takes those that it knows
 * @param pods how many processes of each service run side by side
 * @param trial whether clocks and disks can be made to fail; what is on its disks is gone with it
 * @param listen the address at which other computers reach the base URL's port, if they may
 * @param behindProxy the address of a proxy that stands before the base URL, if one does
 * @param machines the address of this computer at which machines elsewhere reach the gateway, if
 *     they may
 * @param ofFeeds variables that tell the package-service how feeds are reached, such as {@code
 *     STAGECOACH_FEED_PROXY}; some are secret
 */
public record Wishes(
        Map<String, Integer> fixedPorts,
        Map<String, String> settings,
        int pods,
        boolean trial,
        Optional<String> listen,
        Optional<String> behindProxy,
        Optional<String> machines,
        Map<String, String> ofFeeds) {
    /** More would say nothing new about sharing, and fill the computer. */
    public static final int PODS_MAX = 4;

    private static final String PODS = "pods";
    private static final String TRIAL = "trial";
    private static final String LISTEN = "listen";
    private static final String BEHIND_PROXY = "behind-proxy";
    private static final String MACHINES = "machines";

    /** What belongs to Stagecoach; ports, folders and secrets are the local default's own. */
    private static final Pattern SETTING = Pattern.compile("stagecoach(\\.[a-z0-9-]+){2,}");

    private static final String OF_FEEDS = "STAGECOACH_FEED_";

    /** Copies the maps. */
    public Wishes {
        fixedPorts = Map.copyOf(fixedPorts);
        settings = Map.copyOf(settings);
        ofFeeds = Map.copyOf(ofFeeds);
        for (String name : settings.keySet()) {
            if (!SETTING.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "\"%s\" is not a setting of a service, such as stagecoach.deployment.tasks-max"
                                .formatted(name));
            }
        }
        listen.ifPresent(Wishes::requireAddress);
        behindProxy.ifPresent(Wishes::requireAddress);
        machines.ifPresent(Wishes::requireAddress);
        if (machines.filter(address -> InetAddress.ofLiteral(address).isAnyLocalAddress())
                .isPresent()) {
            throw new IllegalArgumentException(
                    "\"%s\" stands for all addresses of this computer: name the one that machines are to connect to"
                            .formatted(machines.get()));
        }
        if (machines.isPresent() && pods > 1) {
            throw new IllegalArgumentException(
                    "%d pods of each service share ports that only this computer reaches: machines elsewhere need --pods 1"
                            .formatted(pods));
        }
        if (pods < 1 || pods > PODS_MAX) {
            throw new IllegalArgumentException(
                    "%d pods of each service: 1 to %d are possible".formatted(pods, PODS_MAX));
        }
    }

    /** Reached from this computer alone. */
    public Wishes(
            Map<String, Integer> fixedPorts,
            Map<String, String> settings,
            int pods,
            boolean trial) {
        this(
                fixedPorts,
                settings,
                pods,
                trial,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    /**
     * What a person's environment says of feeds. A file is named from where the person is, and read
     * from elsewhere.
     */
    public static Map<String, String> ofFeeds(Map<String, String> environment) {
        Map<String, String> ofFeeds = new HashMap<>(environment);
        ofFeeds.keySet().removeIf(name -> !name.startsWith(OF_FEEDS));
        ofFeeds.replaceAll(
                (name, value) ->
                        !value.isBlank()
                                        && (name.endsWith("_FILE")
                                                || name.endsWith("_CERTIFICATES"))
                                ? Path.of(value).toAbsolutePath().toString()
                                : value);
        return ofFeeds;
    }

    /** A name may stand for several, and for other ones tomorrow. */
    private static void requireAddress(String text) {
        try {
            var _ = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"%s\" is not an IP address, such as 0.0.0.0 or 192.0.2.7".formatted(text), e);
        }
    }

    /** Any free ports, the usual settings, so many processes of each service. */
    public static Wishes pods(int pods) {
        return new Wishes(Map.of(), Map.of(), pods, false);
    }

    /** Nothing special: any free ports, the usual settings, one process of each service. */
    public static Wishes none() {
        return pods(1);
    }

    /** The names of settings have dots, those of ports have none. */
    private static boolean isSetting(String name) {
        return name.contains(".");
    }

    /** Secrets do not belong on a command line: these go another way. */
    void putInto(Map<String, String> environment) {
        environment.keySet().removeIf(name -> name.startsWith(OF_FEEDS));
        environment.putAll(ofFeeds);
    }

    /** For a command line: {@code NAME=PORT … SETTING=VALUE …}. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(PODS + "=" + pods);
        if (trial) {
            arguments.add(TRIAL + "=1");
        }
        listen.ifPresent(address -> arguments.add(LISTEN + "=" + address));
        behindProxy.ifPresent(address -> arguments.add(BEHIND_PROXY + "=" + address));
        machines.ifPresent(address -> arguments.add(MACHINES + "=" + address));
        fixedPorts.forEach((name, port) -> arguments.add(name + "=" + port));
        settings.forEach((name, value) -> arguments.add(name + "=" + value));
        return arguments;
    }

    /** What {@link #arguments} and {@link #putInto} made. */
    static Wishes of(List<String> arguments, Map<String, String> environment) {
        Map<String, Integer> ports = new HashMap<>();
        Map<String, String> settings = new HashMap<>();
        int pods = 1;
        boolean trial = false;
        Optional<String> listen = Optional.empty();
        Optional<String> behindProxy = Optional.empty();
        Optional<String> machines = Optional.empty();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            if (pair[0].equals(PODS)) {
                pods = Integer.parseInt(pair[1]);
            } else if (pair[0].equals(TRIAL)) {
                trial = true;
            } else if (pair[0].equals(LISTEN)) {
                listen = Optional.of(pair[1]);
            } else if (pair[0].equals(BEHIND_PROXY)) {
                behindProxy = Optional.of(pair[1]);
            } else if (pair[0].equals(MACHINES)) {
                machines = Optional.of(pair[1]);
            } else if (isSetting(pair[0])) {
                settings.put(pair[0], pair[1]);
            } else {
                ports.put(pair[0], Integer.valueOf(pair[1]));
            }
        }
        return new Wishes(
                ports, settings, pods, trial, listen, behindProxy, machines, ofFeeds(environment));
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "Wishes" + arguments() + new TreeSet<>(ofFeeds.keySet());
    }
}
