package stagecoach.local.launcher.installation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a person may choose about a local default.
 *
 * @param fixedPorts by name, such as {@code edge}
 * @param settings of the services by name, such as {@code stagecoach.deployment.tasks-max}; each
 *     service takes those that it knows
 * @param pods how many processes of each service run side by side
 * @param trial whether clocks and disks can be made to fail; what is on its disks is gone with it
 */
public record Wishes(
        Map<String, Integer> fixedPorts, Map<String, String> settings, int pods, boolean trial) {
    /** More would say nothing new about sharing, and fill the computer. */
    public static final int PODS_MAX = 4;

    private static final String PODS = "pods";
    private static final String TRIAL = "trial";

    /** What belongs to Stagecoach; ports, folders and secrets are the local default's own. */
    private static final Pattern SETTING = Pattern.compile("stagecoach(\\.[a-z0-9-]+){2,}");

    /** Copies the maps. */
    public Wishes {
        fixedPorts = Map.copyOf(fixedPorts);
        settings = Map.copyOf(settings);
        for (String name : settings.keySet()) {
            if (!SETTING.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "\"%s\" is not a setting of a service, such as stagecoach.deployment.tasks-max"
                                .formatted(name));
            }
        }
        if (pods < 1 || pods > PODS_MAX) {
            throw new IllegalArgumentException(
                    "%d pods of each service: 1 to %d are possible".formatted(pods, PODS_MAX));
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

    /** For a command line: {@code NAME=PORT … SETTING=VALUE …}. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(PODS + "=" + pods);
        if (trial) {
            arguments.add(TRIAL + "=1");
        }
        fixedPorts.forEach((name, port) -> arguments.add(name + "=" + port));
        settings.forEach((name, value) -> arguments.add(name + "=" + value));
        return arguments;
    }

    /** What {@link #arguments} made. */
    static Wishes of(List<String> arguments) {
        Map<String, Integer> ports = new HashMap<>();
        Map<String, String> settings = new HashMap<>();
        int pods = 1;
        boolean trial = false;
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            if (pair[0].equals(PODS)) {
                pods = Integer.parseInt(pair[1]);
            } else if (pair[0].equals(TRIAL)) {
                trial = true;
            } else if (isSetting(pair[0])) {
                settings.put(pair[0], pair[1]);
            } else {
                ports.put(pair[0], Integer.valueOf(pair[1]));
            }
        }
        return new Wishes(ports, settings, pods, trial);
    }
}
