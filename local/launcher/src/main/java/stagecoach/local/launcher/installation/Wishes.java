package stagecoach.local.launcher.installation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a person may choose about a local default.
 *
 * @param fixedPorts by name, such as {@code edge}
 * @param pods how many processes of each service run side by side
 * @param trial whether clocks and disks can be made to fail; what is on its disks is gone with it
 */
public record Wishes(Map<String, Integer> fixedPorts, int pods, boolean trial) {
    /** More would say nothing new about sharing, and fill the computer. */
    public static final int PODS_MAX = 4;

    private static final String PODS = "pods";
    private static final String TRIAL = "trial";

    /** Copies the map. */
    public Wishes {
        fixedPorts = Map.copyOf(fixedPorts);
        if (pods < 1 || pods > PODS_MAX) {
            throw new IllegalArgumentException(
                    "%d pods of each service: 1 to %d are possible".formatted(pods, PODS_MAX));
        }
    }

    /** No trial. */
    public Wishes(Map<String, Integer> fixedPorts, int pods) {
        this(fixedPorts, pods, false);
    }

    /** Nothing special: any free ports, one process of each service. */
    public static Wishes none() {
        return new Wishes(Map.of(), 1);
    }

    /** For a command line: {@code NAME=PORT …}. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(PODS + "=" + pods);
        if (trial) {
            arguments.add(TRIAL + "=1");
        }
        fixedPorts.forEach((name, port) -> arguments.add(name + "=" + port));
        return arguments;
    }

    /** What {@link #arguments} made. */
    static Wishes of(List<String> arguments) {
        Map<String, Integer> ports = new HashMap<>();
        int pods = 1;
        boolean trial = false;
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            if (pair[0].equals(PODS)) {
                pods = Integer.parseInt(pair[1]);
            } else if (pair[0].equals(TRIAL)) {
                trial = true;
            } else {
                ports.put(pair[0], Integer.valueOf(pair[1]));
            }
        }
        return new Wishes(ports, pods, trial);
    }
}
